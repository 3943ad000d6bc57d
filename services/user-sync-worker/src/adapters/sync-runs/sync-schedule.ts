import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { SyncSettings } from '../../domain/sync-settings.ts'
import type { DueRun, Lease } from '../../sync-run-ports.ts'
import { DUE, DUE_COLUMNS, type DueRow, toDue } from './sync-run-fence.ts'

/** The first notification in a while is followed at once; of a burst, the rest within this time is one delta. */
const DEBOUNCE = `case when s.synced_at < now() - interval '5 seconds' then interval '0' else interval '1 second' end`
/** How long a finished run is kept; one that nobody asked for and that changed nothing is kept for a day. */
const KEPT = `interval '90 days'`
/** How long an enqueued run may take to reach a worker before it is enqueued again; longer behind a backlog. */
const CLAIM = `case when r.status = 'queued' then greatest(interval '5 seconds', least(interval '30 seconds', (now() - r.created_at) / 2))
  else interval '5 seconds' end`

// An account with an open run gets no other: what is due stays due. One that waits for an admin holds back nothing. Every
// failure in a row doubles the interval; a failed full comparison stays due, an hour later at the earliest. Where a
// directory tells no changes, a notification would cause a full comparison: those keep to the clock.
const SCHEDULE = `
with due as (
  select s.account_id, s.tenant_id, s.directory_id, s.failures, s.next_full_at <= now() as is_full, s.hinted_at is not null as is_hinted
  from roster.account_sync s
  where (s.next_delta_at <= now() or s.next_full_at <= now() or (s.hinted_at <= now() - ${DEBOUNCE} and s.delta_link is not null))
    and not exists (select from roster.sync_run r where r.account_id = s.account_id and r.status in ('queued', 'running'))
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
from numbered returning ${DUE_COLUMNS}`

const CLAIM_DUE = `
update roster.sync_run set enqueued_at = now() where id in (
  select r.id from roster.sync_run r where ${DUE} and (r.enqueued_at is null or r.enqueued_at < now() - ${CLAIM})
  order by r.enqueued_at nulls first, r.id limit $1 for update skip locked)
returning ${DUE_COLUMNS}`

const NEXT_OF_ACCOUNT = `
select ${DUE_COLUMNS} from roster.sync_run r where r.account_id = $1 and ${DUE} limit 1`

// The run of the tenant whose last slice is longest ago.
const NEXT_OF_TENANT = `
select ${DUE_COLUMNS} from roster.sync_run r
where r.tenant_id = $1 and (r.kind = 'delta') = ($2 = 'delta') and ${DUE}
order by r.enqueued_at nulls first, r.id limit 1`

const FORGET_OLD = `
with old as (
  select id from roster.sync_run where finished_at < now() - ${KEPT}
    or (finished_at < now() - interval '1 day' and status = 'succeeded' and requested_by in ('schedule', 'notification')
      and created + updated + disabled + deleted = 0)
  limit 1000
), planned as (delete from roster.staged_change where run_id in (select id from old)
), skipped as (delete from roster.sync_run_skipped_user where run_id in (select id from old))
delete from roster.sync_run where id in (select id from old)`

const FORGET_REMOVALS = `delete from roster.recent_removal where decided_at < now() - $1 * interval '1 hour'`

/** When runs come into being, reach the queue and are forgotten. */
export function syncSchedule(pool: pg.Pool, { deltaSeconds, fullSeconds, fuse }: SyncSettings) {
  const due = async (text: string, values: unknown[]): Promise<DueRun[]> =>
    (await pool.query<DueRow>(text, values)).rows.map(toDue)
  return {
    /** Makes the runs that are due by the clock or by a notification. */
    makeDue: (limit: number) =>
      due(SCHEDULE, [Array.from({ length: limit }, () => newId()), deltaSeconds, fullSeconds]),
    /** Runs that wait, or whose worker is gone; each goes to one caller for some seconds. */
    claimDue: (limit: number) => due(CLAIM_DUE, [limit]),
    /** The run that waits behind a finished one of the same account. */
    nextOfAccount: async (accountId: string) => (await due(NEXT_OF_ACCOUNT, [accountId]))[0],
    /** The run that takes the slot which a slice of the same tenant has released. */
    nextOfTenant: async ({ tenantId, kind }: Lease) => (await due(NEXT_OF_TENANT, [tenantId, kind]))[0],
    /** Deletes runs of long ago, scheduled ones of yesterday that changed nothing, and removals that no longer count. */
    async forgetOld(): Promise<void> {
      await pool.query(FORGET_OLD)
      await pool.query(FORGET_REMOVALS, [fuse.hours])
    },
  }
}
