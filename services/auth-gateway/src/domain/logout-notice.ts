/**
 * A notice to one app that a session has ended (OpenID Connect Back-Channel Logout 1.0). `tenantId` is null in rows older
 * than that column.
 */
export type LogoutNotice = {
  tenantId: string | null
  issuer: string
  clientId: string
  url: string
  sub: string
  sid: string
}

/** The specification's limit (2.4), in seconds: the token is signed again for each attempt. */
export const LOGOUT_TOKEN_TTL = 120
export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

const WAITS = [5, 30, 120, 600, 1_800]

/** Seconds until the next attempt after this many failures; undefined when the app is given up. */
export function waitAfterAttempts(attempts: number): number | undefined {
  return WAITS[attempts - 1]
}
