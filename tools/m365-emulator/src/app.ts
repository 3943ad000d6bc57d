import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { adminCenter } from './admin-center/admin-center.ts'
import type { Cloud } from './cloud.ts'
import { control } from './control/control.ts'
import { cloudOfRequest, directoryOfRequest } from './directory-of-request.ts'
import { adminConsent } from './entra/admin-consent/admin-consent.ts'
import { authorize } from './entra/authorize/authorize.ts'
import { deviceAuthorization } from './entra/device-code/device-authorization.ts'
import { deviceLogin } from './entra/device-code/device-login.ts'
import { discovery } from './entra/discovery.ts'
import { errorLookup } from './entra/errors/error-lookup.ts'
import { correlationIdOf, refuseJson } from './entra/errors/refusal.ts'
import { login } from './entra/sign-in/login.ts'
import { logout } from './entra/sign-in/logout.ts'
import { token } from './entra/token-endpoint/token.ts'
import { entraFaults } from './faults/entra-faults.ts'
import { graph } from './graph/graph.ts'
import { userinfo } from './graph/userinfo.ts'
import type { ServerCertificate } from './server-certificate.ts'

export type AppOptions = {
  logLevel: string
  certificate: ServerCertificate | undefined
  controlKey: string | undefined
  /** Called after each request that may have changed something. */
  onWrite: () => void
}

export async function buildApp(
  cloud: Cloud,
  { logLevel, certificate, controlKey, onWrite }: AppOptions,
): Promise<FastifyInstance> {
  const app = fastify({
    ...(certificate && { https: certificate }),
    logger: logLevel === 'silent' ? false : { level: logLevel, serializers: { req: withoutQuery } },
    routerOptions: { caseSensitive: false, ignoreTrailingSlash: true, maxParamLength: 500 },
    forceCloseConnections: true,
  })
  await app.register(cookie)
  await app.register(formbody)
  app.addHook('onResponse', async (request, { statusCode }) => {
    const { method, routeOptions, url, body } = request
    const [path = '', query = ''] = url.split(/\?(.*)/s)
    if (method !== 'GET') onWrite()
    if (path.startsWith('/_emulator')) return
    const directory = directoryOfRequest(request, cloud.directories)
    cloud.requests.add({
      method,
      route: routeOptions.url ?? 'none',
      path,
      query,
      ...(body !== undefined && { body }),
      ...(directory !== undefined && { directory: directory.id }),
      status: statusCode,
      at: cloud.of(directory).clock.date().toISOString(),
    })
  })

  app.addHook('onRequest', async (request, reply) => {
    const id = correlationIdOf(request)
    if (id) reply.header('client-request-id', id)
    reply.header('date', cloudOfRequest(request, cloud).clock.date().toUTCString())
  })

  await app.register(async (documents) => {
    await documents.register(entraFaults, { cloud })
    await documents.register(discovery, { cloud })
  })
  await app.register(async (pages) => {
    pages.addHook('onRequest', async (_request, reply) => protectPage(reply))
    await pages.register(authorize, { cloud })
    await pages.register(login, { cloud })
    await pages.register(adminConsent, { cloud })
    await pages.register(deviceLogin, { cloud })
    await pages.register(logout, { cloud })
    await pages.register(errorLookup)
    await pages.register(adminCenter, { cloud })
  })
  await app.register(async (endpoint) => {
    endpoint.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
      if ((error.statusCode ?? 500) >= 500) request.log.error(error)
      return refuseJson(reply, cloudOfRequest(request, cloud), { code: 9002313 })
    })
    await endpoint.register(entraFaults, { cloud })
    await endpoint.register(token, { cloud })
    await endpoint.register(deviceAuthorization, { cloud })
  })
  await app.register(graph, { cloud, prefix: '/v1.0' })
  await app.register(userinfo, { cloud })
  await app.register(control, { cloud, key: controlKey, prefix: '/_emulator' })
  return app
}

/** Headers of Microsoft's login pages: the opener is cut off, and framing is refused. */
function protectPage(reply: FastifyReply): void {
  reply.headers({
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store, no-cache',
    pragma: 'no-cache',
  })
}

/** Writes no query to the output: queries carry codes and tokens. */
function withoutQuery({ method, url }: { method: string; url: string }) {
  return { method, url: url.split('?')[0] }
}
