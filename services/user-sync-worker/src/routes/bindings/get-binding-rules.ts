import { entityTag } from '@jackfield/contract/http/entity-tag'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { BindingRules } from '@jackfield/contract/roster/binding-suggestion'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getBindingRules',
  summary: 'Show the rules by which extensions are proposed',
  tags: ['Bindings'],
  params: TenantParams,
  response: { 200: BindingRules },
}

export const getBindingRules: FastifyPluginAsyncZod<Pick<Ports, 'bindingPlans'>> = async (app, { bindingPlans }) => {
  app.get('/tenants/:tenantId/binding-rules', { schema }, async ({ params }, reply) => {
    const { rules, version } = await bindingPlans.rules(params.tenantId)
    return reply.header('etag', entityTag(version)).send(rules)
  })
}
