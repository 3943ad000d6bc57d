import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { SyncHealth } from '@jackfield/contract/microsoft/sync-health'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { healthChange } from '../../domain/sync-health.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, params: AccountParams, body: SyncHealth, response: { 200: z.object({}) } }

/**
 * A worker reports whether runs synchronise an account. A repeated report changes nothing; the first failure and the
 * recovery are one audit event each.
 */
export const recordSyncHealth: FastifyPluginAsyncZod<Pick<Ports, 'accounts'>> = async (app, { accounts }) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/sync-health', { schema }, async (request) => {
    const { tenantId, accountId: target } = request.params
    const { failure } = request.body
    const account = await accounts.find(tenantId, target)
    if (!account) throw refuse('account-not-found')

    const change = healthChange(account, failure)
    if (change.kind === 'none') return {}
    const entry = change.event && auditEntry(request, { ...change.event, tenantId, target })
    if (!(await accounts.recordSyncHealth(account, failure, entry))) throw refuse('version-conflict')
    return {}
  })
}
