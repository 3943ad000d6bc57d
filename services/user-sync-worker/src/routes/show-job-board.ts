import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import type { Ports } from '../ports.ts'

/** Scripts from our own files only; the board's page has style attributes. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join('; ')

const hidden = { schema: { hide: true } } as const

/** A dashboard of the queues; admins with the role `admin` retry, remove and pause. Has a path of its own. */
export const showJobBoard: FastifyPluginAsync<Pick<Ports, 'jobBoard'>> = async (app, { jobBoard }) => {
  const basePath = `${app.prefix}/`
  await app.register(fastifyStatic, {
    root: jobBoard.filesDirectory,
    prefix: '/static/',
    cacheControl: false,
    schemaHide: true,
    setHeaders: (reply) => reply.header('cache-control', 'private, max-age=3600'),
  })

  // The page's addresses are relative to its folder.
  app.get('', hidden, async (_request, reply) => reply.redirect(basePath))
  for (const path of jobBoard.pagePaths) {
    app.get(path, { ...hidden, prefixTrailingSlash: 'slash' }, async (_request, reply) =>
      reply.type('text/html; charset=utf-8').header('content-security-policy', POLICY).send(jobBoard.page(basePath)),
    )
  }
  for (const { method, path, answer } of jobBoard.calls) {
    app.route({
      method,
      url: path,
      ...hidden,
      handler: async (request, reply) => {
        const { caller, params, query, body } = request
        if (method !== 'GET') request.log.info({ admin: caller.sub, method, path, params }, 'job board used')
        const answered = await answer({
          isReadOnly: caller.role !== 'admin',
          params: params as Record<string, string>,
          query: query as Record<string, unknown>,
          body,
        })
        return reply.status(answered.status).send(answered.body)
      },
    })
  }
}
