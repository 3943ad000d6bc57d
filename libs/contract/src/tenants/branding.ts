import { z } from 'zod'
import { Language } from './language.ts'

export const AccentColour = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^#[0-9a-f]{6}$/, 'must be a colour such as #0b5c8f')

/** The largest logo, in bytes, and in pixels of one side. */
export const LOGO_MAX_BYTES = 131_072
export const LOGO_MAX_PIXELS = 2_048
export const LogoType = z.enum(['image/png', 'image/svg+xml', 'image/webp'])
export type LogoType = z.infer<typeof LogoType>

export const Logo = z.object({
  mediaType: LogoType,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta({ description: 'Of its bytes: another logo has another' }),
})
export type Logo = z.infer<typeof Logo>

/** How the sign-in pages of a tenant look; what is null is the platform's own. */
export const Branding = z
  .object({
    displayName: z.string().nullable().meta({ description: 'Stands on the pages in place of the tenant’s name' }),
    accentColour: z
      .string()
      .nullable()
      .meta({ description: 'Of buttons; text on it and links are made readable whatever it is' }),
    language: Language.nullable().meta({ description: 'For people whose browser and app ask for none that is spoken' }),
    logo: Logo.nullable().meta({ description: 'Set with `PUT /tenants/{tenantId}/branding/logo`' }),
  })
  .meta({ id: 'Branding' })
export type Branding = z.infer<typeof Branding>

export const NO_BRANDING: Branding = { displayName: null, accentColour: null, language: null, logo: null }

/** Members that are left out stay as they are. */
export const BrandingPatch = z.strictObject({
  displayName: z.string().trim().min(1).max(120).nullable().optional(),
  accentColour: AccentColour.nullable().optional(),
  language: Language.nullable().optional(),
})
export type BrandingPatch = z.infer<typeof BrandingPatch>

/** tenant-registry `GET /internal/tenants/{tenantId}/logo`. */
export const StoredLogo = Logo.extend({ base64: z.base64() })
export type StoredLogo = z.infer<typeof StoredLogo>
