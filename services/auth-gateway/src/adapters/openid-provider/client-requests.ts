import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider'
import type { Records } from '../../ports.ts'
import { DEVICE_GRANT } from './session-listing.ts'

// Requests of clients that oidc-provider treats otherwise than RFC 6749 and RFC 9700 say.

type Next = () => Promise<void>

/** Endpoints at which clients authenticate. */
export const CLIENT_ENDPOINTS = /^\/(?:token|par|introspect|revoke|device_authorization)$/

/**
 * Enforces RFC 6749 where oidc-provider is laxer or vaguer: a secret in the URL, where logs keep it (2.3.1), a token
 * endpoint asked by GET (3.2), a grant that this client may not use (5.2).
 */
export async function strictClientRequests(ctx: KoaContextWithOIDC, next: Next): Promise<void> {
  if (ctx.method === 'GET') {
    ctx.set('allow', 'POST')
    return answer(ctx, 405, 'invalid_request', 'only POST is supported')
  }
  if ('client_secret' in ctx.query) return answer(ctx, 400, 'invalid_request', 'a secret is no part of an address')
  await next()
  if (ctx.status === 400 && isForeignGrant(ctx))
    answer(ctx, 400, 'unauthorized_client', 'this client may not use this grant')
}

function isForeignGrant({ oidc }: KoaContextWithOIDC): boolean {
  const { route, params, client } = oidc ?? {}
  const asked = route === 'device_authorization' ? DEVICE_GRANT : route === 'token' && params?.grant_type
  return client !== undefined && KNOWN_GRANTS.has(String(asked)) && !client.grantTypeAllowed(String(asked))
}
const KNOWN_GRANTS = new Set(['authorization_code', 'refresh_token', DEVICE_GRANT])

function answer(ctx: KoaContextWithOIDC, status: number, error: string, description: string): void {
  ctx.status = status
  ctx.set('cache-control', 'no-store')
  ctx.body = { error, error_description: description }
}

/**
 * Removes a code that its own client presented wrongly (verifier, redirect URI, key; RFC 9700 2.1.1, T-31):
 * oidc-provider checks these before it consumes the code. A foreign client (T-135) or an outage of ours does not use
 * the code up.
 */
export function burnRefusedCodes(records: Records) {
  return async (ctx: KoaContextWithOIDC, next: Next): Promise<void> => {
    await next()
    if (ctx.status !== 400 || ctx.oidc?.route !== 'token') return
    const { grant_type: grantType, code } = ctx.oidc.params ?? {}
    const clientId = authenticatedClientId(ctx)
    if (grantType !== 'authorization_code' || typeof code !== 'string' || clientId === undefined) return
    const found = await records.find('AuthorizationCode', code)
    if (found?.payload.clientId === clientId) await records.remove('AuthorizationCode', code)
  }
}

/**
 * Undefined for a request with an attestation, which oidc-provider refuses after it has found the client (OAuth 2.0
 * Attestation-Based Client Authentication).
 */
function authenticatedClientId({ headers, oidc }: KoaContextWithOIDC): string | undefined {
  const hasAttestation = Object.keys(headers).some((name) => name.startsWith('oauth-client-attestation'))
  return hasAttestation ? undefined : oidc.client?.clientId
}

/**
 * Refuses a request object in the way, and with the `state`, that the object asks for: it may have what the query has not
 * (OpenID Connect Core 6.1), and oidc-provider refuses it unread. Unsigned or not, it counts no more than a query.
 */
export async function answerAsObjectAsks(ctx: KoaContextWithOIDC, next: Next): Promise<void> {
  if ('request' in ctx.query) ctx.query = withAnswerMembers(ctx.query)
  return next()
}

function withAnswerMembers<T extends Record<string, unknown>>(parameters: T): T {
  return typeof parameters?.request === 'string'
    ? { ...readAnswerMembers(parameters.request), ...parameters }
    : parameters
}

function readAnswerMembers(object: string): Record<string, string> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(object.split('.')[1] ?? '', 'base64url').toString())
    const { response_mode, state } = Object(claims)
    const members = Object.entries({ response_mode, state })
    return Object.fromEntries(members.filter(([, value]) => typeof value === 'string'))
  } catch {
    return {}
  }
}

type Body = Record<string, unknown>
type Context = { ctx: KoaContextWithOIDC }

/**
 * Rewrites forms as they are meant: a request object's members for its answer, a refresh without `offline_access`, and an
 * empty secret, which it treats as none (RFC 6749 2.3.1). Go and other clients send a public client's id as `Basic
 * base64("id:")` before they try without, and oidc-provider refuses that. The header becomes the form's `client_id`, so
 * that the client authenticates by method `none`.
 */
export function acceptLooseForms(provider: Provider) {
  const named = new WeakMap<IncomingMessage, string>()
  const bodies = new WeakMap<object, Body>()
  // The library parses the form after this middleware and before it authenticates the client.
  Object.defineProperty(provider.OIDCContext.prototype, 'body', {
    get(this: Context) {
      return bodies.get(this)
    },
    set(this: Context, body: Body) {
      bodies.set(this, withAnswerMembers(withoutOfflineAccess(withClient(body, named.get(this.ctx.req)))))
    },
  })

  return async (ctx: KoaContextWithOIDC, next: Next): Promise<void> => {
    const clientId = readEmptySecret(ctx.headers.authorization)
    if (clientId === undefined) return next()
    named.set(ctx.req, clientId)
    delete ctx.req.headers.authorization
    await next()
    // RFC 6749 5.2: a client that used the header gets a challenge.
    if (ctx.status === 401) ctx.set('www-authenticate', `Basic realm="${provider.issuer}", error="invalid_client"`)
  }
}

/** A form with another client id yields two, which the library refuses. */
function withClient(body: Body, clientId: string | undefined): Body {
  if (!clientId || body.client_id === clientId) return body
  return { ...body, client_id: body.client_id ? [body.client_id, clientId].flat() : clientId }
}

/**
 * Ignores `offline_access` in the scope of a refresh. An authorization request without `prompt=consent` is not granted it
 * (OpenID Connect Core 11), refresh tokens are issued all the same, and Authlib repeats the scope that it asked for, which
 * oidc-provider refuses (RFC 6749 6).
 */
function withoutOfflineAccess(body: Body): Body {
  if (body?.grant_type !== 'refresh_token' || typeof body.scope !== 'string') return body
  const scopes = body.scope.split(' ').filter((scope) => scope !== 'offline_access')
  return { ...body, scope: scopes.join(' ') }
}

/** The client id of a Basic header whose secret is empty; undefined for every other header. */
function readEmptySecret(authorization: string | undefined): string | undefined {
  const encoded = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1]
  const [, name] = /^([^:]*):$/.exec(encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString()) ?? []
  if (name === undefined) return undefined
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')) // as forms are encoded (RFC 6749 2.3.1)
  } catch {
    return undefined
  }
}
