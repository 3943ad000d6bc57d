import { entityTag, IfMatch, isMatch } from '@jackfield/contract/entity-tag'
import { Problem } from '@jackfield/contract/problem'
import { SyncRun, SyncRunParams } from '@jackfield/contract/sync-run'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'cancelSyncRun',
  summary: 'End a run that is not over: what it has not done yet is not done',
  tags: ['Sync runs'],
  params: SyncRunParams,
  headers: IfMatch,
  response: { 200: SyncRun, 404: Problem, 409: Problem, 412: Problem },
}

export const cancelSyncRun: FastifyPluginAsyncZod<Pick<Ports, 'runs'>> = async (app, { runs }) => {
  app.post('/tenants/:tenantId/sync-runs/:runId/cancel', { schema }, async (request, reply) => {
    const { tenantId, runId } = request.params
    const isSeen = (revision: number) => isMatch(request.headers['if-match'], revision)
    const entry = auditEntry(request, { action: 'sync-run.cancel', tenantId, target: runId })
    const answer = await runs.cancel(tenantId, runId, entry, isSeen)
    if (answer.kind === 'not-found') throw refuse('run-not-found')
    if (answer.kind === 'version-conflict') throw refuse('version-conflict')
    if (answer.kind === 'wrong-status') throw refuse('run-over')
    const found = await runs.find(tenantId, runId)
    if (!found) throw refuse('run-not-found')
    return reply.header('etag', entityTag(found.revision)).send(found.run)
  })
}
