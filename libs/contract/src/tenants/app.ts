import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'

/**
 * `browser` and `native` apps (RFC 8252) are public clients with PKCE; `server` apps use the cookie session, or are
 * clients that may authenticate; `device` apps the device code.
 */
const AppKind = z.enum(['browser', 'server', 'native', 'device'])

export const ClientId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/, 'must be 1 to 64 lower-case letters, digits, dots, hyphens')

/**
 * A path on the app's own host: absolute, no query, no fragment, no dot segment, nothing that needs encoding (RFC 9700
 * 4.1).
 */
export const AppPath = z
  .string()
  .max(200)
  .regex(/^\/(?!\/)[A-Za-z0-9_~./-]*$/, 'must be an absolute path without query or fragment')
  .refine((path) => !/(^|\/)\.{1,2}(\/|$)|\/\//.test(path), 'must not contain dot segments or empty segments')

/** A private-use URI scheme: a domain name of the app's owner, reversed (RFC 8252 7.1). */
const RedirectScheme = z
  .string()
  .max(100)
  .regex(/^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+$/, 'must be a reversed domain name such as com.example.phone')

const AppUrl = z.string().trim().max(300)

/** OpenID Connect Dynamic Client Registration 1.0, 2: RS256 unless the app says otherwise. */
export const IdTokenSignedResponseAlg = z.enum(['RS256', 'ES256'])

/** How an app authenticates at the token endpoint (OpenID Connect Core 9); `none` is a public client with PKCE. */
export const TokenEndpointAuthMethod = z.enum(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'])

const Text = z.string().max(10_000).optional()
/** A public key (RFC 7517 4, RFC 7518 6): RSA or elliptic; members of a private or symmetric key are unknown here. */
const PublicKey = z.strictObject({
  kty: z.enum(['RSA', 'EC', 'OKP']),
  kid: Text,
  use: Text,
  alg: Text,
  key_ops: z.array(z.string().max(20)).max(10).optional(),
  crv: Text,
  x: Text,
  y: Text,
  n: Text,
  e: Text,
  x5c: z.array(z.string().max(10_000)).max(10).optional(),
  x5t: Text,
  'x5t#S256': Text,
})
const PublicKeys = z.strictObject({ keys: z.array(PublicKey).min(1).max(10) })

const appMembers = {
  name: z.string().trim().min(1).max(120),
  sharedUrl: AppUrl.optional().meta({ description: 'The app on its shared host, for every tenant' }),
  tenantUrl: AppUrl.meta({
    description: 'The app on a tenant’s host; `{tenant}` is the slug',
    examples: ['https://{tenant}.phone.example/web'],
  }),
  callbackPaths: z
    .array(AppPath)
    .max(10)
    .meta({ description: 'At least one, except for a device, to which no browser returns' }),
  redirectSchemes: z
    .array(RedirectScheme)
    .max(5)
    .default([])
    .meta({
      description:
        'Private-use schemes of a `native` app: `com.example.phone` is answered at `com.example.phone:/callback`, beside ' +
        '`http://127.0.0.1` and `http://[::1]` with any port',
    }),
  postLogoutPaths: z.array(AppPath).max(10).default([]),
  backchannelLogoutPath: AppPath.optional(),
  requiresBinding: z.boolean().default(false),
  kind: AppKind,
  idTokenSignedResponseAlg: IdTokenSignedResponseAlg.default('RS256').meta({
    description: 'Signs the app’s ID tokens and logout tokens; access tokens are always ES256',
  }),
  tokenEndpointAuthMethod: TokenEndpointAuthMethod.default('none').meta({
    description: 'Other than `none` for `server` apps only. Secrets are made by POST /apps/{clientId}/secrets',
  }),
  jwks: PublicKeys.optional().meta({ description: 'Keys of `private_key_jwt`' }),
  jwksUri: AppUrl.optional().meta({ description: 'Where keys of `private_key_jwt` are published, in place of `jwks`' }),
}

export const NewApp = z
  .strictObject(appMembers)
  .refine(({ kind, callbackPaths }) => kind === 'device' || callbackPaths.length > 0, {
    path: ['callbackPaths'],
    message: 'must have at least one path',
  })
  .refine(({ kind, redirectSchemes }) => kind === 'native' || redirectSchemes.length === 0, {
    path: ['redirectSchemes'],
    message: 'are for native apps only',
  })
  .refine(({ kind, tokenEndpointAuthMethod }) => kind === 'server' || tokenEndpointAuthMethod === 'none', {
    path: ['tokenEndpointAuthMethod'],
    message: 'must be none: only a server app can keep a secret',
  })
  .refine(
    ({ tokenEndpointAuthMethod: method, jwks, jwksUri }) =>
      Number(jwks !== undefined) + Number(jwksUri !== undefined) === Number(method === 'private_key_jwt'),
    { path: ['jwks'], message: 'must be given, or jwksUri, for private_key_jwt and for nothing else' },
  )
export type NewApp = z.infer<typeof NewApp>

/** A frontend of the phone system: an OpenID Connect client of the gateway on every tenant host. */
export const App = z.object({ etag: Etag, clientId: ClientId, ...appMembers }).meta({ id: 'App' })
export type App = z.infer<typeof App>
