import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { TenantParams } from '@jackfield/contract/http/identifier'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { TenantRemoval } from '@jackfield/contract/tenants/tenant'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { tenantRemoval } from '../../accounts/removals.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteTenant',
  summary: 'Remove a tenant with everything it has; its audit log stays',
  tags: ['Tenants'],
  params: TenantParams,
  headers: IfMatch,
  querystring: z.strictObject({
    preview: z
      .enum(['true', 'false'])
      .default('false')
      .meta({ description: 'Deprecated: `GET .../removal`', deprecated: true }),
  }),
  response: {
    200: TenantRemoval,
    204: z.undefined(),
  },
  refusals: refusals('tenant-not-found', 'platform-administrators', 'version-conflict', 'roster-unavailable'),
}

export const deleteTenant: FastifyPluginAsyncZod<Pick<Ports, 'tenants' | 'roster' | 'administrators'>> = async (
  app,
  ports,
) => {
  const { tenants, roster, administrators } = ports
  app.delete('/tenants/:tenantId', { schema, config: { platformOnly: true } }, async (request, reply) => {
    const { tenantId } = request.params
    const read = await tenants.find(tenantId)
    if (!read) throw refuse('tenant-not-found')
    if (!isMatch(request.headers['if-match'], read.version)) throw refuse('version-conflict')
    if (request.query.preview === 'true') {
      const { summary } = await tenantRemoval({ tenants, roster }, read)
      return reply.header('etag', entityTag(read.version)).send(summary)
    }
    if (await administrators.vouchesForPlatform(tenantId)) throw refuse('platform-administrators')

    // Closed first, so that nobody signs in; the roster is erased while the credentials still work, which its
    // subscriptions end with; erased here last. Cut short anywhere, it is finished by asking again.
    const entryOf = (action: string) =>
      auditEntry(request, { action, tenantId, target: tenantId, details: { slug: read.slug } })
    const closed = read.removing ? read : await tenants.beginRemoval(read, entryOf('tenant.begin-removal'))
    if (closed === 'version-conflict') throw refuse('version-conflict')
    if ((await roster.erase(tenantId)) === 'unavailable') throw refuse('roster-unavailable')
    if ((await tenants.delete(closed, entryOf('tenant.delete'))) === 'version-conflict')
      throw refuse('version-conflict')
    return reply.status(204).send()
  })
}
