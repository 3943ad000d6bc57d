import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Certificate, FederatedCredentials, Secret } from './credentials.ts'

/** http is accepted for the local machine only. Microsoft refuses `*.localhost`; browsers resolve it to loopback. */
export function isAcceptableRedirectUri(uri: string): boolean {
  if (!URL.canParse(uri) || uri.length > 256 || /[*!$'(),;]/.test(uri)) return false
  const { protocol, hostname, hash } = new URL(uri)
  if (hash) return false
  if (protocol === 'https:') return true
  return (
    protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1' || hostname.endsWith('.localhost'))
  )
}

const RedirectUri = z
  .string()
  .refine(isAcceptableRedirectUri, 'must be https, or http on localhost, 127.0.0.1 or *.localhost')
const NativeRedirectUri = z.string().refine((uri) => URL.canParse(uri), 'must be a URI')

export const Platform = z.enum(['web', 'spa', 'publicClient'])
export type Platform = z.infer<typeof Platform>

const RedirectUris = z
  .object({
    web: z.array(RedirectUri).default([]),
    spa: z.array(RedirectUri).default([]),
    publicClient: z.array(NativeRedirectUri).default([]),
  })
  .prefault({})
  .refine(
    ({ web, spa, publicClient }) =>
      new Set([...web, ...spa, ...publicClient]).size === web.length + spa.length + publicClient.length,
    {
      error: 'a redirect URI may be registered once only',
    },
  )
  .refine(({ web, spa, publicClient }) => web.length + spa.length + publicClient.length <= 256, {
    error: 'at most 256 redirect URIs',
  })

/** Front-channel logout: loaded in a hidden frame when the Microsoft session ends. */
const LogoutUrl = z
  .string()
  .max(255)
  .refine((url) => isAcceptableRedirectUri(url), 'must be https, or http on the local machine')

const OptionalClaim = z.enum([
  'acct',
  'auth_time',
  'email',
  'family_name',
  'given_name',
  'login_hint',
  'sid',
  'upn',
  'xms_edov',
])

export const ApplicationSeed = z.strictObject({
  appId: z.guid().toLowerCase(),
  /** Id of the application object, used by Graph only; often mistaken for the client id. */
  objectId: z.guid().toLowerCase().default(randomUUID),
  displayName: z.string().min(1).max(120),
  signInAudience: z.enum(['AzureADMyOrg', 'AzureADMultipleOrgs']).default('AzureADMyOrg'),
  redirectUris: RedirectUris,
  secrets: z.array(Secret).default([]),
  certificates: z.array(Certificate).default([]),
  federatedCredentials: FederatedCredentials,
  logoutUrl: LogoutUrl.optional(),
  /** "Allow public client flows": device codes without a credential. */
  allowPublicClient: z.boolean().default(false),
  /** Hybrid flow: the authorize endpoint may issue ID tokens. */
  enableIdTokenIssuance: z.boolean().default(false),
  /** Application permissions listed in the registration; listing grants nothing. */
  requiredRoles: z.array(z.string()).default([]),
  /** Delegated permissions listed in the registration. */
  requiredScopes: z.array(z.string()).default(['User.Read']),
  /** Object ids of the users who may change the registration without a directory role. */
  owners: z.array(z.guid().toLowerCase()).default([]),
  optionalClaims: z.array(OptionalClaim).default([]),
  /** Which memberships ID tokens name: groups as `groups`, directory roles as `wids`. */
  groupMembershipClaims: z.enum(['None', 'SecurityGroup', 'DirectoryRole', 'All']).default('None'),
  /** New multi-tenant registrations get no unverified e-mail addresses; older ones do (nOAuth). */
  removeUnverifiedEmailClaim: z.boolean().default(true),
})
export type ApplicationSeed = z.input<typeof ApplicationSeed>

export const ApplicationChange = ApplicationSeed.pick({
  displayName: true,
  signInAudience: true,
  redirectUris: true,
  certificates: true,
  federatedCredentials: true,
  logoutUrl: true,
  allowPublicClient: true,
  enableIdTokenIssuance: true,
  requiredRoles: true,
  requiredScopes: true,
  optionalClaims: true,
  groupMembershipClaims: true,
  removeUnverifiedEmailClaim: true,
}).partial()
export type ApplicationChange = Partial<z.input<typeof ApplicationChange>>

export type Application = z.output<typeof ApplicationSeed> & { homeDirectoryId: string }

export type RedirectTarget = { uri: string; platform: Platform }

/** Exact comparison; only the port of `http://localhost` is free (RFC 8252 7.3). */
/** Id and name, as the texts of refusals have them. */
export function nameApplication({ appId, displayName }: Application): { app: string; name: string } {
  return { app: appId, name: displayName }
}

export function findRedirectTarget(application: Application, uri: string): RedirectTarget | undefined {
  for (const platform of Platform.options) {
    if (application.redirectUris[platform].some((registered) => isSameRedirectUri(registered, uri)))
      return { uri, platform }
  }
  return undefined
}

function isSameRedirectUri(registered: string, asked: string): boolean {
  if (registered === asked) return true
  const localhost = /^http:\/\/localhost(:\d{1,5})?(?=\/|$)/
  return (
    localhost.test(registered) &&
    localhost.test(asked) &&
    registered.replace(localhost, '') === asked.replace(localhost, '')
  )
}
