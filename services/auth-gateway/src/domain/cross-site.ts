type Provenance = { method: string; secFetchSite: string | undefined; origin: string | undefined }

/**
 * Whether a request that carries a cookie is our own page's (T-23). Reading is always allowed; changing needs
 * Sec-Fetch-Site `same-origin`, or an Origin that is ours where a browser sends no fetch metadata.
 */
export function isSameSiteRequest({ method, secFetchSite, origin }: Provenance, ownOrigin: string): boolean {
  if (method === 'GET' || method === 'HEAD') return true
  if (secFetchSite !== undefined) return secFetchSite === 'same-origin'
  return origin === ownOrigin
}

/**
 * Whether a form that carries a proof of its own was sent by another site all the same. Browsers without fetch metadata name no origin for
 * pages that send no referrer: there the proof alone counts.
 */
export function isForeignForm({ method, secFetchSite, origin }: Provenance, ownOrigin: string): boolean {
  if (method !== 'POST') return false
  if (secFetchSite !== undefined) return secFetchSite !== 'same-origin'
  return origin !== undefined && origin !== 'null' && origin !== ownOrigin
}
