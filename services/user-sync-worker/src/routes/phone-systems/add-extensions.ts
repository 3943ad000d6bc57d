import { refusals } from '@jackfield/contract/http/problems/refusals'
import { NewExtensions, PhoneSystemParams } from '@jackfield/contract/roster/phone-system'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { limitReached, refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const Count = z.number().int().min(0)

const schema = {
  operationId: 'addExtensions',
  summary: 'Add extensions to a phone system; numbers that exist stay as they are',
  tags: ['Phone systems'],
  params: PhoneSystemParams,
  body: NewExtensions,
  response: {
    200: z.object({ created: Count, unchanged: Count }),
  },
  refusals: refusals('phone-system-not-found', 'limit-reached'),
}

export const addExtensions: FastifyPluginAsyncZod<Pick<Ports, 'phoneSystems'>> = async (app, { phoneSystems }) => {
  app.post('/tenants/:tenantId/phone-systems/:phoneSystemId/extensions', { schema }, async (request) => {
    const { tenantId, phoneSystemId } = request.params
    const system = await phoneSystems.find(tenantId, phoneSystemId)
    if (!system) throw refuse('phone-system-not-found')
    const entryFor = (created: number) =>
      auditEntry(request, {
        action: 'extensions.add',
        tenantId,
        target: system.id,
        details: { created: String(created) },
      })
    const added = await phoneSystems.addExtensions(tenantId, system.id, request.body.items, entryFor)
    if (added === 'limit-reached') throw limitReached('extensions')
    return added
  })
}
