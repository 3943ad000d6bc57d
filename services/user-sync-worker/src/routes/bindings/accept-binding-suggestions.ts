import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AcceptedBindings, AcceptedSuggestions } from '@jackfield/contract/roster/binding-suggestion'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'acceptBindingSuggestions',
  summary: 'Bind many users at once; whoever cannot be bound is listed with the reason, the others are bound',
  description: 'A user who has another extension of the phone system keeps it (`user-already-bound`).',
  tags: ['Bindings'],
  params: TenantParams,
  body: AcceptedSuggestions,
  response: { 200: AcceptedBindings },
  refusals: refusals('phone-system-not-found'),
}

export const acceptBindingSuggestions: FastifyPluginAsyncZod<Pick<Ports, 'bindings' | 'phoneSystems'>> = async (
  app,
  ports,
) => {
  app.post('/tenants/:tenantId/binding-suggestions', { schema }, async (request) => {
    const { tenantId } = request.params
    const { phoneSystemId, items } = request.body
    if (!(await ports.phoneSystems.find(tenantId, phoneSystemId))) throw refuse('phone-system-not-found')

    const refused: z.input<typeof AcceptedBindings>['refused'] = []
    for (const { userId, extension } of items) {
      const entry = auditEntry(request, {
        action: 'binding.put',
        tenantId,
        target: userId,
        details: { phoneSystemId, extension },
      })
      const outcome = await ports.bindings.accept({ tenantId, userId, phoneSystemId }, extension, entry)
      if (outcome.kind === 'taken') refused.push({ userId, extension, code: 'extension-taken', holder: outcome.holder })
      else if (outcome.kind !== 'bound') refused.push({ userId, extension, code: outcome.kind, holder: null })
    }
    return { bound: items.length - refused.length, refused }
  })
}
