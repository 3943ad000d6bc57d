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
 * True for a path that means the same to everybody who reads it: no dot or empty segment, no encoded slash, dot,
 * backslash or percent, nothing that a URL parser would rewrite (T-70).
 */
export function isPlainPath(path: string): boolean {
  if (!path.startsWith('/') || /[\\\p{Cc}\s]|%(?:2e|2f|5c|25|[01][0-9a-f])/iu.test(path)) return false
  return path
    .split('/')
    .slice(1)
    .every((segment, index, all) => segment !== '.' && segment !== '..' && (segment !== '' || index === all.length - 1))
}
