import type { KoaContextWithOIDC } from 'oidc-provider'
import { subjectOf } from '../../domain/sign-in/account-id.ts'
import { isLoginRevoked } from '../../domain/sign-in/admission.ts'
import type { Artefacts } from '../../ports.ts'
import type { AccessTokenReader } from './access-token.ts'
import { findAdmitted, type PolicyParts } from './oidc-policy.ts'
import { endGrant } from './oidc-sessions.ts'

type Parts = PolicyParts & { artefacts: Artefacts; readAccessToken: AccessTokenReader }

/**
 * Introspection (RFC 7662) and revocation (RFC 7009) of our JWT access tokens: oidc-provider authenticates the client
 * and checks the request, but knows stored tokens only. A client sees its own tokens alone. Revoking one ends
 * everything of its grant, as revoking the refresh token does.
 */
export function structuredTokens({ artefacts, readAccessToken, ...policy }: Parts) {
  async function find(ctx: KoaContextWithOIDC) {
    const token = await readAccessToken(String(ctx.oidc.params?.token))
    const { grantId, clientId, accountId, iat } = token ?? {}
    if (!grantId || !accountId || clientId === undefined || clientId !== ctx.oidc.client?.clientId) return undefined
    if (!(await artefacts.find('Grant', grantId))) return undefined
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
    await endGrant(artefacts, token?.grantId)
    ctx.body = ''
  }
}

type Token = NonNullable<Awaited<ReturnType<AccessTokenReader>>>
function describe({ scope, clientId, accountId, exp, iat, jti, jkt }: Token, iss: string) {
  const binding = jkt ? { token_type: 'DPoP', cnf: { jkt } } : { token_type: 'Bearer' }
  return { active: true, ...binding, iss, sub: accountId, client_id: clientId, scope, exp, iat, jti }
}
