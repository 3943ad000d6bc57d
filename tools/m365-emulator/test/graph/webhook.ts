import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

export type Received = { path: string; raw: string; value: Record<string, unknown>[] }
type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

/** A subscriber's endpoint: answers the validation, records notifications, and otherwise behaves as the test sets. */
export async function startWebhook() {
  const received: Received[] = []
  let handshake: Answer = (request, response) => {
    const token = new URL(request.url ?? '', 'http://hook').searchParams.get('validationToken')
    response.writeHead(200, { 'content-type': 'text/plain' }).end(token)
  }
  let answer: Answer = (_request, response) => response.writeHead(202).end()
  const handshakes: string[] = []
  const server = createServer(async (request, response) => {
    let raw = ''
    for await (const chunk of request) raw += chunk
    if (request.url?.includes('validationToken=')) {
      handshakes.push(request.url)
      return handshake(request, response, raw)
    }
    received.push({ path: request.url ?? '', raw, value: JSON.parse(raw).value })
    return answer(request, response, raw)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = address && typeof address === 'object' ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/graph`,
    received,
    handshakes,
    entries: () => received.flatMap(({ value }) => value),
    onHandshake(change: Answer) {
      handshake = change
    },
    onNotification(change: Answer) {
      answer = change
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
export type Webhook = Awaited<ReturnType<typeof startWebhook>>
