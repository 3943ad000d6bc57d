import { RevocationClaim, Revocations } from '@jackfield/contract/internal/revocation'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Ports } from '../../ports.ts'

/** For the gateway, which ends the sessions of these users and logs them out of their apps: at least once. */
export const handOutRevocations: FastifyPluginAsyncZod<Pick<Ports, 'revocations'>> = async (app, { revocations }) => {
  const claim = { hide: true, body: RevocationClaim, response: { 200: Revocations } }
  app.post('/revocations/claims', { schema: claim }, async ({ body }) => ({
    items: await revocations.claim(body.limit),
  }))

  const done = { hide: true, body: Revocations, response: { 204: z.undefined() } }
  app.post('/revocations/done', { schema: done }, async ({ body }, reply) => {
    await revocations.forget(body.items)
    return reply.code(204).send()
  })
}
