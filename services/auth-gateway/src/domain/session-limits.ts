// Seconds. The README's table of lifetimes repeats these.

/** A login lasts two weeks at most, and ends earlier when no app has asked for a week. */
export const SESSION_ABSOLUTE = 14 * 24 * 3600
export const SESSION_IDLE = 7 * 24 * 3600
export const CODE = 60
export const ACCESS_TOKEN = 5 * 60
/** How long a used refresh token gives the same successor again. */
export const REFRESH_GRACE = 10
/** How far the time of a DPoP proof may be from ours: oidc-provider's own. */
export const DPOP_PROOF = 5 * 60
export const ID_TOKEN = 3600
export const DEVICE_CODE = 10 * 60
/** A desk phone stays signed in, whatever becomes of the browser it was connected in. */
export const DEVICE_LOGIN = 90 * 24 * 3600
export const PENDING_LOGIN = 10 * 60
export const REDEEMING_LOGIN = 2 * 60
export const INTERACTION = 3600

export const CONTROL_IDLE = 3600
export const CONTROL_ABSOLUTE = 8 * 3600
/** A Control session's idle time is written down at most this often. */
export const CONTROL_RENEWAL = 60

/** What is left of a session: the idle limit, or less when the absolute one is nearer. */
export function sessionTtl(loginAt: number | undefined, now: number): number {
  const absolute = (loginAt ?? now) + SESSION_ABSOLUTE - now
  return Math.max(1, Math.min(SESSION_IDLE, absolute))
}

export function isLoginTooOld(loginAt: number | undefined, now: number): boolean {
  return loginAt === undefined || now - loginAt >= SESSION_ABSOLUTE
}

export type ControlTimes = { startedAt: number; seenAt: number }

export function controlSessionState({ startedAt, seenAt }: ControlTimes, now: number): 'over' | 'renew' | 'fresh' {
  if (now - startedAt >= CONTROL_ABSOLUTE || now - seenAt >= CONTROL_IDLE) return 'over'
  return now - seenAt >= CONTROL_RENEWAL ? 'renew' : 'fresh'
}
