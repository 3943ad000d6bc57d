import { refusals } from '@jackfield/contract/http/problems/refusals'
import { NewTenant, Tenant } from '@jackfield/contract/tenants/tenant'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { v7 } from 'uuid'
import { presentTenant } from '../../accounts/present-tenant.ts'
import { refuse } from '../../errors.ts'
import { requireFreeNames } from '../../hosts/free-names.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'createTenant',
  summary: 'Create a tenant',
  tags: ['Tenants'],
  body: NewTenant,
  response: { 201: Tenant },
  refusals: refusals('host-reserved', 'slug-reserved', 'host-taken', 'slug-taken'),
}

export const createTenant: FastifyPluginAsyncZod<
  Pick<Ports, 'tenants' | 'apps' | 'baseUrl' | 'watch' | 'now'>
> = async (app, ports) => {
  const { tenants, apps, baseUrl } = ports
  app.post('/tenants', { schema, config: { platformOnly: true } }, async (request, reply) => {
    const { slug, name, defaultCountry } = request.body
    const customHosts = [...new Set(request.body.customHosts)]
    requireFreeNames({ slug, customHosts }, baseUrl, await apps.all())

    const id = v7()
    const entry = auditEntry(request, { action: 'tenant.create', tenantId: id, target: id, details: { slug } })
    const tenant = await tenants.create({ id, slug, name, customHosts, defaultCountry }, entry)
    if (typeof tenant === 'string') throw refuse(tenant)
    return reply.status(201).send(await presentTenant(ports, tenant))
  })
}
