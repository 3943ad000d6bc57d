import { sendWithRetries } from '@jackfield/internal-token/retry'
import type { FastifyPluginAsync } from 'fastify'
import { mergeOpenApi } from '../../domain/admin-api.ts'
import { refuse } from '../../errors.ts'
import type { Backends, BackendToken } from '../../ports.ts'

/** The admin API's description, merged from the services behind. */
export const showOpenapi: FastifyPluginAsync<{ backends: Backends; backendToken: BackendToken }> = async (
  app,
  options,
) => {
  const { backends, backendToken } = options
  app.get('/api/v1/openapi.json', async (request, reply) => {
    const documents = await Promise.all(
      (['tenant-registry', 'user-sync-worker'] as const).map(async (backend) => {
        const ask = () =>
          fetch(`${backends[backend]}/openapi.json`, {
            headers: {
              authorization: `Bearer ${backendToken(backend, request.principal)}`,
              'x-request-id': request.id,
            },
            redirect: 'error',
            signal: AbortSignal.timeout(2_000),
          })
        const answer = await sendWithRetries('GET', ask).catch((cause: unknown) => {
          throw refuse('temporarily-unavailable', { cause, retryAfter: 2 })
        })
        if (!answer.ok) throw refuse('temporarily-unavailable', { retryAfter: 2 })
        return (await answer.json()) as Record<string, unknown>
      }),
    )
    return reply.header('cache-control', 'no-store').send(mergeOpenApi(documents, request.site.origin))
  })
}
