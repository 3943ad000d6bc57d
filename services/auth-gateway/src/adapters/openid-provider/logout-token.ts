import { randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { LOGOUT_EVENT, LOGOUT_TOKEN_TTL, type LogoutNotice } from '../../domain/logout-notice.ts'
import type { Clock } from '../../ports.ts'
import type { PlatformKeys } from '../platform-keys/postgres-platform-keys.ts'

/**
 * Signs a logout token for one app (OpenID Connect Back-Channel Logout 1.0, 2.4). Without a nonce, so that it cannot be
 * used as an ID token.
 */
export async function signLogoutToken(
  { tokenKeys: [key] }: PlatformKeys,
  { issuer, clientId, sub, sid }: LogoutNotice,
  clock: Clock,
) {
  if (!key?.kid) throw new TypeError('The platform has no signing key.')
  const now = clock()
  return new SignJWT({ events: { [LOGOUT_EVENT]: {} }, sid })
    .setProtectedHeader({ alg: 'ES256', typ: 'logout+jwt', kid: key.kid })
    .setIssuer(issuer)
    .setAudience(clientId)
    .setSubject(sub)
    .setIssuedAt(now)
    .setExpirationTime(now + LOGOUT_TOKEN_TTL)
    .setJti(randomUUID())
    .sign(await importJWK(key, 'ES256'))
}
