import type { FastifyRequest } from 'fastify'
import { isForeignForm, isSameSiteRequest } from '../domain/cross-site.ts'
import { refuse } from '../errors.ts'

/** Proof that a request which a cookie speaks for comes from a page of the same origin. */
export function requireSameSite(request: FastifyRequest): void {
  if (!isSameSiteRequest(provenanceOf(request), request.site.origin)) throw refuse('cross-site-request')
}

/** For forms whose own proof is looked at later. */
export function refuseForeignForm(request: FastifyRequest): void {
  if (isForeignForm(provenanceOf(request), request.site.origin)) throw refuse('cross-site-request')
}

function provenanceOf({ method, headers }: FastifyRequest) {
  const secFetchSite = headers['sec-fetch-site']
  return { method, origin: headers.origin, secFetchSite: secFetchSite ? String(secFetchSite) : undefined }
}
