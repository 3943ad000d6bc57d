/** The one-time link's token, `/enter#<token>`: read once, and taken out of the address bar and the history entry. */
export function takeEntryToken(): string | undefined {
  if (location.pathname !== '/enter' || location.hash.length < 2) return undefined
  const token = location.hash.slice(1)
  history.replaceState(null, '', '/enter')
  return token
}
