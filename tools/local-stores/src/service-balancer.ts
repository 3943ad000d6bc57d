import { once } from 'node:events'
import { get } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setInterval as every } from 'node:timers/promises'

/** Readiness checks in a row that may time out before an endpoint counts as not ready, as Kubernetes' failureThreshold. */
const MOST_TIMEOUTS = 3

/**
 * A cluster's Service: each new connection goes, in turn, to one of the endpoints that were ready at the last poll, and
 * stays there. An endpoint's end is noticed only by its readiness.
 */
export async function startBalancer(endpoints: readonly number[], pollMs: number) {
  const stopping = new AbortController()
  const timeouts = new Map<number, number>()
  let ready: number[] = []
  let turn = 0
  async function staysReady(port: number): Promise<boolean> {
    const answer = await askReadiness(port)
    const inARow = answer === 'timeout' ? (timeouts.get(port) ?? 0) + 1 : 0
    timeouts.set(port, inARow)
    return answer === 'timeout' ? ready.includes(port) && inARow < MOST_TIMEOUTS : answer === 'ready'
  }
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
      const asked = await Promise.all(endpoints.map(async (port) => ((await staysReady(port)) ? [port] : [])))
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

function askReadiness(port: number): Promise<'ready' | 'not ready' | 'timeout'> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/health/serving', agent: false, timeout: 3_000 }
    const request = get(options, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200 ? 'ready' : 'not ready')
    })
    request.on('timeout', () => {
      resolve('timeout')
      request.destroy()
    })
    request.on('error', () => resolve('not ready'))
  })
}
