import { Pool } from 'undici'

export type Session =
  | { kind: 'signed-in'; user: { name: string }; tenant: { name: string }; extensions: string[] }
  | { kind: 'signed-out' }
  /**
   * A session of another tenant, or a person who does not meet this app's requirements: signing in again does not help.
   */
  | { kind: 'refused' }
  | { kind: 'unavailable' }

type Answer = { user: { name: string }; tenant: { name: string }; bindings: ReadonlyArray<{ extension: string }> }

/**
 * Asks the gateway who this cookie belongs to. Calls the gateway's configured address, never the one in the request's
 * Host header; the header only names the tenant's host, and an unknown host has no sessions.
 */
export function sessionReader(gatewayUrl: string) {
  const gateway = new Pool(gatewayUrl, { connectTimeout: 2_000, headersTimeout: 3_000, bodyTimeout: 3_000 })

  async function readSession(host: string, cookie: string | undefined): Promise<Session> {
    if (cookie === undefined) return { kind: 'signed-out' }
    try {
      const { statusCode, body } = await gateway.request({
        method: 'GET',
        path: '/auth/session',
        headers: { host, cookie },
      })
      if (statusCode !== 200) await body.dump()
      if (statusCode === 401) return { kind: 'signed-out' }
      if (statusCode === 403) return { kind: 'refused' }
      if (statusCode !== 200) return { kind: 'unavailable' }
      const { user, tenant, bindings } = (await body.json()) as Answer
      return { kind: 'signed-in', user, tenant, extensions: bindings.map(({ extension }) => extension) }
    } catch {
      return { kind: 'unavailable' }
    }
  }
  return Object.assign(readSession, { close: () => gateway.close() })
}
