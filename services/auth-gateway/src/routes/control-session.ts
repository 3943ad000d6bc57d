import { ControlSignInRedemption } from '@jackfield/contract/control-sign-in-link'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { endControlSession, findControlSession, startControlSession } from '../control-session.ts'
import { isSameSiteRequest } from '../domain/cross-site.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

const PATH = '/auth/control/session'

/** Control's own session: made from a one-time link, looked at, ended. */
export const controlSession: FastifyPluginAsync<Ports> = async (app, ports) => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    requireSameSite(request)
  })

  app.post<{ Body: z.infer<typeof ControlSignInRedemption> }>(
    PATH,
    { schema: { body: ControlSignInRedemption } },
    async (request, reply) => {
      const principal = await ports.registry.redeemControlSignInLink(request.body.token)
      if (!principal) throw refuse('link-not-valid')
      await endControlSession(ports, request, reply)
      await startControlSession(ports, reply, principal)
      return principal
    },
  )

  app.get(PATH, { exposeHeadRoute: false }, async (request) => {
    const principal = await findControlSession(ports, request)
    if (!principal) throw refuse('unauthenticated')
    return principal
  })

  app.delete(PATH, async (request, reply) => {
    await endControlSession(ports, request, reply)
    return reply.status(204).send()
  })
}

/** Proof that a request which the cookie speaks for comes from Control's own page. */
export function requireSameSite(request: FastifyRequest): void {
  const secFetchSite = request.headers['sec-fetch-site']
  const provenance = {
    method: request.method,
    origin: request.headers.origin,
    secFetchSite: secFetchSite ? String(secFetchSite) : undefined,
  }
  if (!isSameSiteRequest(provenance, request.site.origin)) throw refuse('cross-site-request')
}
