import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import { accountIdOf, subjectOf } from '../../domain/sign-in/account-id.ts'
import { isLoginRevoked } from '../../domain/sign-in/admission.ts'
import type { SignInSite } from '../../domain/site.ts'
import type { Records } from '../../ports.ts'
import { findAdmitted, type PolicyParts } from './oidc-policy.ts'
import { endGrant } from './oidc-sessions.ts'

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
  const elliptic = keys.filter(({ alg }) => alg === 'ES256')
  const publicKeys = createLocalJWKSet({ keys: elliptic.map(({ d: _, ...publicKey }) => publicKey) })
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

type Parts = PolicyParts & { records: Records; readAccessToken: AccessTokenReader }

/**
 * Introspection (RFC 7662) and revocation (RFC 7009) of our JWT access tokens: oidc-provider authenticates the client
 * and checks the request, but knows stored tokens only. A client sees its own tokens alone. Revoking one ends
 * everything of its grant, as revoking the refresh token does.
 */
export function structuredTokens({ records, readAccessToken, ...policy }: Parts) {
  async function find(ctx: KoaContextWithOIDC) {
    const token = await readAccessToken(String(ctx.oidc.params?.token))
    const { grantId, clientId, accountId, iat } = token ?? {}
    if (!grantId || !accountId || clientId === undefined || clientId !== ctx.oidc.client?.clientId) return undefined
    if (!(await records.find('Grant', grantId))) return undefined
    const { person, admission } = await findAdmitted(policy, accountId, clientId)
    const isAlive = person !== undefined && admission.kind === 'admitted' && !isLoginRevoked(person, iat)
    return { ...token, grantId, isAlive }
  }

  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next()
    const route = ctx.oidc?.route
    if (route !== 'introspection' && route !== 'revocation') return
    const { error } = (ctx.body ?? {}) as { error?: string }
    if (ctx.status !== 400 || error !== 'unsupported_token_type') return
    const token = await find(ctx)
    ctx.status = 200
    if (route === 'introspection') {
      ctx.body = token?.isAlive
        ? describe({ ...token, accountId: subjectOf(policy.site, String(token.accountId)) }, ctx.oidc.issuer)
        : { active: false }
      return
    }
    await endGrant(records, token?.grantId)
    ctx.body = ''
  }
}

type Token = NonNullable<Awaited<ReturnType<AccessTokenReader>>>
function describe({ scope, clientId, accountId, exp, iat, jti, jkt }: Token, iss: string) {
  const binding = jkt ? { token_type: 'DPoP', cnf: { jkt } } : { token_type: 'Bearer' }
  return { active: true, ...binding, iss, sub: accountId, client_id: clientId, scope, exp, iat, jti }
}
