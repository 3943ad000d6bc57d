import { RosterOfAccount } from '@jackfield/contract/internal/internal-api'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

type Needs = Pick<Ports, 'accountUsers' | 'graphSubscriptions' | 'registry'>
const schema = { hide: true, params: AccountParams, response: { 200: RosterOfAccount } }

/**
 * For the registry, when an account is switched off, moved or removed: counts what hangs on it, ends its people's sessions,
 * or ends all of it while its credential works (S49, T-129).
 */
export const disconnectAccount: FastifyPluginAsyncZod<Needs> = async (
  app,
  { accountUsers, graphSubscriptions, registry },
) => {
  app.get('/tenants/:tenantId/microsoft-accounts/:accountId/roster', { schema }, async ({ params }) =>
    accountUsers.count(params.tenantId, params.accountId),
  )

  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/end-sessions', { schema }, async (request) => {
    const { tenantId, accountId } = request.params
    const entry = auditEntry(request, { action: 'users.end-sessions', tenantId, target: accountId })
    return accountUsers.endSessions(tenantId, accountId, entry)
  })

  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/disconnect', { schema }, async (request) => {
    const { tenantId, accountId } = request.params
    const id = await accountUsers.subscriptionOf(tenantId, accountId)
    const connection = id === null ? undefined : await registry.findConnection(tenantId, accountId)
    if (id !== null && graphSubscriptions && connection && !('kind' in connection)) {
      // A subscription that cannot be deleted now expires within a week, and its notifications are refused.
      const deleted = await graphSubscriptions.delete(connection, id)
      if (deleted !== 'deleted')
        request.log.warn({ accountId, reason: deleted.kind }, 'the subscription was left to expire')
    }
    const entry = auditEntry(request, { action: 'users.disconnect', tenantId, target: accountId })
    return accountUsers.disconnect(tenantId, accountId, entry)
  })
}
