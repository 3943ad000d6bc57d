import type { DueRun } from '../../sync-run-ports.ts'

export type DueRow = { id: string; tenant_id: string; lease_token: string }

/** What the queue is told of a run. */
export function toDue(row: DueRow): DueRun {
  return { job: { tenantId: row.tenant_id, runId: row.id }, slice: Number(row.lease_token) }
}
