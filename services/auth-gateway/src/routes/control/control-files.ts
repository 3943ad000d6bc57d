import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'
import { refuse } from '../../errors.ts'
import { pathOf } from '../../http/requests.ts'

/** Inline styles: Fluent UI inserts style elements at run time. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
].join('; ')

/** Serves Control's files on its host, with the index page for client-side routes; 404 on other hosts. */
export const controlFiles: FastifyPluginAsync<{ directory: string }> = async (app, { directory }) => {
  const isInstalled = existsSync(directory)
  if (isInstalled)
    await app.register(fastifyStatic, { root: directory, serve: false, index: false, cacheControl: false })

  app.get('/*', async (request, reply) => {
    if (request.site.kind !== 'control' || !isInstalled) throw refuse('not-found')
    const path = decodeURIComponent(pathOf(request).slice(1))
    reply.header('content-security-policy', POLICY)
    if (/^assets\/[\w.-]+$/.test(path))
      return reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(path)
    reply.header('cache-control', 'no-cache')
    return reply.sendFile(/^[\w-]+\.[a-z0-9]+$/.test(path) ? path : 'index.html')
  })
}
