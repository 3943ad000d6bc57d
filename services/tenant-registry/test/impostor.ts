import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

const DISCOVERY = '/.well-known/openid-configuration'

/**
 * Stands before an Entra ID and passes everything on, but for what its discovery documents say while it `changes` them,
 * and for requests of a directory that it `delays`.
 */
export async function startImpostor(target: string) {
  const impostor = {
    origin: '',
    changes: undefined as object | undefined,
    delays: undefined as { directoryId: string; until: Promise<void> } | undefined,
    close,
  }
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '', headers } = request
    const body =
      method === 'POST'
        ? { body: await buffer(request), headers: { 'content-type': String(headers['content-type']) } }
        : {}
    if (impostor.delays && url.includes(impostor.delays.directoryId)) await impostor.delays.until
    const answer = await fetch(target + url, { method, redirect: 'manual', ...body })
    const text = (await answer.text()).replaceAll(target, impostor.origin)
    const isChanged = impostor.changes && url.endsWith(DISCOVERY)
    const location = answer.headers.get('location')
    if (location) response.setHeader('location', location.replace(target, impostor.origin))
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
    response.end(isChanged ? JSON.stringify({ ...JSON.parse(text), ...impostor.changes }) : text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  impostor.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  async function close() {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return impostor
}
