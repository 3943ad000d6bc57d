type Provenance = { method: string; secFetchSite: string | undefined; origin: string | undefined }

/**
 * True when a request with a cookie comes from our own page (T-23). Reads are always allowed; writes need
 * Sec-Fetch-Site `same-origin`, or our Origin from a browser without fetch metadata.
 */
export function isSameSiteRequest({ method, secFetchSite, origin }: Provenance, ownOrigin: string): boolean {
  if (method === 'GET' || method === 'HEAD') return true
  if (secFetchSite !== undefined) return secFetchSite === 'same-origin'
  return origin === ownOrigin
}

/**
 * True when another site sent a form that carries a secret. Without fetch metadata, browsers send no origin for pages
 * without referrer: there the secret alone decides.
 */
export function isForeignForm({ method, secFetchSite, origin }: Provenance, ownOrigin: string): boolean {
  if (method !== 'POST') return false
  if (secFetchSite !== undefined) return secFetchSite !== 'same-origin'
  return origin !== undefined && origin !== 'null' && origin !== ownOrigin
}

const PREFIX = '__Host-'

/**
 * Drops `__Host-` cookies that arrive more than once: a browser keeps one of each, so a sibling host has planted the
 * others, and nothing tells which (RFC 6265bis 4.1.3.2).
 */
export function withoutPlantedCookies(header: string): string {
  const pairs = header.split(';').map((pair) => pair.trim())
  const names = pairs.filter((pair) => pair.startsWith(PREFIX)).map(nameOf)
  if (new Set(names).size === names.length) return header
  const planted = new Set(names.filter((name, at) => names.indexOf(name) !== at))
  return pairs.filter((pair) => !planted.has(nameOf(pair))).join('; ')
}

function nameOf(pair: string): string {
  return pair.split('=')[0]?.trim() ?? ''
}
