import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { AccountParams, AccountRemoval } from '@jackfield/contract/microsoft/microsoft-account'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { disconnectAccount } from '../../accounts/disconnect-account.ts'
import { accountRemoval } from '../../accounts/removals.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'deleteMicrosoftAccount',
  summary: 'Remove a Microsoft account; its people stay with their extensions, without Microsoft sign-in',
  tags: ['Microsoft accounts'],
  params: AccountParams,
  headers: IfMatch,
  querystring: z.strictObject({
    preview: z
      .enum(['true', 'false'])
      .default('false')
      .meta({ description: 'Deprecated: `GET .../removal`', deprecated: true }),
  }),
  response: {
    200: AccountRemoval,
    204: z.undefined(),
  },
  refusals: refusals('account-not-found', 'version-conflict', 'roster-unavailable'),
}

export const deleteAccount: FastifyPluginAsyncZod<Pick<Ports, 'accounts' | 'roster' | 'now'>> = async (app, ports) => {
  const { accounts } = ports
  app.delete('/tenants/:tenantId/microsoft-accounts/:accountId', { schema }, async (request, reply) => {
    const { tenantId, accountId } = request.params
    const read = await accounts.find(tenantId, accountId)
    if (!read) throw refuse('account-not-found')
    if (!isMatch(request.headers['if-match'], read.version)) throw refuse('version-conflict')
    if (request.query.preview === 'true') {
      const { summary } = await accountRemoval(ports, read)
      return reply.header('etag', entityTag(read.version)).send(summary)
    }

    const off = await disconnectAccount(ports, request, read, undefined)
    const action = 'microsoft-account.delete'
    const entry = auditEntry(request, { action, tenantId, target: accountId, details: { alias: read.alias } })
    if ((await accounts.delete(off, entry)) === 'version-conflict') throw refuse('version-conflict')
    return reply.status(204).send()
  })
}
