import type pg from 'pg'
import type { Lease } from '../sync-run-ports.ts'

const FENCE = `select id from roster.sync_run where id = $1 and lease_token = $2 and status = 'running' for update`

/** Whether the slice still holds its run; if so nobody can take it until the transaction ends (fencing, QC-04). */
export async function holdsLease(client: pg.PoolClient, { runId, token }: Lease): Promise<boolean> {
  return (await client.query(FENCE, [runId, token])).rowCount === 1
}

/** What only the run itself needed. What a preview would change stays to be looked at. */
export async function forget(client: pg.PoolClient, runId: string, { preview = false } = {}): Promise<void> {
  for (const table of ['sync_run_selection', 'sync_run_met', 'sync_run_set_member', ...(preview ? [] : ['staged_change'])]) {
    await client.query(`delete from roster.${table} where run_id = $1`, [runId])
  }
}
