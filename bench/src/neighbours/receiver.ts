import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type ReceivedEvent = { path: string; type: string; data: Record<string, unknown> }

/** A phone system's address for webhooks, which answers when `work` on an event has ended. */
export async function startReceiver(work: (event: ReceivedEvent) => Promise<unknown>) {
  const server = createServer(async (request, response) => {
    const event = JSON.parse(await text(request)) as Omit<ReceivedEvent, 'path'>
    await work({ ...event, path: request.url ?? '' })
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
