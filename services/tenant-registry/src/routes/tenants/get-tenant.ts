import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { presentTenant } from '../../accounts/present-tenant.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'getTenant',
  summary: 'Read a tenant',
  tags: ['Tenants'],
  params: TenantParams,
  response: { 200: Tenant },
  refusals: refusals('tenant-not-found'),
}

export const getTenant: FastifyPluginAsyncZod<Pick<Ports, 'tenants' | 'watch' | 'now'>> = async (app, ports) => {
  app.get('/tenants/:tenantId', { schema, config: { handOver: true } }, async ({ params }, reply) => {
    const tenant = await ports.tenants.find(params.tenantId)
    if (!tenant) throw refuse('tenant-not-found')
    return reply.send(await presentTenant(ports, tenant))
  })
}
