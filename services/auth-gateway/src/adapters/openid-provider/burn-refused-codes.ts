import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Artefacts } from '../../ports.ts'

/**
 * Removes a code that its own client presented wrongly (verifier, redirect URI, key; RFC 9700 2.1.1, T-31):
 * oidc-provider checks these before it consumes the code. A foreign client (T-135) or an outage of ours does not use
 * the code up.
 */
export function burnRefusedCodes(artefacts: Artefacts) {
  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next()
    if (ctx.status !== 400 || ctx.oidc?.route !== 'token') return
    const { grant_type: grantType, code } = ctx.oidc.params ?? {}
    const clientId = authenticatedClientId(ctx)
    if (grantType !== 'authorization_code' || typeof code !== 'string' || clientId === undefined) return
    const found = await artefacts.find('AuthorizationCode', code)
    if (found?.payload.clientId === clientId) await artefacts.remove('AuthorizationCode', code)
  }
}

/**
 * Undefined for a request with an attestation, which oidc-provider refuses after it has found the client (OAuth 2.0
 * Attestation-Based Client Authentication).
 */
function authenticatedClientId({ headers, oidc }: KoaContextWithOIDC): string | undefined {
  const hasAttestation = Object.keys(headers).some((name) => name.startsWith('oauth-client-attestation'))
  return hasAttestation ? undefined : oidc.client?.clientId
}
