import type { FastifyRequest } from 'fastify'
import { isSameSiteRequest } from './domain/cross-site.ts'
import { refuse } from './errors.ts'

/** Proof that a request which a cookie speaks for comes from a page of the same origin. */
export function requireSameSite(request: FastifyRequest): void {
  const secFetchSite = request.headers['sec-fetch-site']
  const provenance = {
    method: request.method,
    origin: request.headers.origin,
    secFetchSite: secFetchSite ? String(secFetchSite) : undefined,
  }
  if (!isSameSiteRequest(provenance, request.site.origin)) throw refuse('cross-site-request')
}
