import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { wrongPlatformFinding } from '../../domain/connection/redirect-uri-check.ts'
import { withFinding } from '../../domain/microsoft-account.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, params: AccountParams, body: z.object({}), response: { 200: z.object({}) } }

/**
 * The gateway reports that Entra ID refused a browser's redemption because of the platform (FC-13). A repeated report
 * changes nothing, nor does one that a changed account has outlived.
 */
export const recordWrongPlatform: FastifyPluginAsyncZod<Pick<Ports, 'accounts' | 'microsoft'>> = async (app, ports) => {
  const path = '/tenants/:tenantId/microsoft-accounts/:accountId/connection/wrong-platform'
  app.post(path, { schema }, async (request) => {
    const { tenantId, accountId: target } = request.params
    const account = await ports.accounts.find(tenantId, target)
    if (!account) throw refuse('account-not-found')
    if (account.redirectPlatform !== 'spa') return {}
    const { clientId, cloud } = account
    const finding = wrongPlatformFinding({ clientId, adminCenter: ports.microsoft.adminCenter(cloud) })
    const values = withFinding(account, finding)
    if (!values) return {}
    const action = values.status === account.status ? 'microsoft-account.findings-changed' : 'microsoft-account.failing'
    const details = { [finding.id]: String(finding.code) }
    await ports.accounts.change(
      account,
      values,
      undefined,
      auditEntry(request, { action, tenantId, target, outcome: 'failure', details }),
    )
    return {}
  })
}
