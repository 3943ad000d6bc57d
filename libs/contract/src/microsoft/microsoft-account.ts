import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Guid, Id, Timestamp } from '../http/identifier.ts'
import { removalOf } from '../http/removal.ts'
import { Cloud } from './microsoft-cloud.ts'
import { CheckId } from './verification.ts'

/** Which platform the redirect URIs are registered under in Entra ID; it decides who may redeem the code. */
export const RedirectPlatform = z.enum(['web', 'spa'])
export type RedirectPlatform = z.infer<typeof RedirectPlatform>
/**
 * `single`: one redirect URI for the whole platform. `per-app`: one on each app's shared host and one on its tenant
 * host.
 */
export const RedirectMode = z.enum(['single', 'per-app'])
export type RedirectMode = z.infer<typeof RedirectMode>

export const AccountStatus = z.enum(['draft', 'ready', 'failing', 'disabled'])
export type AccountStatus = z.infer<typeof AccountStatus>

export const Alias = z.string().trim().min(1).max(64)

const kept = { createdAt: Timestamp, expiresAt: Timestamp }

/** What the API shows of a credential: never the secret. */
export const CredentialSummary = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('secret'),
    hint: z.string().meta({ description: 'Last characters of the secret' }),
    ...kept,
  }),
  z.object({
    type: z.literal('certificate'),
    thumbprint: z.string().meta({ description: 'SHA-1, as Entra ID lists it' }),
    ...kept,
  }),
  z.object({
    type: z.literal('federated'),
    issuer: z.string().meta({
      description: 'These three are entered in Entra ID under Certificates & secrets > Federated credentials',
    }),
    subject: z.string(),
    audience: z.string(),
    createdAt: Timestamp,
    expiresAt: z.null(),
  }),
])
export type CredentialSummary = z.infer<typeof CredentialSummary>

const Pem = z.string().trim().min(1).max(16_384)

/**
 * Write-only. The secret's *value* (Entra ID also shows a secret id, a GUID, which is refused), a certificate with its
 * private key, or nothing but trust.
 */
export const NewCredential = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('secret'),
    secret: z.string().trim().min(1).max(512),
    expiresAt: z.iso
      .datetime({ offset: true })
      .or(z.iso.date())
      .meta({ description: 'When Entra ID says the secret expires' }),
  }),
  z.strictObject({
    type: z.literal('certificate'),
    certificate: Pem.meta({ description: 'X.509 in PEM, as it was uploaded to Entra ID; RSA of 2048 bits or more' }),
    privateKey: Pem.meta({ description: 'Its private key in PEM, without a passphrase' }),
  }),
  z
    .strictObject({ type: z.literal('federated') })
    .meta({ description: 'The installation’s own workload identity, which the app in Entra ID trusts' }),
])
export type NewCredential = z.infer<typeof NewCredential>

/** What an admin of the account should see to. */
export const AccountWarning = z.object({
  code: z.enum([
    'credential-expiring',
    'credential-expired',
    'check-failed',
    'check-warning',
    'not-in-step',
    'switched-off',
  ]),
  severity: z.enum(['info', 'warning', 'critical']),
  daysLeft: z.int().min(0).optional(),
  since: Timestamp.optional().meta({
    description:
      'Of `not-in-step`: when a run succeeded last. Of `switched-off`: since when disablements do not arrive',
  }),
  check: CheckId.optional(),
  message: z.string(),
  remedy: z.string(),
  link: z.url().optional(),
})
export type AccountWarning = z.infer<typeof AccountWarning>

