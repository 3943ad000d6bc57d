import { ControlSignInRedemption } from '@jackfield/contract/access/control-sign-in-link'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import { requireSameSite } from '../../http/request-guards.ts'
import type { Ports } from '../../ports.ts'
import { endControlSession, findControlSession, startControlSession } from '../../sessions/control-session.ts'

const PATH = '/auth/control/session'

/** Begins a Control session from a one-time link, reads it, ends it. */
export const controlSession: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    requireSameSite(request)
  })

  app.post(PATH, { schema: { body: ControlSignInRedemption } }, async (request, reply) => {
    const principal = await ports.registry.redeemControlSignInLink(request.body.token)
    if (!principal) throw refuse('link-not-valid')
    await endControlSession(ports, reply)
    await startControlSession(ports, reply, { principal })
    return principal
  })

  app.get(PATH, async (request) => {
    const principal = await findControlSession(ports, request)
    if (!principal) throw refuse('unauthenticated')
    return principal
  })

  app.delete(PATH, async (_request, reply) => {
    await endControlSession(ports, reply)
    return reply.status(204).send()
  })
}
