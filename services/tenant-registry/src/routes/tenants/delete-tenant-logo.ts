import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { Tenant } from '@jackfield/contract/tenants/tenant'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { presentTenant } from '../../accounts/present-tenant.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteTenantLogo',
  summary: 'Take the logo off the sign-in pages',
  tags: ['Tenants'],
  params: TenantParams,
  headers: IfMatch,
  response: { 200: Tenant },
  refusals: refusals('logo-not-found', 'tenant-not-found', 'version-conflict'),
}

export const deleteTenantLogo: FastifyPluginAsyncZod<Pick<Ports, 'tenants' | 'logos' | 'watch' | 'now'>> = async (
  app,
  ports,
) => {
  const { tenants, logos } = ports
  app.delete('/tenants/:tenantId/branding/logo', { schema }, async (request, reply) => {
    const read = await tenants.find(request.params.tenantId)
    if (!read) throw refuse('tenant-not-found')
    if (!isMatch(request.headers['if-match'], read.version)) throw refuse('version-conflict')
    if (!read.branding.logo) throw refuse('logo-not-found')

    const entry = auditEntry(request, { action: 'tenant-logo.delete', tenantId: read.id, target: read.id })
    const tenant = await logos.replace(read, undefined, entry)
    if (typeof tenant === 'string') throw refuse(tenant)
    return reply.send(await presentTenant(ports, tenant))
  })
}
