import { z } from 'zod'
import { Guid, Id, Timestamp } from '../http/identifier.ts'
import { RemovalSample } from '../http/removal.ts'
import { Alias, MicrosoftAccount } from '../microsoft/microsoft-account.ts'
import { Cloud } from '../microsoft/microsoft-cloud.ts'
import { PhoneUser } from '../roster/phone-user.ts'
import { comparedAddress } from '../tenants/address.ts'
import { App } from '../tenants/app.ts'
import { Branding, NO_BRANDING } from '../tenants/branding.ts'
import { Slug } from '../tenants/tenant.ts'

// Answers of the routes under /internal, which only our services may call (role `service`).

/**
 * tenant-registry `GET /internal/tenants/{tenantId}/sign-in`: a tenant, and the accounts its people may sign in with.
 */
export const SignInTenant = z.object({
  tenant: z.object({ id: Id, slug: Slug, name: z.string() }),
  branding: Branding.default(NO_BRANDING),
  accounts: z.array(
    MicrosoftAccount.pick({
      id: true,
      alias: true,
      clientId: true,
      directoryId: true,
      cloud: true,
      redirectPlatform: true,
      redirectMode: true,
    }),
  ),
})
export type SignInTenant = z.infer<typeof SignInTenant>

/**
 * tenant-registry `GET /internal/hosts/{host}`: whose host this is; one tenant's, or a shared host of the catalogue's
 * apps, for every tenant.
 */
export const HostResolution = z.union([
  z.object({ kind: z.literal('shared'), origin: z.url() }),
  SignInTenant.extend({ kind: z.literal('tenant').default('tenant'), origin: z.url() }),
])
export type HostResolution = z.infer<typeof HostResolution>

/** tenant-registry `GET /internal/apps`: the catalogue, with the SHA-256 of each secret in base64url. */
export const CatalogueApp = App.extend({ secretHashes: z.array(z.string()).default([]) })
export type CatalogueApp = z.infer<typeof CatalogueApp>

/**
 * tenant-registry `GET /internal/directories/{directoryId}/tenants`: those with an enabled account in that directory.
 */
export const TenantsOfDirectory = z.array(SignInTenant)

/**
 * The secret itself, or an assertion signed by the account's certificate or by the installation, good for some minutes
 * (RFC 7523).
 */
export const CredentialProof = z.discriminatedUnion('type', [
  z.object({ type: z.literal('secret'), secret: z.string() }),
  z.object({ type: z.literal('assertion'), assertion: z.string() }),
])
export type CredentialProof = z.infer<typeof CredentialProof>

/**
 * tenant-registry `GET /internal/tenants/{tenantId}/microsoft-accounts/{accountId}/connection`: what it takes to speak
 * to Microsoft for it.
 */
export const Connection = z.object({
  accountId: Id,
  tenantId: Id,
  alias: Alias,
  clientId: Guid,
  directoryId: Guid,
  cloud: Cloud,
  enabled: z.boolean(),
  credential: CredentialProof.nullable(),
  /**
   * Only while `credential` is new and unproven: its id, and the one it replaces, which stands in should Entra ID
   * refuse the new one.
   */
  rotation: z.object({ credentialId: Id, previous: CredentialProof }).optional(),
})
export type Connection = z.infer<typeof Connection>

/**
 * tenant-registry `POST .../connection/uses`: which of two credentials Entra ID took. `new` ends the rotation that
 * names the id.
 */
export const CredentialUse = z.object({ credentialId: Id, worked: z.enum(['new', 'previous']) })
export type CredentialUse = z.infer<typeof CredentialUse>

/** user-sync-worker `GET /internal/tenants/{tenantId}/phone-users/{userId}` and `?directoryId=&objectId=`. */
export const RosterEntry = PhoneUser.extend({
  sessionsValidAfter: Timestamp.nullable().meta({
    description: 'Sessions and refresh tokens older than this are worth nothing',
  }),
})
export type RosterEntry = z.infer<typeof RosterEntry>
/**
 * user-sync-worker `GET /internal/tenants/{tenantId}/microsoft-accounts/{accountId}/roster`: what hangs on an account.
 * `POST .../disconnect` answers the same and ends it: runs, subscription, SSO ticks and sessions; users and extensions
 * stay. To be called before the credential is erased. `POST .../end-sessions` answers the same and ends only sessions.
 */
export const RosterOfAccount = z.object({
  users: z.int().min(0),
  sso: z.int().min(0),
  bound: z.int().min(0),
  sample: RemovalSample.default([]),
})
export type RosterOfAccount = z.infer<typeof RosterOfAccount>

/**
 * user-sync-worker `GET /internal/tenants/{tenantId}/roster`: all that it has of a tenant. `POST .../erase` answers the
 * same and erases it.
 */
export const RosterOfTenant = RosterOfAccount.extend({ phoneSystems: z.int().min(0), webhookEndpoints: z.int().min(0) })
export type RosterOfTenant = z.infer<typeof RosterOfTenant>

export const RosterIdentityQuery = z.object({ directoryId: Guid, objectId: Guid })

/** What a person typed to be found by: an address, or `@` and a domain for anybody of it. */
export const AddressQuestion = z.object({
  address: z
    .string()
    .max(320)
    .regex(/^[^@\s\p{Cc}]*@[^@\s\p{Cc}]+$/u, 'must be an address')
    .transform(comparedAddress),
})
/**
 * user-sync-worker `POST /internal/sign-in-candidates`: tenants whose directory may have the person. An unknown
 * address gets the same answer as a known one of its domain, so the answer does not reveal which addresses exist. An
 * unknown domain gets an empty list.
 */
export const SignInCandidates = z.array(z.object({ tenantId: Id, directoryId: Guid }))
export type SignInCandidates = z.infer<typeof SignInCandidates>
