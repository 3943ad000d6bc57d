import { PageQuery, pageOf } from '@jackfield/contract/http/page'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import { toPage } from '@jackfield/postgres/cursor'
import { readRange } from '@jackfield/postgres/list-page'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { presentTenants } from '../../accounts/present-tenant.ts'
import { tenantFilter } from '../../guards/caller-scope.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listTenants',
  summary: 'List tenants; a tenant’s admin sees that tenant',
  tags: ['Tenants'],
  querystring: PageQuery,
  response: { 200: pageOf(Tenant) },
  refusals: refusals('invalid-cursor'),
}

export const listTenants: FastifyPluginAsyncZod<Pick<Ports, 'tenants' | 'watch' | 'now'>> = async (app, ports) => {
  app.get('/tenants', { schema }, async ({ caller, query }) => {
    const rows = await ports.tenants.list(tenantFilter(caller), readRange(query))
    const page = toPage(rows, query.limit, (tenant) => [tenant.id])
    return { ...page, items: await presentTenants(ports, page.items) }
  })
}
