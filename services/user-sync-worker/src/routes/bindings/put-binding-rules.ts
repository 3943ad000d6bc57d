import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { BindingRules } from '@jackfield/contract/roster/binding-suggestion'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'putBindingRules',
  summary: 'Replace the rules by which extensions are proposed',
  tags: ['Bindings'],
  params: TenantParams,
  headers: IfMatch,
  body: BindingRules,
  response: { 200: BindingRules },
  refusals: refusals('phone-system-not-found', 'version-conflict'),
}

export const putBindingRules: FastifyPluginAsyncZod<Pick<Ports, 'bindingPlans' | 'phoneSystems'>> = async (
  app,
  ports,
) => {
  app.put('/tenants/:tenantId/binding-rules', { schema }, async (request, reply) => {
    const { tenantId } = request.params
    const read = await ports.bindingPlans.rules(tenantId)
    if (!isMatch(request.headers['if-match'], read.version)) throw refuse('version-conflict')
    for (const id of new Set(request.body.items.map(({ phoneSystemId }) => phoneSystemId)))
      if (!(await ports.phoneSystems.find(tenantId, id))) throw refuse('phone-system-not-found')

    const expected = request.headers['if-match'] === undefined ? undefined : read.version
    const entry = auditEntry(request, { action: 'binding-rules.put', tenantId, target: tenantId })
    const version = await ports.bindingPlans.putRules(tenantId, request.body, expected, entry)
    if (version === undefined) throw refuse('version-conflict')
    return reply.header('etag', entityTag(version)).send(request.body)
  })
}
