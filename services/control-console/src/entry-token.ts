/**
 * The token of a one-time link, `/enter#<token>`: read once, and removed from the address bar and the history entry.
 */
export function takeEntryToken(): string | undefined {
  if (location.pathname !== '/enter' || location.hash.length < 2) return undefined
  const token = location.hash.slice(1)
  history.replaceState(null, '', '/enter')
  return token
}
