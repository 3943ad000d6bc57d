import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Artefacts } from '../ports.ts'

/**
 * A code that was presented wrongly (verifier, redirect URI, client) is burnt (RFC 9700 2.1.1; T-31): oidc-provider checks these
 * before it consumes the code. An outage of ours burns nothing.
 */
export function burnRefusedCodes(artefacts: Artefacts) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next()
    if (ctx.status !== 400 || ctx.oidc?.route !== 'token') return
    const { grant_type: grantType, code } = ctx.oidc.params ?? {}
    if (grantType === 'authorization_code' && typeof code === 'string') await artefacts.remove('AuthorizationCode', code)
  }
}
