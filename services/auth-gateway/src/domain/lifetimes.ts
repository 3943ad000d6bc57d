// Seconds. The README repeats these.

/** A login lasts at most two weeks, and ends after a week without use. */
export const SESSION_ABSOLUTE = 14 * 24 * 3600
export const SESSION_IDLE = 7 * 24 * 3600
export const CODE = 60
export const ACCESS_TOKEN = 5 * 60
/** Time in which a used refresh token yields the same successor again. */
export const REFRESH_GRACE = 10
/** Tolerance for the time of a DPoP proof, as in oidc-provider. */
export const DPOP_PROOF = 5 * 60
export const ID_TOKEN = 3600
export const DEVICE_CODE = 10 * 60
/** A desk phone stays signed in independently of the browser that connected it. */
export const DEVICE_LOGIN = 90 * 24 * 3600
export const PENDING_LOGIN = 10 * 60
export const REDEEMING_LOGIN = 2 * 60
export const INTERACTION = 3600

export const CONTROL_IDLE = 3600
export const CONTROL_ABSOLUTE = 8 * 3600
/** Minimum time between two writes of a Control session's last use. */
export const CONTROL_RENEWAL = 60

/** Remaining lifetime of a session: the idle limit or the rest of the absolute one, whichever is shorter. */
export function sessionTtl(loginAt: number | undefined, now: number): number {
  const absolute = (loginAt ?? now) + SESSION_ABSOLUTE - now
  return Math.max(1, Math.min(SESSION_IDLE, absolute))
}

export function isLoginTooOld(loginAt: number | undefined, now: number): boolean {
  return loginAt === undefined || now - loginAt >= SESSION_ABSOLUTE
}

type ControlTimes = { startedAt: number; seenAt: number }

export function controlSessionState({ startedAt, seenAt }: ControlTimes, now: number): 'over' | 'renew' | 'fresh' {
  if (now - startedAt >= CONTROL_ABSOLUTE || now - seenAt >= CONTROL_IDLE) return 'over'
  return now - seenAt >= CONTROL_RENEWAL ? 'renew' : 'fresh'
}
