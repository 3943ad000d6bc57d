import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Forwarder = Awaited<ReturnType<typeof startForwarder>>

/**
 * One address in front of changing servers, as a cluster's Service: `switchTo` leads new connections to another port,
 * those that are open stay where they are.
 */
export async function startForwarder(target: number) {
  let port = target
  let losing: { text: string; part: 'request' | 'reply' } | undefined
  let muted = new WeakSet<Socket>()
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    let isLosingReply = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk) => {
      if (muted.has(client)) return
      if (losing !== undefined && chunk.includes(losing.text)) {
        const { part } = losing
        losing = undefined
        if (part === 'request') return void client.destroy()
        isLosingReply = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (isLosingReply) client.destroy()
      else if (!muted.has(client)) client.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    switchTo(next: number): void {
      port = next
    },
    /** The connection ends with the next request that contains this text: before it arrives, or before its reply does. */
    lose(text: string, part: 'request' | 'reply' = 'reply'): void {
      losing = { text, part }
    },
    /** Nothing more passes on the connections that are open; they stay open. */
    mute(): void {
      muted = new WeakSet(sockets)
    },
    async close(): Promise<void> {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
