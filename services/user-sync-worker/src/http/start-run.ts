import type { Versioned } from '@jackfield/contract/http/entity-tag'
import { TENANT_LIMITS } from '@jackfield/contract/http/tenant-limits'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import type { DueRun, NewRun } from '../sync-run-ports.ts'

type Started = Omit<NewRun, 'requestedBy'> & { action: string; details?: Record<string, string> }

/** Keeps a run that the request's caller asks for, brings it to a worker, and answers 202 with it. */
export async function startRun(
  { runs, queue }: Pick<Ports, 'runs' | 'queue'>,
  request: FastifyRequest,
  reply: FastifyReply,
  { action, details = {}, ...run }: Started,
): Promise<Versioned<SyncRun> & { runId: string }> {
  const { tenantId, accountId: target } = run
  // Two that ask at the same moment may both be the last: the limit only keeps the list from growing without bound.
  if ((await runs.countOpen(tenantId)) >= TENANT_LIMITS['sync-runs']) throw refuse('too-many-runs', { retryAfter: 60 })
  const due = await runs.create({ ...run, requestedBy: request.caller.sub }, (runId) =>
    auditEntry(request, { action, tenantId, target, details: { ...details, runId } }),
  )
  await enqueue(queue, request, due)
  const { runId } = due.job
  const started = await runs.find(tenantId, runId)
  if (!started) throw refuse('tenant-not-found')
  reply.status(202).header('location', `/api/v1/tenants/${tenantId}/sync-runs/${runId}`)
  return { ...started.run, runId }
}

/** The run is durable: a queue that is down only delays it until the reconciler enqueues it. */
export async function enqueue(queue: Ports['queue'], { log }: FastifyRequest, due: DueRun): Promise<void> {
  await queue.enqueue(due).catch((error: unknown) => log.warn({ err: error }, 'the run waits for the reconciler'))
}
