import { createServer, type Server } from '@jackfield/http-server/create-server'
import { internalTokenPlugin, requireAdmin } from '@jackfield/internal-token/internal-token-plugin'
import { INTERNAL_KEY } from './given.ts'

/** A service behind the gateway that answers with what reached it. */
export async function givenBackend(name: string): Promise<{ app: Server; url: string }> {
  const app = createServer({ name, logLevel: 'silent', healthChecks: {} })
  await app.register(internalTokenPlugin, { audience: name, keys: [INTERNAL_KEY] })
  app.register(async (scope) => {
    scope.addHook('onRequest', requireAdmin)
    scope.get('/api/v1/tenants/:tenantId/sync-runs/:runId/events', (_request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
      reply.raw.write('data: 1\n\n')
      setTimeout(() => reply.raw.end('data: 2\n\n'), 400)
    })
    scope.all('/api/v1/*', async ({ method, url, headers, body, caller }, reply) =>
      reply.header('set-cookie', 'leak=1').header('etag', '"7"').send({ name, method, url, headers, body, caller }),
    )
  })
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) }
}
