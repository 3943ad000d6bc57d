import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { DueRun, SyncRuns } from '../sync-run-ports.ts'
import { inTransaction } from './in-transaction.ts'
import { type DueRow, toDue } from './sync-run-due.ts'
import type { SyncSettings } from './sync-settings.ts'

/** Notifications come in bursts: those of this time are one delta. */
const DEBOUNCE = `interval '1 second'`
/** A finished run is kept this long; one that was not asked for and changed nothing, a day. */
const KEPT = `interval '90 days'`

// An account that has a run already, also one that waits for an admin, gets no other: what is due stays due.
const DUE = `
select s.account_id, s.tenant_id, s.directory_id, s.next_full_at <= now() as is_full, s.hinted_at is not null as is_hinted
from roster.account_sync s
where (s.next_delta_at <= now() or s.next_full_at <= now() or s.hinted_at <= now() - ${DEBOUNCE})
  and not exists (select from roster.sync_run r where r.account_id = s.account_id and r.status in ('queued', 'running', 'awaiting-approval'))
order by least(s.next_delta_at, s.next_full_at, s.hinted_at) limit $1 for update of s skip locked`

const INSERT = `
insert into roster.sync_run (id, tenant_id, account_id, directory_id, kind, status, requested_by)
values ($1, $2, $3, $4, $5, 'queued', $6) returning id, tenant_id, lease_token`

// With every failure in a row the account is looked at less often. What fails stays due, no sooner than an hour for a full comparison.
const MOVE_ON = `
update roster.account_sync set hinted_at = null,
  next_delta_at = now() + least($2 * 2 ^ least(failures, 6), greatest($2, 21600)) * interval '1 second',
  next_full_at = case when $3 then now() + least($4, 3600 * 2 ^ least(failures, 5)) * interval '1 second' else next_full_at end
where account_id = $1`

const FORGET_OLD = `
with old as (
  select id from roster.sync_run where finished_at < now() - ${KEPT}
    or (finished_at < now() - interval '1 day' and status = 'succeeded' and requested_by in ('schedule', 'notification')
      and created + updated + disabled + deleted = 0)
  limit 1000
), planned as (delete from roster.staged_change where run_id in (select id from old)
), skipped as (delete from roster.sync_run_skipped_user where run_id in (select id from old))
delete from roster.sync_run where id in (select id from old)`

/** Runs by the clock and by notification: the scheduled delta and the nightly comparison are the truth, a notification only hurries them. */
export function syncSchedule(pool: pg.Pool, { deltaSeconds, fullSeconds }: SyncSettings): Pick<SyncRuns, 'schedule' | 'forgetOld'> {
  return {
    async schedule(limit) {
      const runs = await inTransaction(pool, async (client) => {
        const due: DueRun[] = []
        for (const account of (await client.query(DUE, [limit])).rows) {
          const kind = account.is_full ? 'full' : 'delta'
          const by = account.is_hinted && !account.is_full ? 'notification' : 'schedule'
          const values = [newId(), account.tenant_id, account.account_id, account.directory_id, kind, by]
          const { rows } = await client.query<DueRow>(INSERT, values)
          await client.query(MOVE_ON, [account.account_id, deltaSeconds, account.is_full, fullSeconds])
          due.push(...rows.map(toDue))
        }
        return due
      })
      return runs ?? []
    },
    async forgetOld() {
      await pool.query(FORGET_OLD)
    },
  }
}
