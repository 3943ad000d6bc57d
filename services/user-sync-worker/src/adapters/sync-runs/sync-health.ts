import type { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import type { RunWait, SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type pg from 'pg'
import {
  BY_ADMINS,
  OVERDUE,
  overdueAfterSeconds,
  STALLED_AFTER_SECONDS,
  syncFailureOf,
} from '../../domain/account-health.ts'
import type { RunFailure } from '../../domain/directory-failure.ts'
import type { SyncSettings } from '../../domain/sync-settings.ts'
import { FIRST_OF_ACCOUNT } from './sync-run-fence.ts'

/** How long a claim lasts before another worker may try. */
const CLAIM = `interval '30 seconds'`
/** A queued run could not take a step before the one ahead of it ended, or stopped to ask an admin. */
const SINCE = `greatest(coalesce(r.progressed_at, r.created_at), case when r.status = 'queued' then (
  select max(coalesce(ahead.finished_at, ahead.progressed_at)) from roster.sync_run ahead
  where ahead.tenant_id = r.tenant_id and ahead.account_id = r.account_id and ahead.id <> r.id) end)`
const STALLED = `r.status in ('queued', 'running') and ${SINCE} < now() - $1 * interval '1 second' and ${FIRST_OF_ACCOUNT}`

// A run that makes progress may take as long as it needs. After an
// admin's own doing the account stays silent only while its runs are scheduled: each run moves `next_delta_at` on.
const NOTE_OVERDUE = `
update roster.account_sync s set failure = case when s.failure is null or s.failure ->> 'code' = any($4) then $2 else s.failure end,
  failing_since = coalesce(s.failing_since, now()), tell_at = now()
where not s.is_told_failing and s.tell_at is null and s.synced_at < now() - $1 * interval '1 second'
  and (coalesce(s.failure ->> 'code', '') <> all($4) or s.next_delta_at < now() - $1 * interval '1 second')
  and not exists (select from roster.sync_run r where r.account_id = s.account_id
    and r.status = 'running' and r.progressed_at > now() - $3 * interval '1 second')`

const CLAIM_UNTOLD = `
update roster.account_sync set tell_at = now() + ${CLAIM} where account_id in (
  select account_id from roster.account_sync where tell_at <= now() order by tell_at limit $1 for update skip locked)
returning tenant_id, account_id, failure, failures, failing_since, synced_at, is_told_failing, tell_at`

const TOLD = `
update roster.account_sync set is_told_failing = $3, tell_at = case when tell_at = $2 then null else tell_at end where account_id = $1`

const NOTE_STALLED = `
update roster.sync_run r set stalled_at = now()
where ${STALLED} and (r.stalled_at is null or r.stalled_at < ${SINCE})
returning r.id, r.tenant_id as "tenantId", r.account_id as "accountId", r.kind, r.status, r.waiting_for as "waitingFor",
  ${SINCE} as since`

const COUNT = `
select (select count(*)::int from roster.account_sync where is_told_failing or (tell_at is not null and failure is not null)) as "accountsNotInStep",
  (select count(*)::int from roster.sync_run r where ${STALLED}) as "stalledRuns"`

type HealthRow = Record<'tenant_id' | 'account_id', string> &
  Record<'failing_since' | 'synced_at', Date | null> & {
    failure: RunFailure | null
    failures: number
    is_told_failing: boolean
    tell_at: Date
  }
type StalledRow = Pick<SyncRun, 'id' | 'tenantId' | 'accountId' | 'kind' | 'status'> & {
  waitingFor: RunWait | null
  since: Date
}
type UntoldHealth = {
  tenantId: string
  accountId: string
  /** Null when the account is in step again. */
  failure: SyncFailure | null
  /** The registry was told the opposite last. */
  isNews: boolean
  /** End of the claim. */
  until: Date
}

/** Accounts that are not in step, and runs without progress, of all tenants: needs the scope `every-tenant`. */
export function syncHealth(pool: pg.Pool, settings: SyncSettings) {
  return {
    /** Marks the accounts whose last success is too old as not in step. Answers how many. */
    async noteOverdue(): Promise<number> {
      const values = [overdueAfterSeconds(settings), JSON.stringify(OVERDUE), STALLED_AFTER_SECONDS, BY_ADMINS]
      return (await pool.query(NOTE_OVERDUE, values)).rowCount ?? 0
    },
    /** What the registry does not know yet. */
    async claimUntold(limit: number): Promise<UntoldHealth[]> {
      const { rows } = await pool.query<HealthRow>(CLAIM_UNTOLD, [limit])
      return rows.map((row) => {
        const { failure, failures, failing_since: failingSince, synced_at: syncedAt } = row
        const told =
          failure && syncFailureOf({ failure, failures, failingSince: failingSince ?? row.tell_at, syncedAt })
        const isNews = row.is_told_failing !== (told !== null)
        return { tenantId: row.tenant_id, accountId: row.account_id, failure: told, isNews, until: row.tell_at }
      })
    },
    /** The registry knows; what happened since the claim is told next. */
    async told({ accountId, failure, until }: UntoldHealth): Promise<void> {
      await pool.query(TOLD, [accountId, until, failure !== null])
    },
    /** Runs without progress, each once until its next step. */
    async noteStalled() {
      const { rows } = await pool.query<StalledRow>(NOTE_STALLED, [STALLED_AFTER_SECONDS])
      return rows.map((row) => ({ ...row, since: row.since.toISOString() }))
    },
    async counts(): Promise<Record<'accountsNotInStep' | 'stalledRuns', number>> {
      return (await pool.query(COUNT, [STALLED_AFTER_SECONDS])).rows[0]
    },
  }
}
