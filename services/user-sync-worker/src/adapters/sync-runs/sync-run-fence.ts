import type pg from 'pg'
import type { Lease } from '../../sync-run-ports.ts'

const FENCE = `select id from roster.sync_run where id = $1 and lease_token = $2 and status = 'running' for update`

const FORGET = `
with met as (delete from roster.sync_run_met where run_id = $1
), members as (delete from roster.sync_run_set_member where run_id = $1
), staged as (delete from roster.staged_change where run_id = $1 and not $2)
delete from roster.sync_run_selection where run_id = $1`

/** Whether the slice still holds its run; if so nobody can take it until the transaction ends (fencing, QC-04). */
export async function holdsLease(client: pg.PoolClient, { runId, token }: Lease): Promise<boolean> {
  return (await client.query(FENCE, [runId, token])).rowCount === 1
}

/** What only the run itself needed. What a preview would change stays to be looked at. */
export async function forget(client: pg.PoolClient, runId: string, { preview = false } = {}): Promise<void> {
  await client.query(FORGET, [runId, preview])
}
