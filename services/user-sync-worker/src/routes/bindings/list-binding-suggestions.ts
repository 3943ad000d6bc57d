import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { BindingSuggestionQuery, BindingSuggestions } from '@jackfield/contract/roster/binding-suggestion'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { suggestBindings } from '../../domain/binding-suggestions.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const MOST_USERS = 5_000

const schema = {
  operationId: 'listBindingSuggestions',
  summary: 'Propose extensions of a phone system for unbound users, the best fits first, and list what conflicts',
  tags: ['Bindings'],
  params: TenantParams,
  querystring: BindingSuggestionQuery,
  response: { 200: BindingSuggestions },
  refusals: refusals('invalid-cursor', 'phone-system-not-found'),
}

export const listBindingSuggestions: FastifyPluginAsyncZod<
  Pick<Ports, 'bindingPlans' | 'phoneSystems' | 'registry'>
> = async (app, ports) => {
  app.get(
    '/tenants/:tenantId/binding-suggestions',
    { schema },
    async ({ params: { tenantId }, query: { phoneSystemId } }) => {
      if (!(await ports.phoneSystems.find(tenantId, phoneSystemId))) throw refuse('phone-system-not-found')
      const users = await ports.bindingPlans.unboundUsers(tenantId, phoneSystemId, MOST_USERS + 1)
      const extensions = await ports.bindingPlans.extensions(tenantId, phoneSystemId)
      const { rules } = await ports.bindingPlans.rules(tenantId)

      const ofSystem = rules.items.filter((rule) => rule.phoneSystemId === phoneSystemId)
      const country = await ports.registry.countryOf(tenantId)
      const { items, conflicts } = suggestBindings(users.slice(0, MOST_USERS), extensions, ofSystem, country)
      return { items, conflicts, isPartial: users.length > MOST_USERS }
    },
  )
}
