import { refusals } from '@jackfield/contract/http/problems/refusals'
import { PhoneSystem, PhoneSystemParams } from '@jackfield/contract/roster/phone-system'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getPhoneSystem',
  summary: 'Read a phone system',
  tags: ['Phone systems'],
  params: PhoneSystemParams,
  response: { 200: PhoneSystem },
  refusals: refusals('phone-system-not-found'),
}

export const getPhoneSystem: FastifyPluginAsyncZod<Pick<Ports, 'phoneSystems'>> = async (app, { phoneSystems }) => {
  app.get('/tenants/:tenantId/phone-systems/:phoneSystemId', { schema }, async ({ params }) => {
    const phoneSystem = await phoneSystems.find(params.tenantId, params.phoneSystemId)
    if (!phoneSystem) throw refuse('phone-system-not-found')
    return phoneSystem
  })
}
