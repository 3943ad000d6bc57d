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
 * A proxy that is trusted passes the Host on. One that passes on a client's X-Forwarded-Host as well would let the
 * client choose whose site it is, or come in by an inner host, so a forwarded host that differs is refused everywhere
 * but where a proxy asks for a third (T-139). `request.host` is the forwarded one, the last of several, if its sender
 * is trusted.
 */
export const forwardedHostPlugin = plugin<{ baseUrl: string }>(async (app, { baseUrl }) => {
  const { protocol } = new URL(baseUrl)
  app.addHook('onRequest', async ({ host: forwarded, headers, routeOptions }) => {
    const { host } = headers
    if (forwarded === (host ?? '') || routeOptions.config.takesForwardedHost) return
    const read = readHost(forwarded, protocol)
    if (read === undefined || read !== readHost(host, protocol)) throw refuse('forwarded-host-differs')
  })
})

/** Runs before any cookie is read, also by the OpenID Provider, which has its own parser. */
export const plantedCookiesPlugin = plugin(async (app) => {
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.headers.cookie !== undefined) raw.headers.cookie = withoutPlantedCookies(raw.headers.cookie)
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
