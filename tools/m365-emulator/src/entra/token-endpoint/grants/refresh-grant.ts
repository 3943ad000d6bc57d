import { checkCredential } from '../../client-authentication/client-authentication.ts'
import { refuseScope } from '../../scopes.ts'
import { refusePlatform } from '../redemption-rules.ts'
import { type GrantHandler, refuseWith } from './grant.ts'
import { issueUserTokens } from './user-tokens.ts'

/** Applies the rules of the platform that the sign-in came through. */
export const refreshGrant: GrantHandler = async (
  cloud,
  { application, body, clientId, origin, credential, authority },
) => {
  if (!body.refresh_token) return refuseWith({ code: 900144, values: { name: 'refresh_token' } })
  if (!application) return refuseWith({ code: 700016, values: { app: clientId, tenant: authority.kind } })
  const grant = cloud.refreshTokens.find(body.refresh_token)
  if (!grant || grant.clientId !== application.appId) return refuseWith({ code: 70000 })
  const cors = grant.platform === 'spa'
  const refusal =
    refusePlatform(grant.platform, origin, credential, cloud.entra) ??
    (grant.platform === 'web' ? await checkCredential(cloud, credential, application, authority) : undefined) ??
    (body.scope ? refuseScope(body.scope, { app: application.appId, tenant: authority.kind }) : undefined)
  if (refusal) return refuseWith(refusal, cors)
  if (grant.expiresAt <= cloud.clock.now()) return refuseWith({ code: cors ? 700084 : 70008 }, cors)
  if (authority.kind === 'directory' && authority.directory.id !== grant.directoryId)
    return refuseWith({ code: 700005 }, cors)

  const asked = body.scope?.split(' ').filter(Boolean)
  const scopes = asked ? [...new Set([...asked, 'offline_access'])] : grant.scopes
  return { ...issueUserTokens(cloud, application, { ...grant, scopes }, undefined, grant), cors }
}
