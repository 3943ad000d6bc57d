import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Forwarder = Awaited<ReturnType<typeof startForwarder>>

/**
 * One address in front of changing servers, as a cluster's Service: `switchTo` leads new connections to another port,
 * those that are open stay where they are.
 */
export async function startForwarder(target: number) {
  let port = target
  let losing: string | undefined
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    let isMute = false
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
      if (losing !== undefined && chunk.includes(losing)) {
        isMute = true
        losing = undefined
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (!isMute) client.write(chunk)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    switchTo(next: number): void {
      port = next
    },
    /** The next request that contains this text arrives; nothing more is answered on its connection. */
    loseReplyTo(text: string): void {
      losing = text
    },
    async close(): Promise<void> {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
