import type { FastifyRequest } from 'fastify'
import { isForeignForm, isSameSiteRequest } from '../domain/cross-site.ts'
import { refuse } from '../errors.ts'

/** Requires that a request with a cookie comes from a page of the same origin. */
export function requireSameSite(request: FastifyRequest): void {
  if (!isSameSiteRequest(provenanceOf(request), request.site.origin)) throw refuse('cross-site-request')
}

/** Refuses foreign forms early; the form's own proof is checked later. */
export function refuseForeignForm(request: FastifyRequest): void {
  if (isForeignForm(provenanceOf(request), request.site.origin)) throw refuse('cross-site-request')
}

function provenanceOf({ method, headers }: FastifyRequest) {
  const secFetchSite = headers['sec-fetch-site']
  return { method, origin: headers.origin, secFetchSite: secFetchSite ? String(secFetchSite) : undefined }
}
