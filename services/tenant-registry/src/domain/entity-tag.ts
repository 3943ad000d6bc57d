/** The version of a resource as a strong entity tag (RFC 9110 8.8.3). */
export function entityTag(version: number): string {
  return `"${version}"`
}

/** Whether `If-Match` (RFC 9110 13.1.1, strong comparison) lets a change of this version through; absent means any. */
export function isMatch(ifMatch: string | undefined, version: number | undefined): boolean {
  if (ifMatch === undefined) return true
  if (version === undefined) return false
  if (ifMatch.trim() === '*') return true
  return ifMatch.split(',').some((tag) => tag.trim() === entityTag(version))
}
