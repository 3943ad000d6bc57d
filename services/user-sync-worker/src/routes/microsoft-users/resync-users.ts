import { ResyncRequest, RunQuery } from '@jackfield/contract/import-request'
import { AccountParams } from '@jackfield/contract/microsoft-account'
import { Problem } from '@jackfield/contract/problem'
import { SyncRunStarted } from '@jackfield/contract/sync-run'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { enabledConnection } from '../../guards/enabled-connection.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'resyncMicrosoftUsers',
  summary: 'Bring the imported users of a Microsoft 365 account up to date now',
  tags: ['Import'],
  params: AccountParams,
  querystring: RunQuery,
  body: ResyncRequest,
  response: { 202: SyncRunStarted, 400: Problem, 404: Problem, 409: Problem, 503: Problem },
}

export const resyncUsers: FastifyPluginAsyncZod<Pick<Ports, 'registry' | 'runs' | 'queue'>> = async (
  app,
  { registry, runs, queue },
) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/resyncs', { schema }, async (request, reply) => {
    const { tenantId, accountId } = request.params
    const { preview } = request.query
    const { directoryId } = await enabledConnection(registry, request.params)

    const run = { tenantId, accountId, directoryId, requestedBy: request.caller.sub, preview, request: request.body }
    const details = { mode: request.body.mode, preview: String(preview) }
    const due = await runs.create(run, (runId) =>
      auditEntry(request, { action: 'users.resync', tenantId, target: accountId, details: { ...details, runId } }),
    )
    await queue
      .enqueue(due)
      .catch((error: unknown) => request.log.warn({ err: error }, 'the run waits for the reconciler'))

    return reply.status(202).send({ runId: due.job.runId })
  })
}
