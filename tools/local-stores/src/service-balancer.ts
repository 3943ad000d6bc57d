import { once } from 'node:events'
import { get } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setInterval as every } from 'node:timers/promises'

/**
 * A cluster's Service: each new connection goes, in turn, to one of the endpoints that were ready at the last poll, and
 * stays there. An endpoint's end is noticed only by its readiness.
 */
export async function startBalancer(endpoints: readonly number[], pollMs: number) {
  const stopping = new AbortController()
  let ready: number[] = []
  let turn = 0
  const server = createServer((client) => {
    const port = ready[turn++ % ready.length]
    if (port === undefined) return void client.resetAndDestroy()
    const upstream = connect(port, '127.0.0.1')
    upstream.pipe(client).pipe(upstream)
    upstream.on('error', () => client.resetAndDestroy())
    client.on('error', () => upstream.resetAndDestroy())
  })
  const polling = (async () => {
    for await (const _ of every(pollMs, undefined, { signal: stopping.signal })) {
      const asked = await Promise.all(endpoints.map(async (port) => ((await isReady(port)) ? [port] : [])))
      ready = asked.flat()
    }
  })().catch(() => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    isReady: (port: number) => ready.includes(port),
    async close() {
      stopping.abort()
      await polling
      server.close()
    },
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(
      { host: '127.0.0.1', port, path: '/health/serving', agent: false, timeout: 2_000 },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode === 200)
      },
    )
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}
