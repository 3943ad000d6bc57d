import plugin from 'fastify-plugin'
import { readHost } from '../domain/site.ts'
import { refuse } from '../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A trusted proxy may ask here, at the gateway's own address, about another host. */
    takesForwardedHost?: true
  }
}

/**
 * A proxy that is trusted passes the Host on. One that passes on a client's X-Forwarded-Host as well would let the
 * client choose whose site it is, or come in by an inner host, so a forwarded host that differs is refused everywhere
 * but where a proxy asks for a third (T-139). `request.host` is the forwarded one, the last of several, if its sender
 * is trusted.
 */
export const forwardedHostPlugin = plugin<{ baseUrl: string }>(async (app, { baseUrl }) => {
  const { protocol } = new URL(baseUrl)
  app.addHook('onRequest', async ({ host: forwarded, headers, routeOptions }) => {
    const { host } = headers
    if (forwarded === (host ?? '') || routeOptions.config.takesForwardedHost) return
    const read = readHost(forwarded, protocol)
    if (read === undefined || read !== readHost(host, protocol)) throw refuse('forwarded-host-differs')
  })
})
