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
 * True when another site sent a form that carries a proof of its own. Browsers without fetch metadata send no origin
 * for pages without referrer: there the proof alone decides.
 */
export function isForeignForm({ method, secFetchSite, origin }: Provenance, ownOrigin: string): boolean {
  if (method !== 'POST') return false
  if (secFetchSite !== undefined) return secFetchSite !== 'same-origin'
  return origin !== undefined && origin !== 'null' && origin !== ownOrigin
}
