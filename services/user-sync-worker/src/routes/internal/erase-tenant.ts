import { TenantParams } from '@jackfield/contract/http/identifier'
import { RosterOfTenant } from '@jackfield/contract/internal/internal-api'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

type Needs = Pick<Ports, 'tenantData' | 'graphSubscriptions' | 'registry'>
const schema = { hide: true, params: TenantParams, response: { 200: RosterOfTenant } }

/** For the registry, when a tenant is removed: counts its data, and erases it while its credentials work (AD-10). */
export const eraseTenant: FastifyPluginAsyncZod<Needs> = async (app, { tenantData, graphSubscriptions, registry }) => {
  app.get('/tenants/:tenantId/roster', { schema }, async ({ params }) => tenantData.count(params.tenantId))

  app.post('/tenants/:tenantId/erase', { schema }, async (request) => {
    const { tenantId } = request.params
    const counts = await tenantData.count(tenantId)
    const left = await tenantData.erase(
      tenantId,
      auditEntry(request, { action: 'roster.erase', tenantId, target: tenantId }),
    )
    const deleting = left.map(async ({ accountId, subscriptionId }) => {
      const connection = await registry.findConnection(tenantId, accountId)
      const isReachable = graphSubscriptions && connection && !('kind' in connection)
      const deleted = isReachable
        ? await graphSubscriptions.delete(connection, subscriptionId)
        : ({ kind: 'no-connection' } as const)
      // A subscription that cannot be deleted now expires within a week, and its notifications are refused.
      if (deleted !== 'deleted')
        request.log.warn({ accountId, reason: deleted.kind }, 'the subscription was left to expire')
    })
    for (const outcome of await Promise.allSettled(deleting)) {
      if (outcome.status === 'rejected') request.log.warn({ err: outcome.reason }, 'a subscription was left to expire')
    }
    return counts
  })
}