export const MicrosoftAccount = z
  .object({
    etag: Etag,
    id: Id,
    tenantId: Id,
    alias: Alias,
    clientId: Guid,
    directoryId: Guid,
    cloud: Cloud,
    redirectPlatform: RedirectPlatform,
    redirectMode: RedirectMode,
    status: AccountStatus.meta({
      description: '`failing`: the last connection test failed, or the account is not in step',
    }),
    enabled: z.boolean().meta({
      description: 'Tested successfully at least once and not disabled: people may sign in, users may be imported',
    }),
    credential: CredentialSummary.nullable(),
    previousCredential: CredentialSummary.optional().meta({
      description: 'The one before, which stands in until Entra ID has taken the new one, or until its own end',
    }),
    warnings: z.array(AccountWarning).meta({
      description:
        'The most pressing first: runs that fail, a credential that ends within 60 days, what the last connection test found',
    }),
    lastVerifiedAt: Timestamp.nullable(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'MicrosoftAccount' })
export type MicrosoftAccount = z.infer<typeof MicrosoftAccount>

/** Entra ID gives no id of zeros; it answers one with AADSTS700038. */
const EntraId = Guid.refine((id) => !/^[0-]+$/.test(id), 'must be an id that Entra ID gave, not zeros')

export const NewMicrosoftAccount = z.strictObject({
  alias: Alias,
  clientId: EntraId,
  directoryId: EntraId,
  cloud: Cloud.default('global'),
  redirectPlatform: RedirectPlatform.default('web'),
  redirectMode: RedirectMode.default('single'),
  credential: NewCredential.optional(),
})
export type NewMicrosoftAccount = z.infer<typeof NewMicrosoftAccount>

const MOVES =
  'Another one is a removal followed by a connection: the people imported so far lose SSO and their sessions, and keep their extensions'

export const MicrosoftAccountPatch = z
  .strictObject({
    alias: Alias.optional(),
    clientId: EntraId.optional().meta({ description: MOVES }),
    directoryId: EntraId.optional().meta({ description: MOVES }),
    cloud: Cloud.optional().meta({ description: MOVES }),
    redirectPlatform: RedirectPlatform.optional(),
    redirectMode: RedirectMode.optional(),
    status: z.enum(['disabled', 'draft']).optional().meta({
      description:
        '`disabled` switches the account off: nobody signs in with it, and who is disabled in the directory keeps their sessions here; `draft` switches it on again, to be tested',
    }),
    endSessions: z.literal(true).optional().meta({
      description:
        'With `status: disabled`, also of an account that is off already: ends the sessions, refresh tokens and devices of everybody imported through it',
    }),
  })
  .refine(({ status, endSessions }) => !endSessions || status === 'disabled', {
    path: ['endSessions'],
    message: 'needs `status: disabled`',
  })
export type MicrosoftAccountPatch = z.infer<typeof MicrosoftAccountPatch>

/** The people who are affected when an account is switched off, changed or removed. */
export const AccountReach = z
  .object({
    users: z.int().min(0).meta({ description: 'People imported through it; they stay, with their extensions' }),
    sso: z.int().min(0).meta({ description: 'Of those, who sign in with Microsoft and would no longer' }),
    bound: z.int().min(0).meta({ description: 'Of those, who have an extension and keep it' }),
  })
  .meta({ id: 'AccountReach' })
export type AccountReach = z.infer<typeof AccountReach>

/** What hangs on an account and ends or stays with its removal. */
export const AccountRemoval = z
  .object({ ...AccountReach.shape, credential: CredentialSummary.nullable().meta({ description: 'Erased' }) })
  .meta({ id: 'AccountRemoval' })
export type AccountRemoval = z.infer<typeof AccountRemoval>
export const AccountRemovalPreview = removalOf(AccountRemoval, 'AccountRemovalPreview')

export const AccountParams = z.object({ tenantId: Id, accountId: Id })

/**
 * Of a connection test: what it tries in place of what is saved, or that a green one is to switch a disabled account
 * on.
 */
export const VerifyRequest = z
  .strictObject({
    redirectMode: RedirectMode.optional(),
    redirectPlatform: RedirectPlatform.optional(),
    enable: z.literal(true).optional().meta({ description: 'Switches a disabled account on when no check fails' }),
  })
  .refine(
    ({ enable, redirectMode, redirectPlatform }) => !enable || (redirectMode ?? redirectPlatform) === undefined,
    'what is only tried cannot be enabled',
  )
  .meta({
    description:
      'With `redirectMode` or `redirectPlatform` a proposal is tested beside what is saved: nothing is saved',
  })
export type VerifyRequest = z.infer<typeof VerifyRequest>

/** Redirect URIs as they would be; without either, as they are. */
export const RedirectUriQuery = z.strictObject({
  redirectMode: RedirectMode.optional(),
  redirectPlatform: RedirectPlatform.optional(),
})

export const RedirectUri = z.object({
  uri: z.string(),
  clientId: z.string().nullable().meta({ description: 'The app it is for; null for the one of `single` mode' }),
  host: z.enum(['platform', 'shared', 'tenant', 'custom']),
})
export type RedirectUri = z.infer<typeof RedirectUri>

export const RedirectUris = z.object({
  redirectMode: RedirectMode,
  redirectPlatform: RedirectPlatform,
  items: z.array(RedirectUri).meta({ description: 'All that must be registered' }),
  outdated: z
    .boolean()
    .meta({ description: 'What is needed has changed since the last connection test found it registered' }),
  missing: z
    .array(RedirectUri)
    .meta({ description: 'Of the items, those no connection test has found registered yet' }),
  obsolete: z.array(z.string()).meta({ description: 'Found registered, needed no more: remove them in Entra ID' }),
})
export type RedirectUris = z.infer<typeof RedirectUris>
