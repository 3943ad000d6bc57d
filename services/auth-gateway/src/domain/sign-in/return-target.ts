/** Characters of a return address; a deep link of 8 kB is kept (FC-08). */
const LONGEST = 8_192
/** After the first slash: a second one, a backslash or a control character, plain or encoded any number of times. */
const STARTS_LIKE_HOST = /^\/(?:[/\\]|%(?:25)*(?:2f|5c|[01][0-9a-f]|7f))/i

export function isTooLongToReturn(wanted: unknown): boolean {
  return typeof wanted === 'string' && wanted.length > LONGEST
}

/**
 * Target after signing in: the requested address if it is on one of the app's origins, otherwise the default (T-11).
 * Never `/auth`, which would loop.
 */
export function chooseReturnTarget(
  wanted: unknown,
  { origin, allowed, home }: { origin: string; allowed: Iterable<string>; home: string },
): string {
  if (typeof wanted !== 'string' || isTooLongToReturn(wanted) || /[\\\p{Cc}\p{Z}]/u.test(wanted)) return home
  const isPath = wanted.startsWith('/') && !wanted.startsWith('//')
  if (!isPath && !/^https?:\/\/[^/]/i.test(wanted)) return home
  const target = URL.parse(wanted, origin)
  if (!target || target.username || target.password) return home
  if (!new Set(allowed).has(target.origin)) return home
  if (STARTS_LIKE_HOST.test(target.pathname)) return home
  return isOfGateway(target.pathname) ? home : target.href
}

function isOfGateway(path: string): boolean {
  return /^\/(?:a|%61)(?:u|%75)(?:t|%74)(?:h|%68)(?:\/|%2f|$)/i.test(path)
}
