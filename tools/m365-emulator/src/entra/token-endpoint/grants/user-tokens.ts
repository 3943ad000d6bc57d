import { randomInt } from 'node:crypto'
import type { Cloud } from '../../../cloud.ts'
import type { Application } from '../../../directory/application.ts'
import type { Refusal } from '../../errors/aadsts.ts'
import { userClaims } from '../../issued-tokens/access-token.ts'
import { issueIdToken, pairwiseSubject } from '../../issued-tokens/id-token.ts'
import { signToken } from '../../issued-tokens/token-signer.ts'
import { grantedScopes } from '../../scopes.ts'
import { refuseByPolicy } from '../../sign-in/refuse-by-policy.ts'
import type { Grant } from '../codes.ts'
import type { RefreshGrant } from '../refresh-tokens.ts'

export type IssuedTokens = { kind: 'tokens'; tokens: Record<string, unknown> } | { kind: 'refuse'; refusal: Refusal }

/** Issues the tokens of a redeemed code or refresh token, if the user may still sign in. */
export function issueUserTokens(
  cloud: Cloud,
  application: Application,
  grant: Grant,
  nonce?: string,
  previous?: RefreshGrant,
): IssuedTokens {
  const now = cloud.clock.now()
  const directory = cloud.directories.find(grant.directoryId)
  const user = directory?.users.find(grant.userId)
  if (!directory || !user || grant.authTime < directory.users.sessionsValidAfter(user.id))
    return { kind: 'refuse', refusal: { code: 50173 } }
  if (!user.accountEnabled) return { kind: 'refuse', refusal: { code: 50057 } }
  const refusal = refuseByPolicy(directory, { appId: application.appId, userId: user.id, amr: grant.amr })
  if (refusal) return { kind: 'refuse', refusal }

  const lifetime = randomInt(3600, 5400)
  const scope = grantedScopes(grant.scopes)
  const subject = pairwiseSubject(directory.id, application.appId, user.id)
  const tokens: Record<string, unknown> = {
    token_type: 'Bearer',
    scope,
    // Microsoft's libraries ask for it (`client_info=1`); it is not part of OAuth.
    client_info: Buffer.from(JSON.stringify({ uid: user.id, utid: directory.id })).toString('base64url'),
    expires_in: lifetime - 1,
    ext_expires_in: lifetime - 1,
    access_token: signToken(
      userClaims({ application, directory, user, scope, subject, amr: grant.amr }, now, lifetime),
      cloud.keys.active,
    ),
  }
  if (grant.scopes.includes('offline_access')) tokens.refresh_token = cloud.refreshTokens.issue(grant, now, previous)
  if (grant.scopes.includes('openid')) {
    tokens.id_token = issueIdToken(cloud, { directory, user, application, grant, nonce })
  }
  return { kind: 'tokens', tokens }
}
