import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { CustomHosts } from '@jackfield/contract/tenants/custom-host'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { customHostOf } from '../../domain/host-proof.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listCustomHosts',
  summary: 'The tenant’s own hosts, and how each is proven',
  tags: ['Tenants'],
  params: TenantParams,
  response: { 200: CustomHosts },
  refusals: refusals('tenant-not-found'),
}

export const listCustomHosts: FastifyPluginAsyncZod<Pick<Ports, 'tenants' | 'hosts' | 'baseUrl'>> = async (
  app,
  { tenants, hosts, baseUrl },
) => {
  app.get('/tenants/:tenantId/custom-hosts', { schema }, async ({ params }) => {
    if (!(await tenants.find(params.tenantId))) throw refuse('tenant-not-found')
    return { items: (await hosts.list(params.tenantId)).map((claim) => customHostOf(claim, baseUrl)) }
  })
}
