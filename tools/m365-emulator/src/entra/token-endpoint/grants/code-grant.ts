import type { Cloud } from '../../../cloud.ts'
import type { Application } from '../../../directory/application.ts'
import { findRedirectTarget } from '../../../directory/application.ts'
import { authorityKey } from '../../authority.ts'
import { checkCredential } from '../../client-authentication/client-authentication.ts'
import type { Refusal } from '../../errors/aadsts.ts'
import type { CodeGrant } from '../codes.ts'
import { refusePlatform, refuseVerifier } from '../redemption-rules.ts'
import { type GrantHandler, refuseWith, type TokenRequest } from './grant.ts'
import { issueUserTokens } from './user-tokens.ts'

/** RFC 6749 4.1.3, after Microsoft's platform rules. */
export const codeGrant: GrantHandler = async (cloud, request) => {
  const { application, body, clientId, origin, credential } = request
  const missing = ['code', 'redirect_uri'].find((name) => !body[name])
  if (missing !== undefined) return refuseWith({ code: 900144, values: { name: missing } })
  if (!application)
    return refuseWith({ code: 700016, values: { app: clientId, tenant: authorityKey(request.authority) } })
  const target = findRedirectTarget(application, body.redirect_uri ?? '')
  if (!target) return refuseWith({ code: 50011, values: { app: application.appId, uri: body.redirect_uri ?? '' } })
  const isForeign = cloud.entra.redeemingOrigin === 'redirect-uri' && origin !== new URL(target.uri).origin
  const cors = target.platform === 'spa' && !isForeign
  const refusal = refusePlatform(target.platform, origin, credential, cloud.entra)
  if (refusal) return refuseWith(refusal, cors)

  const failed =
    target.platform === 'web' ? await checkCredential(cloud, credential, application, request.authority) : undefined
  // Synchronous from here on: of two concurrent redemptions only one finds the code fresh.
  const code = body.code ?? ''
  const grant = cloud.codes.find(code)
  if (!grant || grant.clientId !== application.appId) return refuseWith({ code: 70000 }, cors)
  // After a failed client authentication the code is invalid and the retry's error names the verifier (seen in the
  // field).
  if (grant.state !== 'fresh') return refuseWith({ code: grant.state === 'redeemed' ? 54005 : 501481 }, cors)
  if (failed) {
    if (cloud.entra.failedAuthenticationBurnsCode) cloud.codes.end(code, 'burnt')
    return refuseWith(failed)
  }
  const mismatch = refuseMismatch(grant, request, cloud, application)
  cloud.codes.end(code, mismatch ? 'burnt' : 'redeemed')
  return mismatch ? refuseWith(mismatch, cors) : { ...issueUserTokens(cloud, application, grant, grant.nonce), cors }
}

function refuseMismatch(
  grant: CodeGrant & { expiresAt: number },
  { authority, body }: TokenRequest,
  cloud: Cloud,
  { appId }: Application,
): Refusal | undefined {
  if (grant.expiresAt <= cloud.clock.now()) return { code: 70008 }
  if (grant.authority !== authorityKey(authority)) return { code: 700005, values: { app: appId } }
  if (grant.redirectUri !== body.redirect_uri)
    return { code: 500112, values: { uri: body.redirect_uri ?? '', expected: grant.redirectUri } }
  return refuseVerifier(grant.challenge, body.code_verifier)
}
