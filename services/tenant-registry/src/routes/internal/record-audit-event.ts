import { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, body: SentAuditEvent, response: { 201: z.object({}) } }

/** Events of the other services: sign-ins, bindings, sync runs. */
export const recordAuditEvent: FastifyPluginAsyncZod<Pick<Ports, 'audit'>> = async (app, { audit }) => {
  app.post('/audit-events', { schema }, async ({ body }, reply) => {
    await audit.record(body)
    return reply.status(201).send({})
  })
}
