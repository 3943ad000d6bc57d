import { z } from 'zod'
import { Id, Timestamp } from '../http/identifier.ts'
import { Branding, BrandingPatch, NO_BRANDING } from './branding.ts'

/** One DNS label: the tenant's host is `<slug>.<base domain>`. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits or inner hyphens')

/** Labels the platform uses itself. */
export const RESERVED_SLUGS: ReadonlySet<string> = new Set([
  'control',
  'www',
  'api',
  'auth',
  'login',
  'admin',
  'static',
  'mail',
])

/** A host name without scheme, port or path. */
export const HostName = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
    'must be a host name such as phone.contoso.com',
  )

const DisplayName = z.string().trim().min(1).max(120)

export const Tenant = z
  .object({
    id: Id,
    slug: Slug,
    name: DisplayName,
    customHosts: z.array(HostName),
    branding: Branding.default(NO_BRANDING),
    removing: z
      .literal(true)
      .optional()
      .meta({ description: 'Its removal began and was cut short: delete it again to finish' }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Tenant' })
export type Tenant = z.infer<typeof Tenant>

export const NewTenant = z.strictObject({
  slug: Slug,
  name: DisplayName,
  customHosts: z.array(HostName).max(20).default([]),
})
export type NewTenant = z.infer<typeof NewTenant>

export const TenantPatch = z.strictObject({
  slug: Slug.optional(),
  name: DisplayName.optional(),
  customHosts: z.array(HostName).max(20).optional(),
  branding: BrandingPatch.optional(),
})
export type TenantPatch = z.infer<typeof TenantPatch>

/** What goes with a tenant. */
export const TenantRemoval = z
  .object({
    users: z.int().min(0).meta({ description: 'People of its roster' }),
    sso: z.int().min(0).meta({ description: 'Of those, who sign in with Microsoft' }),
    bound: z.int().min(0).meta({ description: 'Of those, who lose an extension' }),
    phoneSystems: z.int().min(0),
    webhookEndpoints: z.int().min(0),
    microsoftAccounts: z.int().min(0).meta({ description: 'With their credentials, which are erased' }),
    apiKeys: z.int().min(0).meta({ description: 'Keys of the tenant’s own, worth nothing any more' }),
    hosts: z.array(z.string()).meta({ description: 'Custom hosts that another tenant may claim then' }),
  })
  .meta({ id: 'TenantRemoval' })
export type TenantRemoval = z.infer<typeof TenantRemoval>
