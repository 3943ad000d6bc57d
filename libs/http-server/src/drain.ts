import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { whenConnectionCloses } from './connection-close.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on the service is not ready. It serves requests as before, but each answer closes its connection. */
    drain(): void
    isDraining(): boolean
  }
}

/**
 * A rolling update loses no request: a replica that is about to end reports that it is not ready, and serves until no
 * more requests arrive. An answer with `Connection: close` makes a client with a kept connection open the next one, to
 * another replica (RFC 9112 9.6).
 */
export function allowDraining(app: FastifyInstance): void {
  const inFlight = new Set<ServerResponse>()
  let isDraining = false
  // Registered before Fastify's own listener, and on the raw response: some routes write to it directly.
  app.server.prependListener('request', ({ socket }, response) => {
    if (isDraining) response.shouldKeepAlive = false
    inFlight.add(response)
    const forget = () => {
      inFlight.delete(response)
      stopWatching()
    }
    const stopWatching = whenConnectionCloses(socket, forget)
    response.once('close', forget)
  })
  app.decorate('isDraining', () => isDraining)
  app.decorate('drain', () => {
    isDraining = true
    for (const response of inFlight) response.shouldKeepAlive = false
  })
  app.addHook('preClose', async () => app.drain())
}
