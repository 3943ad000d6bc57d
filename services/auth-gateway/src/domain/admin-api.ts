import type { Principal } from '@jackfield/contract/access/principal'

export type Backend = 'tenant-registry' | 'user-sync-worker'

const ROSTER_PATHS = [
  /^\/job-board(?:\/|$)/,
  /^\/tenants\/[^/]+\/(?:users|phone-systems|sync-runs|webhook-endpoints)(?:\/|$)/,
  /^\/tenants\/[^/]+\/binding-[a-z-]+(?:\/|$)/,
  /^\/tenants\/[^/]+\/microsoft-accounts\/[^/]+\/(?:microsoft-users|imports|import-rules|resyncs)(?:\/|$)/,
]

/** Which service answers a path of the admin API (without `/api/v1`). */
export function chooseBackend(path: string): Backend {
  return ROSTER_PATHS.some((pattern) => pattern.test(path)) ? 'user-sync-worker' : 'tenant-registry'
}

/**
 * True for a path that every URL parser reads alike: no dot or empty segment, no encoded slash, dot, backslash or
 * percent (T-70).
 */
export function isPlainPath(path: string): boolean {
  if (!path.startsWith('/') || /[\\\p{Cc}\s]|%(?:2e|2f|5c|25|[01][0-9a-f])/iu.test(path)) return false
  return path
    .split('/')
    .slice(1)
    .every((segment, index, all) => segment !== '.' && segment !== '..' && (segment !== '' || index === all.length - 1))
}

// Bounds of what one replica forwards to one service behind the admin API. The README's table repeats these.
export const CALLS = { atOnce: 128, ofCaller: 24, waiting: 500, waitingOfCaller: 50, waitMs: 5_000 }
/** Calls that a replica answers itself; each may read a page of sessions from the store. */
export const OWN_CALLS = { atOnce: 32, ofCaller: 6, waiting: 200, waitingOfCaller: 20 }
/** Event streams stay open for minutes: connections of their own, none of those for calls. */
export const STREAMS = { atOnce: 250, ofCaller: 25 }

/** Slots are shared by all keys and admins of a tenant; each key and admin of the platform has its own. */
export function callerOf({ scope, id }: Pick<Principal, 'scope' | 'id'>): string {
  return scope === 'platform' ? id : scope
}
