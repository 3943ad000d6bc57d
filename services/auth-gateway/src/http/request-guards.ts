import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { isForeignForm, isSameSiteRequest, withoutPlantedCookies } from '../domain/request-guards.ts'
import { readHost } from '../domain/site.ts'
import { refuse } from '../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A trusted proxy may ask here, at the gateway's own address, about another host. */
    takesForwardedHost?: true
  }
}

/**
 * Refuses a forwarded host that differs from Host (T-139): a trusted proxy that passes on a client's X-Forwarded-Host
 * would let the client choose the site. `request.host` is the forwarded one, the last of several, if its sender is
 * trusted.
 */
export const forwardedHostPlugin = plugin<{ baseUrl: string }>(async (app, { baseUrl }) => {
  const { protocol } = new URL(baseUrl)
  app.addHook('onRequest', ({ host: forwarded, headers, routeOptions }, _reply, done) => {
    const { host } = headers
    if (forwarded === (host ?? '') || routeOptions.config.takesForwardedHost) return done()
    const read = readHost(forwarded, protocol)
    if (read === undefined || read !== readHost(host, protocol)) throw refuse('forwarded-host-differs')
    done()
  })
})

/** Runs before any cookie is read, also by the OpenID Provider, which has its own parser. */
export const plantedCookiesPlugin = plugin(async (app) => {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    if (raw.headers.cookie !== undefined) raw.headers.cookie = withoutPlantedCookies(raw.headers.cookie)
    done()
  })
})

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Headers of every response; each page adds its content security policy. */
export const securityHeadersPlugin = plugin(async (app) => {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id)
    done()
  })
})

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
