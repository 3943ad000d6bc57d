import { refusals } from '@jackfield/contract/http/problems/refusals'
import { ResyncRequest, RunQuery } from '@jackfield/contract/microsoft/import-request'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { SyncRunStarted } from '@jackfield/contract/microsoft/sync-run'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { enabledConnection } from '../../guards/microsoft-account.ts'
import { startRun } from '../../http/start-run.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'resyncMicrosoftUsers',
  summary: 'Bring the imported users of a Microsoft 365 account up to date now',
  tags: ['Import'],
  params: AccountParams,
  querystring: RunQuery,
  body: ResyncRequest,
  response: { 202: SyncRunStarted },
  refusals: refusals('account-not-found', 'account-not-enabled', 'too-many-runs'),
}

export const resyncUsers: FastifyPluginAsyncZod<Pick<Ports, 'registry' | 'runs' | 'queue'>> = async (app, ports) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/resyncs', { schema }, async (request, reply) => {
    const { params, body } = request
    const { preview } = request.query
    const { directoryId } = await enabledConnection(ports.registry, params)

    const details = { mode: body.mode, preview: String(preview) }
    const run = { ...params, directoryId, preview, request: body }
    return startRun(ports, request, reply, { ...run, action: 'users.resync', details })
  })
}
