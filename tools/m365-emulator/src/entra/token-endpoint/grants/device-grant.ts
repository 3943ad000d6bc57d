import { authorityKey } from '../../authority.ts'
import { checkCredential } from '../../client-authentication/client-authentication.ts'
import { type GrantHandler, refuseWith } from './grant.ts'
import { issueUserTokens } from './user-tokens.ts'

/** RFC 8628 3.5, with Microsoft's errors for a declined and an unknown code. */
export const deviceGrant: GrantHandler = async (
  cloud,
  { application, authority, body, clientId, origin, credential },
) => {
  if (!body.device_code) return refuseWith({ code: 900144, values: { name: 'device_code' } })
  if (!application) return refuseWith({ code: 700016, values: { app: clientId, tenant: authorityKey(authority) } })
  if (origin !== undefined) return refuseWith({ code: 9002326, values: { origin } })
  // a confidential client unless "Allow public client flows" is on
  const failed = application.allowPublicClient
    ? undefined
    : await checkCredential(cloud, credential, application, authority)
  if (failed) return refuseWith(failed)

  const device = cloud.deviceCodes.find(body.device_code)
  if (!device || device.clientId !== application.appId || device.outcome.kind === 'redeemed')
    return refuseWith({ code: 70020 })
  if (device.authority !== authorityKey(authority)) return refuseWith({ code: 700005 })
  if (device.outcome.kind === 'declined') return refuseWith({ code: 65004, error: 'authorization_declined' })
  if (device.outcome.kind === 'approved') {
    const { grant } = device.outcome
    device.outcome = { kind: 'redeemed' }
    return { ...issueUserTokens(cloud, application, grant), cors: false }
  }
  if (device.expiresAt > cloud.clock.now()) return refuseWith({ code: 70016 })
  const text = "The provided value for the input parameter 'device_code' is not valid. This device code has expired."
  return refuseWith({ code: 70020, error: 'expired_token', text })
}
