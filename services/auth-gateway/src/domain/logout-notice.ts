/**
 * One app that has to hear that a session of it has ended (OpenID Connect Back-Channel Logout 1.0). `tenantId`: whose person it was; null in
 * notices from before it was noted.
 */
export type LogoutNotice = { tenantId: string | null; issuer: string; clientId: string; url: string; sub: string; sid: string }

/** The specification's own bound (2.4): short, for the token is made anew for each attempt. Seconds. */
export const LOGOUT_TOKEN_TTL = 120
export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

const WAITS = [5, 30, 120, 600, 1_800]

/** Seconds until the next attempt after so many that failed; undefined when the app is given up. */
export function waitAfterAttempts(attempts: number): number | undefined {
  return WAITS[attempts - 1]
}
