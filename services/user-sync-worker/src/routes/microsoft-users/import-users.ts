import { refusals } from '@jackfield/contract/http/problems/refusals'
import { ImportRequest, RunQuery } from '@jackfield/contract/microsoft/import-request'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { SyncRunStarted } from '@jackfield/contract/microsoft/sync-run'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { enabledConnection } from '../../guards/microsoft-account.ts'
import { startRun } from '../../http/start-run.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'importMicrosoftUsers',
  summary: 'Import users of a Microsoft 365 account',
  tags: ['Import'],
  params: AccountParams,
  querystring: RunQuery,
  body: ImportRequest,
  response: {
    202: SyncRunStarted,
  },
  refusals: refusals('sso-needs-sync', 'account-not-found', 'account-not-enabled', 'too-many-runs'),
}

export const importUsers: FastifyPluginAsyncZod<Pick<Ports, 'registry' | 'runs' | 'queue'>> = async (app, ports) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/imports', { schema }, async (request, reply) => {
    const { params, body } = request
    const { preview } = request.query
    const { directoryId } = await enabledConnection(ports.registry, params)

    const users = 'users' in body ? String(body.users.length) : 'all'
    const details = { users, preview: String(preview) }
    const run = { ...params, directoryId, preview, request: body }
    return startRun(ports, request, reply, { ...run, action: 'users.import', details })
  })
}
