import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import type { DueRun, Lease } from '../../sync-run-ports.ts'

// What the statements on runs share: which run is due, who may write for it, what it is going to change.

/**
 * End of a lease that begins or is renewed now. A run goes on within 10 s of its worker's death: this, and a round of
 * the reconciler. By the clock, not by the transaction: a renewal may have waited for a page of the same run.
 */
export const LEASE_END = `clock_timestamp() + interval '6 seconds'`

/** Runs of one account are worked on one at a time, in the order in which they were asked for. */
export const FIRST_OF_ACCOUNT = `not exists (select from roster.sync_run other where other.account_id = r.account_id and other.id <> r.id
  and (other.status = 'running' or (r.status = 'queued' and other.status = 'queued' and other.id < r.id)))`
export const DUE = `r.status in ('queued', 'running') and (r.lease_expires_at is null or r.lease_expires_at < now())
  and (r.not_before is null or r.not_before <= now()) and ${FIRST_OF_ACCOUNT}`

/** What the run $2 of the tenant $1 has staged, compared with the roster now; newcomers count when they are synced. */
export const PLANNED = `
select s.object_id, s.person, s.held, u.display_name, u.user_principal_name, u.status = 'active' as is_active,
  case when u.id is null then 'create' when u.status <> 'deleted' and s.status = 'deleted' then 'delete'
    when u.status = 'active' and s.status = 'disabled' then 'disable' when u.sync and not s.sync then 'unsync'
    when not u.sync and s.sync then 'sync' else 'update' end as change
from roster.staged_change s left join lateral (
  select * from roster.phone_user where tenant_id = $1 and object_id = s.object_id
    and directory_id = (select directory_id from roster.sync_run where tenant_id = $1 and id = $2) limit 1) u on true
where s.tenant_id = $1 and s.run_id = $2 and (u.id is not null or (s.sync and s.status = 'active'))`

const FENCE = `select id from roster.sync_run where id = $1 and lease_token = $2 and status = 'running' for update`

const FORGET = `
with met as (delete from roster.sync_run_met where run_id = $1
), members as (delete from roster.sync_run_set_member where run_id = $1
), staged as (delete from roster.staged_change where run_id = $1 and not $2)
delete from roster.sync_run_selection where run_id = $1`

/** What a row of `sync_run` tells the queue. */
export const DUE_COLUMNS = 'id, tenant_id, lease_token, kind'
export type DueRow = Record<'id' | 'tenant_id' | 'lease_token', string> & Pick<DueRun, 'kind'>
export function toDue({ id, tenant_id: tenantId, lease_token: slice, kind }: DueRow): DueRun {
  return { job: { tenantId, runId: id }, slice: Number(slice), kind }
}

/** Whether the slice still holds the lease of its run; if so, nobody takes it before the transaction ends (QC-04). */
export async function holdsLease(client: pg.PoolClient, { runId, token }: Lease): Promise<boolean> {
  return (await client.query(FENCE, [runId, token])).rowCount === 1
}

/** One transaction under the fence. Undefined, and nothing is written, when the lease was lost or `work` says so. */
export function underLease<Result>(
  pool: pg.Pool,
  lease: Lease,
  work: (client: pg.PoolClient) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  return inTransaction(pool, async (client) => ((await holdsLease(client, lease)) ? work(client) : undefined))
}

/** Deletes what only the run itself needed. `keepsPlan`: planned changes stay, for admins to look at. */
export async function forget(client: pg.PoolClient, runId: string, { keepsPlan = false } = {}): Promise<void> {
  await client.query(FORGET, [runId, keepsPlan])
}
