import type { IncomingMessage } from 'node:http'
import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider'

type Body = Record<string, unknown>
type Context = { ctx: KoaContextWithOIDC }

/**
 * Treats an empty secret as none (RFC 6749 2.3.1). Go and other clients send a public client's id as `Basic
 * base64("id:")` before they try without, and oidc-provider refuses that. The header becomes the form's `client_id`, so
 * that the client authenticates by method `none`.
 */
export function acceptEmptySecrets(provider: Provider) {
  const named = new WeakMap<IncomingMessage, string>()
  const bodies = new WeakMap<object, Body>()
  // The library parses the form after this middleware and before it authenticates the client.
  Object.defineProperty(provider.OIDCContext.prototype, 'body', {
    get(this: Context) {
      return bodies.get(this)
    },
    set(this: Context, body: Body) {
      bodies.set(this, withClient(body, named.get(this.ctx.req)))
    },
  })

  return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
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
