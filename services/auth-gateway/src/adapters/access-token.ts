import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import type { AdapterPayload } from 'oidc-provider'

export type AccessTokenReader = (token: string) => Promise<AdapterPayload | undefined>

/** The resource that access tokens are for (RFC 8707): the phone system's API of this tenant. */
export const phoneApi = (origin: string) => `${origin}/phone-api`
export const userinfoUrl = (origin: string) => `${origin}/auth/userinfo`

/**
 * Reads our own JWT access tokens (RFC 9068) at userinfo. A token has two audiences, the phone API and userinfo, so that one
 * token serves both; `grant` names the grant it rests on, which is looked up, so that a revoked token ends here at once.
 */
export function accessTokenReader(origin: string, keys: readonly JWK[]): AccessTokenReader {
  const publicKeys = createLocalJWKSet({ keys: keys.map(({ d: _, ...publicKey }) => publicKey) })
  return async (token) => {
    const verified = await jwtVerify(token, publicKeys, {
      issuer: `${origin}/auth`,
      audience: userinfoUrl(origin),
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id', 'scope', 'grant'],
    }).catch(() => undefined)
    if (!verified) return undefined
    const { sub, iat, exp, jti, scope, client_id: clientId, grant } = verified.payload
    return { kind: 'AccessToken', jti, iat, exp, scope, clientId, accountId: sub, grantId: grant } as AdapterPayload
  }
}
