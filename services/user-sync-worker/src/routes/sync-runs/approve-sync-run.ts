import { entityTag, IfMatch, isMatch } from '@jackfield/contract/entity-tag'
import { Problem } from '@jackfield/contract/problem'
import { SyncRun, SyncRunParams } from '@jackfield/contract/sync-run'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'approveSyncRun',
  summary: 'Let a run go on that stopped because it would disable or delete very many users',
  tags: ['Sync runs'],
  params: SyncRunParams,
  headers: IfMatch,
  response: { 200: SyncRun, 404: Problem, 409: Problem, 412: Problem },
}

export const approveSyncRun: FastifyPluginAsyncZod<Pick<Ports, 'runs' | 'queue'>> = async (app, { runs, queue }) => {
  app.post('/tenants/:tenantId/sync-runs/:runId/approve', { schema }, async (request, reply) => {
    const { tenantId, runId } = request.params
    const isSeen = (revision: number) => isMatch(request.headers['if-match'], revision)
    const entry = auditEntry(request, { action: 'sync-run.approve', tenantId, target: runId })
    const answer = await runs.approve(tenantId, runId, request.caller.sub, entry, isSeen)
    if (answer.kind === 'not-found') throw refuse('run-not-found')
    if (answer.kind === 'version-conflict') throw refuse('version-conflict')
    if (answer.kind !== 'done') throw refuse('run-not-waiting')
    if (answer.due)
      await queue
        .enqueue(answer.due)
        .catch((error: unknown) => request.log.warn({ err: error }, 'the run waits for the reconciler'))
    const found = await runs.find(tenantId, runId)
    if (!found) throw refuse('run-not-found')
    return reply.header('etag', entityTag(found.revision)).send(found.run)
  })
}
