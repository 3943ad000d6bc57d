import { entityTag } from '@jackfield/contract/http/entity-tag'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { Problem } from '@jackfield/contract/http/problem'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getTenant',
  summary: 'Read a tenant',
  tags: ['Tenants'],
  params: TenantParams,
  response: { 200: Tenant, 404: Problem },
}

export const getTenant: FastifyPluginAsyncZod<Pick<Ports, 'tenants'>> = async (app, { tenants }) => {
  app.get('/tenants/:tenantId', { schema, config: { handOver: true } }, async ({ params }, reply) => {
    const tenant = await tenants.find(params.tenantId)
    if (!tenant) throw refuse('tenant-not-found')
    return reply.header('etag', entityTag(tenant.version)).send(tenant)
  })
}
