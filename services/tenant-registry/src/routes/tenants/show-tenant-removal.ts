import { entityTag } from '@jackfield/contract/http/entity-tag'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { TenantRemovalPreview } from '@jackfield/contract/tenants/tenant'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { tenantRemoval } from '../../accounts/removals.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'showTenantRemoval',
  summary: 'What the deletion of a tenant would remove',
  description: 'The DELETE takes the answer’s `etag` as `If-Match`, so that it removes what was shown.',
  tags: ['Tenants'],
  params: TenantParams,
  response: { 200: TenantRemovalPreview },
  refusals: refusals('tenant-not-found', 'roster-unavailable'),
}

export const showTenantRemoval: FastifyPluginAsyncZod<Pick<Ports, 'tenants' | 'roster'>> = async (app, ports) => {
  const config = { platformOnly: true } as const
  app.get('/tenants/:tenantId/removal', { schema, config }, async ({ params }, reply) => {
    const tenant = await ports.tenants.find(params.tenantId)
    if (!tenant) throw refuse('tenant-not-found')
    const etag = entityTag(tenant.version)
    return reply.header('etag', etag).send({ ...(await tenantRemoval(ports, tenant)), etag })
  })
}
