import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { BindingParams } from '@jackfield/contract/roster/phone-user'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'unbindExtension',
  summary: 'Take a phone user off the extension of a phone system',
  tags: ['Bindings'],
  description: 'The entity tag is that of the user, of whom bindings are a part.',
  params: BindingParams,
  headers: IfMatch,
  response: {
    204: z.undefined().meta({ description: 'Not bound, now or before' }),
  },
  refusals: refusals('user-not-found', 'version-conflict'),
}

export const unbindExtension: FastifyPluginAsyncZod<Pick<Ports, 'bindings'>> = async (app, { bindings }) => {
  app.delete('/tenants/:tenantId/users/:userId/bindings/:phoneSystemId', { schema }, async (request, reply) => {
    const { params } = request
    const { tenantId, userId: target, phoneSystemId } = params
    const entry = auditEntry(request, { action: 'binding.delete', tenantId, target, details: { phoneSystemId } })
    const outcome = await bindings.remove(params, entry, (version) => isMatch(request.headers['if-match'], version))
    if (outcome.kind !== 'unbound') throw refuse(outcome.kind)
    reply.header('etag', entityTag(outcome.version))
    return reply.status(204).send()
  })
}
