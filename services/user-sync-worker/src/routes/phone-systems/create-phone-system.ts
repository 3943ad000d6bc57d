import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { NewPhoneSystem, PhoneSystem } from '@jackfield/contract/roster/phone-system'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { limitReached } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'createPhoneSystem',
  summary: 'Add a phone system',
  tags: ['Phone systems'],
  params: TenantParams,
  body: NewPhoneSystem,
  response: { 201: PhoneSystem },
  refusals: refusals('limit-reached'),
}

export const createPhoneSystem: FastifyPluginAsyncZod<Pick<Ports, 'phoneSystems'>> = async (app, { phoneSystems }) => {
  app.post('/tenants/:tenantId/phone-systems', { schema }, async (request, reply) => {
    const { tenantId } = request.params
    const { name } = request.body
    const entryFor = (target: string) =>
      auditEntry(request, { action: 'phone-system.create', tenantId, target, details: { name } })
    const created = await phoneSystems.create(tenantId, name, entryFor)
    if (created === 'limit-reached') throw limitReached('phone-systems')
    return reply.status(201).send(created)
  })
}
