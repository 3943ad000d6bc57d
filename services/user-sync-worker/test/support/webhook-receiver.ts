import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type ReceivedWebhook = {
  headers: Record<string, string>
  body: string
  type: string
  data: Record<string, unknown>
}

/**
 * A phone system's webhook address: keeps what comes, and answers as told; while it hangs it reads and never answers.
 */
export async function startWebhookReceiver() {
  const received: ReceivedWebhook[] = []
  const receiver = {
    url: '',
    received,
    status: 204,
    isHanging: false,
    headers: {} as Record<string, string>,
    close: async () => {},
  }
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const { type, data } = JSON.parse(body)
    received.push({ headers: request.headers as Record<string, string>, body, type, data })
    if (!receiver.isHanging) response.writeHead(receiver.status, receiver.headers).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  receiver.close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return receiver
}
export type WebhookReceiver = Awaited<ReturnType<typeof startWebhookReceiver>>
