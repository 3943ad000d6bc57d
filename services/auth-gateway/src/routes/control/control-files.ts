import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
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

/**
 * Serves Control's files on its host, with the index page for client-side routes, and the reference of the admin API; 404
 * on other hosts.
 */
export const controlFiles: FastifyPluginAsync<{ directory: string }> = async (app, { directory }) => {
  const isInstalled = existsSync(directory)
  if (isInstalled)
    await app.register(fastifyStatic, { root: directory, serve: false, index: false, cacheControl: false })

  const requireFiles = async ({ site }: FastifyRequest) => {
    if (site.kind !== 'control' || !isInstalled) throw refuse('not-found')
  }
  // The reference searches in a worker that its script makes.
  app.get('/api/v1/docs', { onRequest: requireFiles }, (_request, reply) =>
    reply
      .headers({ 'content-security-policy': `${POLICY}; worker-src blob:`, 'cache-control': 'no-cache' })
      .sendFile('reference.html'),
  )
  app.get('/*', { onRequest: requireFiles }, async (request, reply) => {
    const path = decodeURIComponent(pathOf(request).slice(1))
    reply.header('content-security-policy', POLICY)
    if (/^assets\/[\w.-]+$/.test(path))
      return reply.header('cache-control', 'public, max-age=31536000, immutable').sendFile(path)
    reply.header('cache-control', 'no-cache')
    return reply.sendFile(/^[\w-]+\.[a-z0-9]+$/.test(path) ? path : 'index.html')
  })
}
