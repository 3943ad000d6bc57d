import { ImportRequest, RunQuery } from '@jackfield/contract/import-request'
import { AccountParams } from '@jackfield/contract/microsoft-account'
import { Problem } from '@jackfield/contract/problem'
import { SyncRunStarted } from '@jackfield/contract/sync-run'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { enabledConnection } from '../../guards/enabled-connection.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'importMicrosoftUsers',
  summary: 'Import users of a Microsoft 365 account',
  tags: ['Import'],
  params: AccountParams,
  querystring: RunQuery,
  body: ImportRequest,
  response: { 202: SyncRunStarted, 400: Problem, 404: Problem, 409: Problem, 503: Problem },
}

export const importUsers: FastifyPluginAsyncZod<Pick<Ports, 'registry' | 'runs' | 'queue'>> = async (
  app,
  { registry, runs, queue },
) => {
  app.post('/tenants/:tenantId/microsoft-accounts/:accountId/imports', { schema }, async (request, reply) => {
    const { tenantId, accountId } = request.params
    const { preview } = request.query
    const { directoryId } = await enabledConnection(registry, request.params)

    const chosen = 'users' in request.body ? String(request.body.users.length) : 'all'
    const run = { tenantId, accountId, directoryId, requestedBy: request.caller.sub, preview, request: request.body }
    const details = { users: chosen, preview: String(preview) }
    const due = await runs.create(run, (runId) =>
      auditEntry(request, { action: 'users.import', tenantId, target: accountId, details: { ...details, runId } }),
    )
    // The run is durable now: a queue that is down delays it until the reconciler comes by, and fails nothing.
    await queue
      .enqueue(due)
      .catch((error: unknown) => request.log.warn({ err: error }, 'the run waits for the reconciler'))

    return reply.status(202).send({ runId: due.job.runId })
  })
}
