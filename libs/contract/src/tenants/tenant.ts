import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Id, Timestamp } from '../http/identifier.ts'
import { removalOf } from '../http/removal.ts'
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

const regions = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' })
const NO_COUNTRIES: ReadonlySet<string> = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ'])
/** Codes that were given up, such as DD, stand for their successor. */
function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/.test(code) || NO_COUNTRIES.has(code)) return false
  return regions.of(code) !== undefined && new Intl.Locale(`und-${code}`).region === code
}

/** ISO 3166-1 alpha-2. */
export const CountryCode = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{2}$/, 'must be two letters such as DE')
  .refine(isCountry, 'must be a country of ISO 3166 such as DE')

const DefaultCountry = CountryCode.nullable().meta({
  description:
    'Where the phone numbers without a country code in its directories are from (ISO 3166 alpha-2), for searching and for binding suggestions; null: only international numbers are read whole',
  examples: ['DE'],
})

/**
 * `failing`: an account is failing or not in step, so that people who left may still sign in. `attention`: an account is
 * switched off or has another warning to see to. `unconnected`: no account has been ready yet.
 */
export const TenantHealth = z.object({
  status: z.enum(['ok', 'attention', 'failing', 'unconnected']),
  since: Timestamp.nullable().meta({
    description: 'Since when an account is not in step with its directory or switched off, the longest; null otherwise',
  }),
})
export type TenantHealth = z.infer<typeof TenantHealth>

const DisplayName = z.string().trim().min(1).max(120)

export const Tenant = z
  .object({
    etag: Etag,
    id: Id,
    slug: Slug,
    name: DisplayName,
    customHosts: z.array(HostName),
    branding: Branding.default(NO_BRANDING),
    defaultCountry: DefaultCountry.default(null),
    health: TenantHealth.optional().meta({
      description: 'Of its Microsoft accounts; not between the services',
    }),
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
  defaultCountry: DefaultCountry.default(null),
})
export type NewTenant = z.infer<typeof NewTenant>

export const TenantPatch = z.strictObject({
  slug: Slug.optional(),
  name: DisplayName.optional(),
  customHosts: z.array(HostName).max(20).optional(),
  branding: BrandingPatch.optional(),
  defaultCountry: DefaultCountry.optional(),
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
export const TenantRemovalPreview = removalOf(TenantRemoval, 'TenantRemovalPreview')
