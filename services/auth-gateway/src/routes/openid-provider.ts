import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { registeredOrigins } from '../domain/app-registration.ts'
import { refuse } from '../errors.ts'
import { lookOf, noteRefusal, sendPage, textsOf } from '../http/page-plugin.ts'
import { refuseForeignForm } from '../http/request-guards.ts'
import { pathOf } from '../http/requests.ts'
import { ONWARD_QUERY, signOutOnwardPage } from '../pages/script-pages.ts'
import type { Parts } from '../ports.ts'
import { ensureBrowser, readBrowsers } from '../sessions/browser-cookie.ts'
import { signInSite } from '../sites/site-plugin.ts'

/** Mounts the OpenID Provider of a site under `/auth`. It reads and answers the raw request. */
export const openidProvider: FastifyPluginAsync<Parts> = async (app, ports) => {
  // The provider parses bodies: they are passed on unread.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (!OF_PROGRAMS.test(pathOf(request))) throw error
    const { status, code, message } = noteRefusal(error, reply)
    return reply
      .status(status)
      .header('cache-control', 'no-store')
      .send({ error: oauthError(status), error_description: message, code, request_id: request.id })
  })

  app.route({
    method: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    url: '/auth/*',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const site = signInSite(request)
      const path = pathOf(request).slice('/auth'.length)
      if (!ADDRESSES.test(path)) throw refuse('not-found')
      const { origin } = request.headers
      if (origin !== undefined && SCRIPTED.has(path)) {
        // oidc-provider reflects any Origin until it knows the client, so unregistered ones are refused before (SC-14).
        const registered = registeredOrigins(site, await ports.registry.listApps(), ports.baseUrl)
        if (!registered.has(origin)) throw refuse('origin-not-registered')
      }
      if (request.method === 'POST' && path === '/authorize') return asGet(path, await readForm(request), reply)
      if (request.method === 'POST' && path === '/logout') {
        const form = await readForm(request)
        if (!form.has('id_token_hint')) return asGet(path, form, reply)
        if (!isFromOwnPage(request)) return sendPage(reply, 200, signOutOnwardPage(textsOf(request), form))
        Object.assign(request.raw, { method: 'GET', url: `/auth/logout?${form}` }) // inside, the provider knows GET only
      }
      if (OWN_FORMS.has(path)) refuseForeignForm(request)
      const isUserCode = request.method === 'POST' && path === '/device'
      if (isUserCode) await app.rateLimiter.check(request, 'wrong-user-codes')
      const provider = await ports.providers(site)
      const beginning = BEGINNINGS.has(path) ? ensureBrowser(request) : undefined

      const formTargets = path.startsWith('/authorize')
        ? registeredOrigins(site, await ports.registry.listApps(), ports.baseUrl)
        : []
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      reply.raw.setHeader('content-security-policy', scriptedFormPolicy(formTargets))
      keepCookiesSecure(reply.raw, request.method)
      if (request.method === 'HEAD') request.raw.method = 'GET' // the provider knows no HEAD; Node leaves the body out
      if (beginning) reply.raw.setHeader('set-cookie', beginning.setCookies)
      pretendMounted(request, site.origin)
      const { isWrongUserCode } = await provider.handle(request.raw, reply.raw, {
        path,
        browser: beginning?.browser,
        browsers: readBrowsers(request),
        look: () => lookOf(request),
      })
      // The response is sent already; the limit applies to the next guess.
      if (isWrongUserCode) await app.rateLimiter.count(request, 'wrong-user-codes').catch(() => undefined)
    },
  })
}

/**
 * Each path has one spelling, so that rate limits and form checks by path apply (T-70); oidc-provider accepts any case
 * and a trailing slash.
 */
const ADDRESSES = /^\/(?:[a-z_]+|\.well-known\/[a-z-]+|logout\/[a-z]+|(?:authorize|device)\/[\w-]{1,64})$/

/** Endpoints that begin an attempt. */
const BEGINNINGS = new Set(['/authorize', '/device'])

/** Endpoints to which only the provider's own pages POST. */
const OWN_FORMS = new Set(['/logout/confirm', '/device'])

/** Endpoints that programs call: a refusal is JSON there (RFC 6749 5.2), a page elsewhere. */
const OF_PROGRAMS = /^\/auth\/(?:par|token|introspect|revoke|userinfo|jwks|device_authorization|\.well-known\/[a-z-]+)$/

function oauthError(status: number): string {
  if (status === 429 || status === 503) return 'temporarily_unavailable'
  return status >= 500 ? 'server_error' : 'invalid_request'
}

/** Endpoints that only registered origins may call by script; any origin may read the documents. */
const SCRIPTED = new Set(['/par', '/token', '/introspect', '/revoke', '/userinfo'])

/**
 * Redirects an authorization request (OpenID Connect Core 3.1.2.1) or a sign-out (RP-Initiated Logout 2) by POST to the
 * same request by GET: only that carries the Lax session cookie (T-16).
 */
function asGet(path: string, form: URLSearchParams, reply: FastifyReply) {
  return reply.header('cache-control', 'no-store').redirect(`/auth${path}?${form}`, 303)
}

/**
 * Whether a sign-out by POST has the session's cookie, or comes from the page that posts it once more from our own origin,
 * so that it does: its ID token never gets into an address (FC-16).
 */
function isFromOwnPage({ url, cookies }: FastifyRequest): boolean {
  return url.endsWith(ONWARD_QUERY) || cookies['__Host-jackfield-session'] !== undefined
}

async function readForm(request: FastifyRequest): Promise<URLSearchParams> {
  const isForm =
    request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
  const body = isForm ? await readBounded(request.raw, 8_192) : undefined
  if (body === undefined) throw refuse('request-not-readable')
  return new URLSearchParams(body)
}

async function readBounded(stream: IncomingMessage, limit: number): Promise<string | undefined> {
  const parts: Buffer[] = []
  let length = 0
  // Not destroyed on return, so that the browser can read the response.
  for await (const part of stream.iterator({ destroyOnReturn: false })) {
    length += part.length
    if (length > limit) {
      stream.resume()
      return undefined
    }
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

/** Sets the headers from which the provider builds its URLs: the resolved host, never the client's headers. */
function pretendMounted(request: FastifyRequest, origin: string): void {
  const [protocol, host] = origin.split('://')
  const { raw } = request
  Object.assign(raw.headers, {
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol,
    'x-forwarded-for': request.ip,
  })
  Object.assign(raw, { originalUrl: raw.url, url: raw.url?.slice('/auth'.length) })
}

/** Policy of the provider's own pages that submit a form by script; the provider adds the script's hash. */
function scriptedFormPolicy(formTargets: Iterable<string>): string {
  const targets = ["'self'", ...formTargets].join(' ')
  return `default-src 'none'; script-src; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action ${targets}`
}

/**
 * On plain http, allowed on http://*.localhost only, the cookie library omits `Secure`, without which browsers ignore
 * `__Host-` cookies. HEAD sets none.
 */
function keepCookiesSecure(response: ServerResponse, method: string): void {
  const setHeader = response.setHeader.bind(response)
  response.setHeader = (name, value) => {
    if (name.toLowerCase() !== 'set-cookie' || typeof value === 'number') return setHeader(name, value)
    if (method === 'HEAD') return response
    const cookies = typeof value === 'string' ? [value] : value
    return setHeader(
      name,
      cookies.map((cookie) => (/;\s*secure/i.test(cookie) ? cookie : `${cookie}; secure`)),
    )
  }
}
