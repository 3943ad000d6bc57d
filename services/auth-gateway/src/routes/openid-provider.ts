import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { registeredOrigins } from '../domain/app-registration.ts'
import { refuse } from '../errors.ts'
import { lookOf } from '../http/page-plugin.ts'
import type { Ports } from '../ports.ts'
import { ensureBrowser, readBrowser } from '../sessions/browser-cookie.ts'
import { refuseForeignForm } from '../sessions/same-site.ts'
import { signInSite } from '../sites/site-plugin.ts'

/** Documents that every origin may read. */
const OPEN = new Set(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/jwks'])

/** The tenant's OpenID Provider under `/auth`: it reads and answers the raw request itself. */
export const openidProvider: FastifyPluginAsync<Ports & { baseUrl: string }> = async (app, ports) => {
  // The provider parses bodies; here they are passed by unread.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))

  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/auth/*',
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const site = signInSite(request)
      const path = (request.url.split('?')[0] ?? '').slice('/auth'.length)
      if (!ADDRESSES.test(path)) throw refuse('not-found')
      const { origin } = request.headers
      if (origin !== undefined && !OPEN.has(path) && isCalledByScript(path)) {
        // oidc-provider reflects any Origin until it knows the client; here unregistered ones end before (SC-14).
        const registered = registeredOrigins(site, await ports.registry.listApps(), ports.baseUrl)
        if (!registered.has(origin)) throw refuse('origin-not-registered')
      }
      if (request.method === 'POST' && PASSED_ON.has(path)) return asGet(path, request, reply)
      if (OWN_FORMS.has(path)) refuseForeignForm(request)
      const isUserCode = request.method === 'POST' && path === '/device'
      if (isUserCode) await app.rateLimiter.check(request, 'wrong-user-codes')
      const provider = await ports.providers(site)
      const { browser, setCookie } =
        path === '/authorize' || path === '/device' ? ensureBrowser(request) : { browser: readBrowser(request), setCookie: undefined }

      const formTargets = path.startsWith('/authorize') ? registeredOrigins(site, await ports.registry.listApps(), ports.baseUrl) : []
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
      reply.raw.setHeader('content-security-policy', scriptedFormPolicy(formTargets))
      keepCookiesSecure(reply.raw)
      if (setCookie) reply.raw.setHeader('set-cookie', [setCookie])
      pretendMounted(request, site.origin)
      const { isWrongUserCode } = await provider.handle(request.raw, reply.raw, { path, browser, look: () => lookOf(request) })
      // Answered already: it is the next guess that is refused.
      if (isWrongUserCode) await app.rateLimiter.count(request, 'wrong-user-codes').catch(() => undefined)
    },
  })
}

/**
 * oidc-provider takes its addresses in any case and with a slash behind them. Here each has one spelling: whatever is
 * decided by the path, a rate limit or whose form it is, is decided for all that reaches it (T-70).
 */
const ADDRESSES = /^\/(?:[a-z_]+|\.well-known\/[a-z-]+|logout\/[a-z]+|(?:authorize|device)\/[\w-]{1,64})$/

/** Where apps may send a form, which goes on as a GET. */
const PASSED_ON = new Set(['/authorize', '/logout'])

/** Where pages of the provider send their forms, and nobody else does. */
const OWN_FORMS = new Set(['/logout/confirm', '/device'])

const SCRIPTED = new Set(['/par', '/token', '/introspect', '/revoke', '/userinfo'])

function isCalledByScript(path: string): boolean {
  return SCRIPTED.has(path)
}

/**
 * A request by POST for a code (OpenID Connect Core 3.1.2.1) or to sign out (RP-Initiated Logout 2) goes on as the same
 * request by GET: a cross-site POST carries no Lax cookie, the redirect's GET does, and the session cookie stays Lax
 * (T-16).
 */
async function asGet(path: string, request: FastifyRequest, reply: FastifyReply) {
  const isForm = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'
  const body = isForm ? await readBounded(request.raw, 8_192) : undefined
  if (body === undefined) throw refuse('request-not-readable')
  return reply.header('cache-control', 'no-store').redirect(`/auth${path}?${new URLSearchParams(body)}`, 303)
}

async function readBounded(stream: IncomingMessage, limit: number): Promise<string | undefined> {
  const parts: Buffer[] = []
  let length = 0
  // Not destroyed when it is too long: the browser is to read why.
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

/** What the provider builds its addresses from: the resolved host, never the client's headers. */
function pretendMounted(request: FastifyRequest, origin: string): void {
  const [protocol, host] = origin.split('://')
  const { raw } = request
  Object.assign(raw.headers, { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol, 'x-forwarded-for': request.ip })
  Object.assign(raw, { originalUrl: raw.url, url: raw.url?.slice('/auth'.length) })
}

/** Policy of the provider's own small pages, which submit a form by script: it adds the script's hash itself. */
function scriptedFormPolicy(formTargets: Iterable<string>): string {
  const targets = ["'self'", ...formTargets].join(' ')
  return `default-src 'none'; script-src; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action ${targets}`
}

/**
 * On plain http the cookie library leaves `Secure` out, and a `__Host-` cookie without it is void. Browsers accept
 * Secure cookies on http://*.localhost, the only place where plain http is allowed.
 */
function keepCookiesSecure(response: ServerResponse): void {
  const setHeader = response.setHeader.bind(response)
  response.setHeader = (name, value) => {
    if (name.toLowerCase() !== 'set-cookie' || typeof value === 'number') return setHeader(name, value)
    const cookies = typeof value === 'string' ? [value] : value
    return setHeader(
      name,
      cookies.map((cookie) => (/;\s*secure/i.test(cookie) ? cookie : `${cookie}; secure`)),
    )
  }
}
