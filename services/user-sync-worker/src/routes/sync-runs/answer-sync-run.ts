import { IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { SyncRun, SyncRunParams } from '@jackfield/contract/microsoft/sync-run'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { refuse } from '../../errors.ts'
import { enqueue } from '../../http/start-run.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  tags: ['Sync runs'],
  params: SyncRunParams,
  headers: IfMatch,
  response: { 200: SyncRun },
  refusals: refusals('run-not-found', 'run-not-waiting', 'run-over', 'version-conflict'),
}
const approving = {
  ...schema,
  operationId: 'approveSyncRun',
  summary: 'Approve the removals of a run that waits because it would disable or delete very many users',
  description:
    'The users are read once more: those who are enabled again in Microsoft 365 stay, and nobody is removed who was not asked about.',
}
const cancelling = {
  ...schema,
  operationId: 'cancelSyncRun',
  summary: 'End a run that is not over: what it has not done yet is not done',
  description:
    'Removals that waited for an approval are asked about again by the next full comparison that finds them.',
}

export const answerSyncRun: FastifyPluginAsyncZod<Pick<Ports, 'runs' | 'queue'>> = async (app, { runs, queue }) => {
  app.post('/tenants/:tenantId/sync-runs/:runId/approve', { schema: approving }, async (request, reply) => {
    const { tenantId, runId } = request.params
    const entry = auditEntry(request, { action: 'sync-run.approve', tenantId, target: runId })
    const answer = await runs.approve(tenantId, runId, request.caller.sub, entry, isSeenBy(request))
    if (answer.kind === 'wrong-status') throw refuse('run-not-waiting')
    if (answer.kind === 'done' && answer.due) await enqueue(queue, request, answer.due)
    return show(request, reply, answer)
  })

  app.post('/tenants/:tenantId/sync-runs/:runId/cancel', { schema: cancelling }, async (request, reply) => {
    const { tenantId, runId } = request.params
    const entry = auditEntry(request, { action: 'sync-run.cancel', tenantId, target: runId })
    const answer = await runs.cancel(tenantId, runId, entry, isSeenBy(request))
    if (answer.kind === 'wrong-status') throw refuse('run-over')
    return show(request, reply, answer)
  })

  type Asked = FastifyRequest & { params: { tenantId: string; runId: string } }
  async function show({ params }: Asked, reply: FastifyReply, { kind }: Awaited<ReturnType<typeof runs.cancel>>) {
    if (kind === 'version-conflict') throw refuse('version-conflict')
    const found = kind === 'done' ? await runs.find(params.tenantId, params.runId) : undefined
    if (!found) throw refuse('run-not-found')
    return reply.send(found.run)
  }
}

function isSeenBy({ headers }: { headers: { 'if-match'?: string | undefined } }) {
  return (revision: number) => isMatch(headers['if-match'], revision)
}
