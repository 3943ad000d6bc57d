import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import type { AdapterPayload } from 'oidc-provider'
import { accountIdOf } from '../../domain/sign-in/account-id.ts'
import type { SignInSite } from '../../domain/site.ts'

export type AccessTokenReader = (token: string) => Promise<AdapterPayload | undefined>

/** The resource that access tokens are for (RFC 8707): the phone system's API on this host. */
export const phoneApi = (origin: string) => `${origin}/phone-api`
export const userinfoUrl = (origin: string) => `${origin}/auth/userinfo`

/**
 * Reads our JWT access tokens (RFC 9068) at userinfo. Each token has two audiences, the phone API and userinfo, so that
 * one token serves both. `grant` names its grant, which must still exist, so that revocation works at once. `cnf` binds
 * the token to the key of a client that sent a proof (RFC 9449 6.1).
 */
export function accessTokenReader(site: SignInSite, keys: readonly JWK[]): AccessTokenReader {
  const { origin } = site
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
    const { sub = '', iat, exp, jti, scope, client_id: clientId, grant, tenant_id: tenantId, cnf } = verified.payload
    // On a shared host the token names the tenant of its subject; on a tenant's host the host does.
    const accountId = accountIdOf(site, { tenantId: String(tenantId), userId: sub })
    const { jkt } = (cnf ?? {}) as { jkt?: string }
    return {
      kind: 'AccessToken',
      jti,
      iat,
      exp,
      scope,
      clientId,
      accountId,
      grantId: grant,
      ...(jkt && { jkt }),
    } as AdapterPayload
  }
}
