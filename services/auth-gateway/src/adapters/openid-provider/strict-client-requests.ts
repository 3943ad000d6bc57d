import type { KoaContextWithOIDC } from 'oidc-provider'
import { DEVICE_GRANT } from './oidc-adapter.ts'

/** Endpoints at which clients authenticate. */
const NAMING_CLIENTS = new Set(['/token', '/par', '/introspect', '/revoke', '/device_authorization'])

/**
 * Enforces RFC 6749 where oidc-provider is laxer or vaguer: a secret in the URL, where logs keep it (2.3.1), a token
 * endpoint asked by GET (3.2), a grant that this client may not use (5.2).
 */
export async function strictClientRequests(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  const isNamingClient = NAMING_CLIENTS.has(ctx.path)
  if (isNamingClient && ctx.method === 'GET') {
    ctx.set('allow', 'POST')
    return answer(ctx, 405, 'invalid_request', 'only POST is supported')
  }
  if (isNamingClient && 'client_secret' in ctx.query)
    return answer(ctx, 400, 'invalid_request', 'a secret is no part of an address')
  await next()
  if (isNamingClient && ctx.status === 400 && isForeignGrant(ctx)) {
    answer(ctx, 400, 'unauthorized_client', 'this client may not use this grant')
  }
}

function isForeignGrant({ oidc }: KoaContextWithOIDC): boolean {
  const asked =
    oidc?.route === 'device_authorization'
      ? DEVICE_GRANT
      : oidc?.route === 'token'
        ? oidc.params?.grant_type
        : undefined
  const { client } = oidc ?? {}
  return client !== undefined && KNOWN_GRANTS.has(String(asked)) && !client.grantTypeAllowed(String(asked))
}
const KNOWN_GRANTS = new Set(['authorization_code', 'refresh_token', DEVICE_GRANT])

function answer(ctx: KoaContextWithOIDC, status: number, error: string, description: string): void {
  ctx.status = status
  ctx.set('cache-control', 'no-store')
  ctx.body = { error, error_description: description }
}
