import { TenantParams } from '@jackfield/contract/http/identifier'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, params: TenantParams, response: { 200: Tenant } }

/** A tenant that is being removed is not found. */
export const readTenant: FastifyPluginAsyncZod<Pick<Ports, 'tenants'>> = async (app, { tenants }) => {
  app.get('/tenants/:tenantId', { schema }, async ({ params }) => {
    const tenant = await tenants.find(params.tenantId)
    if (!tenant || tenant.removing) throw refuse('tenant-not-found')
    return tenant
  })
}
