import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { Tenant, TenantPatch } from '@jackfield/contract/tenants/tenant'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { presentTenant } from '../../accounts/present-tenant.ts'
import { refuse } from '../../errors.ts'
import { requirePlatform } from '../../guards/caller-scope.ts'
import { requireFreeNames } from '../../hosts/free-names.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'changeTenant',
  summary: 'Change a tenant’s slug, name, custom hosts, branding or default country',
  tags: ['Tenants'],
  params: TenantParams,
  headers: IfMatch,
  body: TenantPatch,
  response: {
    200: Tenant,
  },
  refusals: refusals(
    'host-reserved',
    'slug-reserved',
    'tenant-not-found',
    'host-taken',
    'slug-taken',
    'version-conflict',
  ),
}

export const changeTenant: FastifyPluginAsyncZod<
  Pick<Ports, 'tenants' | 'apps' | 'baseUrl' | 'watch' | 'now'>
> = async (app, ports) => {
  const { tenants, apps, baseUrl } = ports
  app.patch('/tenants/:tenantId', { schema }, async (request, reply) => {
    const { body, params, headers } = request
    const read = await tenants.find(params.tenantId)
    if (!read) throw refuse('tenant-not-found')
    if (!isMatch(headers['if-match'], read.version)) throw refuse('version-conflict')

    // Under which names a tenant is reached is the platform's to give.
    if (body.slug !== undefined || body.customHosts !== undefined) requirePlatform(request.caller)
    requireFreeNames(body, baseUrl, await apps.all())
    const values = {
      slug: body.slug ?? read.slug,
      name: body.name ?? read.name,
      customHosts: body.customHosts ? [...new Set(body.customHosts)] : read.customHosts,
      branding: { ...read.branding, ...body.branding },
      defaultCountry: body.defaultCountry === undefined ? read.defaultCountry : body.defaultCountry,
    }
    const details = { changed: Object.keys(body).join(',') }
    const entry = auditEntry(request, { action: 'tenant.change', tenantId: read.id, target: read.id, details })
    const tenant = await tenants.change(read, values, entry)
    if (typeof tenant === 'string') throw refuse(tenant)
    return reply.send(await presentTenant(ports, tenant))
  })
}
