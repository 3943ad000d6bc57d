import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readBody } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export type Fault = { status: number; headers?: Record<string, string>; body?: unknown }
/** Stands before the emulator's Graph on an origin of its own: can be slow, refuse, or spoil an answer. */
export type GraphGate = {
  origin: string
  delayMs: number
  /** Every answer waits for it. */
  until: Promise<void> | undefined
  /** Answers about a directory wait for it. */
  hold(directoryId: string, until: Promise<void>): void
  /** Taken one by one, each in place of an answer. */
  faults: Fault[]
  /** Changes an answer's body on its way. */
  rewrite: ((body: string) => string) | undefined
  requests: Array<{ method: string; path: string; query: URLSearchParams; authorization: string | undefined }>
  close(): Promise<void>
}

export async function startGraphGate(target: string): Promise<GraphGate> {
  const held = new Map<string, Promise<void>>()
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const gate: GraphGate = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delayMs: 0,
    until: undefined,
    hold: (directoryId, until) => void held.set(directoryId, until),
    faults: [],
    rewrite: undefined,
    requests: [],
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', gate.origin)
    const headers = Object.fromEntries(
      ['authorization', 'consistencylevel', 'content-type'].flatMap((name) =>
        request.headers[name] ? [[name, String(request.headers[name])]] : [],
      ),
    )
    gate.requests.push({
      method: String(request.method),
      path: url.pathname,
      query: url.searchParams,
      authorization: headers.authorization,
    })
    if (gate.delayMs > 0) await sleep(gate.delayMs)
    await gate.until
    await held.get(directoryOf(headers.authorization))
    const fault = gate.faults.shift()
    if (fault) {
      const body = JSON.stringify(fault.body ?? { error: { code: 'Fault', message: 'made by the test' } })
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers }).end(body)
      return
    }
    const sent = request.method === 'GET' ? {} : { method: String(request.method), body: await readBody(request) }
    const upstream = await fetch(target + request.url, { headers, ...sent })
    if (upstream.status === 204) return void response.writeHead(204).end()
    const body = (await upstream.text()).replaceAll(target, gate.origin)
    const wait = upstream.headers.get('retry-after')
    const told = { 'content-type': 'application/json', ...(wait === null ? {} : { 'retry-after': wait }) }
    response.writeHead(upstream.status, told).end(gate.rewrite?.(body) ?? body)
  }
  return gate
}

/** The directory of an app-only token. */
function directoryOf(authorization = ''): string {
  const [, payload = ''] = authorization.split('.')
  return payload === '' ? '' : JSON.parse(Buffer.from(payload, 'base64url').toString()).tid
}
