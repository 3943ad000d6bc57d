import { BindingParams } from '@jackfield/contract/phone-user'
import { Problem } from '@jackfield/contract/problem'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { auditEntry } from './audit-entry.ts'

const schema = {
  operationId: 'unbindExtension',
  summary: 'Take a phone user off the extension of a phone system',
  tags: ['Bindings'],
  params: BindingParams,
  response: { 204: z.undefined().meta({ description: 'Not bound, now or before' }), 404: Problem },
}

export const unbindExtension: FastifyPluginAsyncZod<Pick<Ports, 'bindings' | 'users'>> = async (app, { bindings, users }) => {
  app.delete('/tenants/:tenantId/users/:userId/bindings/:phoneSystemId', { schema }, async (request, reply) => {
    const { params } = request
    if (!(await users.find(params.tenantId, params.userId))) throw refuse('user-not-found')
    const { tenantId, userId: target, phoneSystemId } = params
    await bindings.remove(params, auditEntry(request, { action: 'binding.delete', tenantId, target, details: { phoneSystemId } }))
    return reply.status(204).send()
  })
}
