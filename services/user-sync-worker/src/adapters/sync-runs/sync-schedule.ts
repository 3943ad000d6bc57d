import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { SyncRuns } from '../../sync-run-ports.ts'
import { type DueRow, toDue } from './sync-run-due.ts'
import type { SyncSettings } from './sync-settings.ts'

/** Notifications come in bursts: those of this time are one delta. */
const DEBOUNCE = `interval '1 second'`
/** A finished run is kept this long; one that was not asked for and changed nothing, a day. */
const KEPT = `interval '90 days'`

// An account that has a run already, also one that waits for an admin, gets no other: what is due stays due. With every
// failure in a row an account is looked at less often; a full comparison that fails stays due, no sooner than an hour
// later. One statement for all of them, ids by their number.
const SCHEDULE = `
with due as (
  select s.account_id, s.tenant_id, s.directory_id, s.failures, s.next_full_at <= now() as is_full, s.hinted_at is not null as is_hinted
  from roster.account_sync s
  where (s.next_delta_at <= now() or s.next_full_at <= now() or s.hinted_at <= now() - ${DEBOUNCE})
    and not exists (select from roster.sync_run r where r.account_id = s.account_id and r.status in ('queued', 'running', 'awaiting-approval'))
  order by least(s.next_delta_at, s.next_full_at, s.hinted_at) limit cardinality($1::uuid[]) for update of s skip locked
), numbered as (select *, row_number() over () as number from due
), moved_on as (
  update roster.account_sync s set hinted_at = null,
    next_delta_at = now() + least($2 * 2 ^ least(due.failures, 6), greatest($2, 21600)) * interval '1 second',
    next_full_at = case when due.is_full then now() + least($3, 3600 * 2 ^ least(due.failures, 5)) * interval '1 second' else s.next_full_at end
  from due where s.account_id = due.account_id
)
insert into roster.sync_run (id, tenant_id, account_id, directory_id, kind, status, requested_by, enqueued_at)
select ($1::uuid[])[number], tenant_id, account_id, directory_id, case when is_full then 'full' else 'delta' end, 'queued',
  case when is_hinted and not is_full then 'notification' else 'schedule' end, now()
from numbered returning id, tenant_id, lease_token`

const FORGET_OLD = `
with old as (
  select id from roster.sync_run where finished_at < now() - ${KEPT}
    or (finished_at < now() - interval '1 day' and status = 'succeeded' and requested_by in ('schedule', 'notification')
      and created + updated + disabled + deleted = 0)
  limit 1000
), planned as (delete from roster.staged_change where run_id in (select id from old)
), skipped as (delete from roster.sync_run_skipped_user where run_id in (select id from old))
delete from roster.sync_run where id in (select id from old)`

/**
 * Runs by the clock and by notification: the scheduled delta and the nightly comparison are the truth, a notification
 * only hurries them.
 */
export function syncSchedule(
  pool: pg.Pool,
  { deltaSeconds, fullSeconds }: SyncSettings,
): Pick<SyncRuns, 'schedule' | 'forgetOld'> {
  return {
    async schedule(limit) {
      const ids = Array.from({ length: limit }, () => newId())
      const { rows } = await pool.query<DueRow>(SCHEDULE, [ids, deltaSeconds, fullSeconds])
      return rows.map(toDue)
    },
    async forgetOld() {
      await pool.query(FORGET_OLD)
    },
  }
}
