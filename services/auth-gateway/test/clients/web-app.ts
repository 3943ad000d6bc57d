import dns from 'node:dns'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { App, Outcome, Running } from './client.ts'

/** The answer of the authorization endpoint as the app's server got it. */
export type Answer = { url: URL; body: string | undefined }
type Login = { url: URL | string; finish(answer: Answer): Promise<Outcome> }

/** A server with one library in it: `/login` starts, `/callback` answers with the outcome as JSON. */
export async function serveLibrary(
  apps: readonly App[],
  port: number,
  begin: (app: App) => Promise<Login>,
): Promise<Running> {
  const begun = new Map<string, Login>()
  return serve(port, async (url, body): Promise<Response> => {
    const app = apps.find(({ origin }) => origin === url.origin)
    if (!app) return { status: 404, body: '' }
    if (url.pathname === '/login') {
      const login = await begin(app)
      begun.set(app.clientId, login)
      return { status: 302, body: '', headers: { location: String(login.url) } }
    }
    const outcome = await begun.get(app.clientId)?.finish({ url, body })
    return { status: 200, body: JSON.stringify(outcome), headers: { 'content-type': 'application/json' } }
  })
}

type Response = { status: number; body: string; headers?: Record<string, string | string[]> }

/** `/bye` is where a sign-out returns to. An error is the page: the test shows it. */
export async function serve(
  port: number,
  answer: (url: URL, body: string | undefined, headers: Headers) => Promise<Response>,
): Promise<Running> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const body = request.method === 'POST' ? Buffer.concat(await request.toArray()).toString() : undefined
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const {
      status,
      body: text,
      headers: more,
    } = await (url.pathname === '/bye'
      ? Promise.resolve<Response>({ status: 200, body: 'bye' })
      : answer(url, body, headers)
    ).catch((error: Error): Response => ({ status: 500, body: `${error.stack} ${JSON.stringify(error.cause)}` }))
    response.writeHead(status, more).end(text)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Names below `localhost` are this machine (RFC 6761 6.3); not every resolver knows. */
export function resolveLocalhost(): void {
  const { lookup } = dns
  const resolve = (name: string, ...rest: [dns.LookupOptions, () => void]) =>
    lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, ...rest)
  dns.lookup = resolve as typeof lookup
}
