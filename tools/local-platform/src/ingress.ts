import { existsSync } from 'node:fs'
import { join } from 'node:path'
import proxy from '@fastify/http-proxy'
import files from '@fastify/static'
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify'

/**
 * The cluster's ingress on a laptop, with the rules of `deploy/k8s/base/ingress.yaml`: the gateway gets `/auth` on
 * every host and everything on the Control host; the rest of a tenant's host belongs to the phone frontends, here the
 * examples.
 */
export async function startIngress(options: {
  host: string
  port: number
  gatewayUrl: string
  controlHost: string
  portalUrl: string
  /** The folder of the example frontends. */
  examples: string
}): Promise<FastifyInstance> {
  const app = fastify({ logger: false, trustProxy: false, forceCloseConnections: true })
  const toGateway = {
    upstream: options.gatewayUrl,
    replyOptions: { rewriteRequestHeaders: withOwnForwardedHeaders as never },
    http: { requestOptions: { timeout: 0 } },
  }
  const onControl = { constraints: { host: options.controlHost } }
  await app.register(proxy, { ...toGateway, prefix: '/', rewritePrefix: '/', ...onControl })
  await app.register(proxy, { ...toGateway, prefix: '/auth', rewritePrefix: '/auth' })
  await app.register(proxy, { ...toGateway, upstream: options.portalUrl, prefix: '/portal', rewritePrefix: '/portal' })
  const built = (name: string) => {
    const folder = join(options.examples, name, 'dist')
    if (!existsSync(folder)) throw new Error(`The example ${name} is not built: ${folder} is missing.`)
    return folder
  }
  await app.register(files, { root: built('web-client') })
  await app.register(files, { root: built('contact-centre'), prefix: '/contact-centre/', decorateReply: false })
  await app.listen({ host: options.host, port: options.port })
  return app
}

/** Keeps the browser's Host, which selects the tenant, and replaces the client's forwarded headers by our own. */
function withOwnForwardedHeaders(request: FastifyRequest, headers: Record<string, unknown>): Record<string, unknown> {
  const host = request.headers.host ?? ''
  const kept = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(?:x-forwarded-.*|forwarded|x-real-ip)$/i.test(name)),
  )
  return {
    ...kept,
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': 'http',
    'x-forwarded-for': request.socket.remoteAddress,
  }
}
