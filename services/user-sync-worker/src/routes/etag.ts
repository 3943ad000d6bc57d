import { refuse } from '../errors.ts'

export function etagOf(version: number): string {
  return `"${version}"`
}

/** If-Match names the version the caller saw (RFC 9110 13.1.1); without it whatever is current is meant. */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const named = ifMatch.split(',').map((tag) => tag.trim())
  if (!named.includes(etagOf(version))) throw refuse('version-conflict')
}
