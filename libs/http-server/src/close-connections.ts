import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

const LOOK_MS = 50

/**
 * Lets no connection outlive the last request under way when the server closes. Node closes those that are idle in that
 * moment, once: one that becomes idle later is kept for its next request, for as long as the client likes, and one that
 * a client opened ahead of need, which has carried no request, passes for busy. The end of the service would wait for
 * the time-outs of both.
 */
export function closeConnectionsInTime(app: Pick<FastifyInstance, 'server' | 'addHook'>): void {
  const unused = new Set<Socket>()
  let isClosing = false
  let looking: NodeJS.Timeout | undefined
  app.server.on('connection', (socket: Socket) => {
    if (isClosing) return void socket.destroy()
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  app.server.on('request', ({ socket }) => unused.delete(socket))
  app.addHook('preClose', async () => {
    isClosing = true
    for (const socket of unused) socket.destroy()
    looking = setInterval(() => app.server.closeIdleConnections(), LOOK_MS)
  })
  app.addHook('onClose', async () => clearInterval(looking))
}
