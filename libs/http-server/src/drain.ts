import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { whenConnectionCloses } from './connection-close.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Not ready from here on; requests are served as before, and each answer closes its connection. */
    drain(): void
    isDraining(): boolean
  }
}

/**
 * A rolling update loses no request: who is about to end says first that it is not ready, and serves on until nobody
 * sends it requests. An answer with `Connection: close` makes a client that keeps its connection open the next one, to
 * another replica (RFC 9112 9.6).
 */
export function allowDraining(app: FastifyInstance): void {
  const underWay = new Set<ServerResponse>()
  let isDraining = false
  // Before Fastify's own listener, and on the raw response: some routes answer on it by themselves.
  app.server.prependListener('request', ({ socket }, response) => {
    if (isDraining) response.shouldKeepAlive = false
    underWay.add(response)
    const forget = () => {
      underWay.delete(response)
      takeBack()
    }
    const takeBack = whenConnectionCloses(socket, forget)
    response.once('close', forget)
  })
  app.decorate('isDraining', () => isDraining)
  app.decorate('drain', () => {
    isDraining = true
    for (const response of underWay) response.shouldKeepAlive = false
  })
  app.addHook('preClose', async () => app.drain())
}
