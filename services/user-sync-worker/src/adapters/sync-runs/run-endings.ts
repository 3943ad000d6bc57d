import type pg from 'pg'
import { FAILURES_IN_A_ROW, saysOfAccount } from '../../domain/account-health.ts'
import type { RunFailure } from '../../domain/directory-failure.ts'
import type { SyncSettings } from '../../domain/sync-settings.ts'
import type { DueRun, Lease, RunDecision } from '../../sync-run-ports.ts'
import { keepSets } from '../page-writes/directory-sets.ts'
import { isAnythingStaged } from '../page-writes/staged-changes.ts'
import { holdEmptied } from './emptied-attributes.ts'
import { holdRemovals, keepHeld, showHeld, tellHeld } from './removal-fuse.ts'
import { DUE_COLUMNS, type DueRow, forget, LEASE_END, PLANNED, toDue, underLease } from './sync-run-fence.ts'

const COUNT_PLANNED = `
select count(*) filter (where change = 'create')::int as created,
  count(*) filter (where change in ('update', 'sync', 'unsync'))::int as updated,
  count(*) filter (where change = 'disable')::int as disabled, count(*) filter (where change = 'delete')::int as deleted,
  count(*) filter (where is_active and change in ('delete', 'disable', 'unsync'))::int as removals
from (${PLANNED}) planned where not held`

const PLAN = `
update roster.sync_run set updated = updated + $2, disabled = disabled + $3, deleted = deleted + $4, created = created + $5, checkpoint = 'apply',
  fruitless = 0, progressed_at = now(), revision = revision + 1, lease_expires_at = ${LEASE_END}
where id = $1`

// Tells the registry that the account is in step again, if it was told otherwise or is about to be.
const IN_STEP = (account: string) => `failures = 0, failure = null, failing_since = null,
  tell_at = case when ${account}.is_told_failing or ${account}.tell_at is not null then now() end`

const KEEP_PLACE = `
insert into roster.account_sync (account_id, tenant_id, directory_id, delta_link, next_delta_at, next_full_at, synced_at)
values ($1, $2, $3, $4, now() + $5 * interval '1 second', now() + $6 * interval '1 second', now())
on conflict (account_id) do update set
  delta_link = case when $7 = 'import' and account_sync.directory_id = excluded.directory_id
    then coalesce(account_sync.delta_link, excluded.delta_link) else coalesce(excluded.delta_link, account_sync.delta_link) end,
  next_delta_at = case when $7 = 'import' then account_sync.next_delta_at else excluded.next_delta_at end,
  next_full_at = case when $7 = 'full' and account_sync.full_wishes = $8 then excluded.next_full_at else account_sync.next_full_at end,
  directory_id = excluded.directory_id, synced_at = now(), ${IN_STEP('account_sync')}`

// Scheduled rounds that find changes without a notification: after two in a row the subscription counts as broken (S44).
const LISTEN = `
update roster.subscription s set quiet_rounds = quiet_rounds + 1, is_quiet = quiet_rounds >= 1,
  renew_at = case when quiet_rounds >= 1 then now() else renew_at end, wishes = wishes + (quiet_rounds >= 1)::int
from roster.sync_run r, roster.account_sync a
where r.id = $1 and a.account_id = r.account_id and s.account_id = r.account_id and s.subscription_id is not null
  and r.updated + r.disabled + r.deleted > 0 and coalesce(s.last_notified_at, '-infinity') < a.synced_at`

/** A change can miss the round after its notification and come in the next: one that found nothing is repeated soon. */
const SECOND_LOOK = `interval '10 seconds'`

// The run left no rows of its own, and found no change. The next run is the account's first queued one.
const FINISH_QUIETLY = `
with ended as (
  update roster.sync_run set status = 'succeeded', delta_link = coalesce($3, delta_link), fruitless = 0, finished_at = now(),
    lease_expires_at = null, revision = revision + 1
  where id = $1 and lease_token = $2 and status = 'running' returning account_id, requested_by
), kept as (
  update roster.account_sync s set delta_link = coalesce($3, s.delta_link),
    next_delta_at = now() + case when ended.requested_by = 'notification' then ${SECOND_LOOK} else $4 * interval '1 second' end,
    synced_at = now(), ${IN_STEP('s')}
  from ended where s.account_id = ended.account_id
)
select next.* from ended left join lateral (
  select r.id, r.tenant_id, r.lease_token, r.kind from roster.sync_run r
  where r.account_id = ended.account_id and r.status = 'queued' and (r.not_before is null or r.not_before <= now())
  order by r.id limit 1) next on true`

const SUCCEED = `
update roster.sync_run set status = 'succeeded', checkpoint = null, finished_at = now(), lease_expires_at = null, revision = revision + 1
where id = $1`

const ASK = `
update roster.sync_run set status = 'awaiting-approval', checkpoint = null, asked_at = now(), limits = $2, fruitless = 0, progressed_at = now(),
  lease_expires_at = null where id = $1`

const FAIL = `
update roster.sync_run set status = 'failed', error_code = $2, error_message = $3, finished_at = now(), lease_expires_at = null,
  revision = revision + 1
where id = $1`

// What an approved run has not done yet asks once more, and is counted by the next approval. "why" replaces an earlier one.
const HOLD_AGAIN = 'update roster.staged_change set held = true where run_id = $1 and not held'
const ASK_AGAIN = `
update roster.sync_run set status = 'awaiting-approval', approved_by = null, approved_at = null, checkpoint = null, fruitless = 0,
  progressed_at = now(), lease_expires_at = null, updated = updated - $3, disabled = disabled - $4, deleted = deleted - $5, created = created - $6,
  warnings = jsonb_path_query_array(warnings, '$[*] ? (@.code != "approval-failed")') || $2::jsonb, revision = revision + 1
where id = $1`
/** The plan is of a directory that the account has left. */
const MOVED = new Set(['account-changed', 'account-not-found'])

// From the second failure in a row the registry is told (FC-34), unless an admin stopped the runs, by switching the
// account off or connecting it to another directory.
const COUNT_FAILURE = `
update roster.account_sync set failures = failures + 1, failure = $2, failing_since = coalesce(failing_since, now()),
  tell_at = case when failures + 1 >= $3 and $4 then now() else tell_at end
where account_id = $1`

const AGAIN = `checkpoint = null, delta_link = null, seen = 0, unchanged = 0, skipped = 0, warnings = '[]', lease_expires_at = null,
  enqueued_at = now(), progressed_at = now(), revision = revision + 1
where id = $1 returning ${DUE_COLUMNS}`
const RESTART = `
update roster.sync_run set restarts = restarts + 1, changed_before_restart = created + updated + disabled, ${AGAIN}`
const FALL_BACK = `update roster.sync_run set kind = 'full', total = null, fruitless = 0, ${AGAIN}`
const OF_LISTING = ['sync_run_skipped_user', 'sync_run_met', 'sync_run_set_member']

/** How runs end, or begin again. */
export function runEndings(pool: pg.Pool, settings: SyncSettings) {
  return {
    /** Holds the removals of the plan, now that the whole of it is known, if they are too many (S50). */
    async decide(lease: Lease): Promise<RunDecision> {
      const decision = await underLease(pool, lease, async (client): Promise<RunDecision> => {
        if (!lease.preview && !(await isAnythingStaged(client, lease))) {
          await end(client, lease, settings)
          return 'finished'
        }
        const count = async () => (await client.query(COUNT_PLANNED, [lease.tenantId, lease.runId])).rows[0]
        let planned = await count()
        const isChecked = !lease.preview && !lease.isApproved
        if (isChecked && planned.removals > 0) await holdRemovals(client, lease, settings)
        const isEmptying = await holdEmptied(client, lease, settings)
        if (isChecked && (planned.removals > 0 || isEmptying)) planned = await count()
        const { created, updated, disabled, deleted } = planned
        await client.query(PLAN, [lease.runId, updated, disabled, deleted, created])
        return 'apply'
      })
      return decision ?? 'lost'
    },
    /**
     * The run succeeded, or waits with the removals it holds; the account's next delta begins where it ended. False when
     * the lease was lost.
     */
    async finish(lease: Lease): Promise<boolean> {
      const finished = await underLease(pool, lease, async (client) => {
        if (lease.requestedBy === 'schedule' && !lease.isApproved) await client.query(LISTEN, [lease.runId])
        await end(client, lease, settings)
        return true
      })
      return finished ?? false
    },
    /**
     * Finishes a round of changes that found none, as most do, in one statement. The answer has the run that waits
     * behind it; undefined when the lease was lost.
     */
    async finishQuietly({ runId, token, deltaLink }: Lease): Promise<{ next: DueRun | undefined } | undefined> {
      const values = [runId, token, deltaLink, settings.deltaSeconds]
      const [ended] = (await pool.query<DueRow | { id: null }>(FINISH_QUIETLY, values)).rows
      return ended && { next: ended.id === null ? undefined : toDue(ended) }
    },
    /**
     * A failed preview says nothing of the account: only an admin asked for it. An approved run asks once more, so that
     * its plan is not lost. False when the lease was lost.
     */
    async fail(lease: Lease, failure: RunFailure): Promise<boolean> {
      const { code, message, remedy } = failure
      const told = remedy ? `${message} ${remedy}` : message
      const failed = await underLease(pool, lease, async (client) => {
        if (lease.isApproved && !MOVED.has(code)) await askAgain(client, lease, told)
        else {
          await forget(client, lease.runId)
          await client.query(FAIL, [lease.runId, code, told])
        }
        const values = [lease.accountId, JSON.stringify(failure), FAILURES_IN_A_ROW, saysOfAccount(code)]
        if (!lease.preview) await client.query(COUNT_FAILURE, values)
        return true
      })
      return failed ?? false
    },
    /** The listing starts again. Undefined when the lease was lost. */
    restart: (lease: Lease): Promise<DueRun | undefined> =>
      underLease(pool, lease, async (client) => {
        await forgetListing(client, lease)
        return toDue((await client.query(RESTART, [lease.runId])).rows[0])
      }),
    /** The delta link has expired: the same run compares everything. Undefined when the lease was lost. */
    fallBackToFull: (lease: Lease): Promise<DueRun | undefined> =>
      underLease(pool, lease, async (client) => {
        await forget(client, lease.runId)
        await forgetListing(client, lease)
        return toDue((await client.query(FALL_BACK, [lease.runId])).rows[0])
      }),
  }
}

async function forgetListing(client: pg.PoolClient, { runId, isApproved }: Lease): Promise<void> {
  for (const table of OF_LISTING) await client.query(`delete from roster.${table} where run_id = $1`, [runId])
  // What an approved run has read replaces its plan.
  await client.query(isApproved ? HOLD_AGAIN : 'delete from roster.staged_change where run_id = $1 and not held', [
    runId,
  ])
}

async function askAgain(client: pg.PoolClient, lease: Lease, reason: string): Promise<void> {
  const { tenantId, runId, checkpoint } = lease
  // Counted when the run decided.
  const { updated, disabled, deleted, created } =
    checkpoint === 'apply' ? (await client.query(COUNT_PLANNED, [tenantId, runId])).rows[0] : NONE
  const message = `The approved changes were not all made, and wait for an approval again. ${reason}`
  const warning = JSON.stringify({ code: 'approval-failed', message })
  await client.query(HOLD_AGAIN, [runId])
  await client.query(ASK_AGAIN, [runId, warning, updated, disabled, deleted, created])
  await tellHeld(client, lease)
}
const NONE = { updated: 0, disabled: 0, deleted: 0, created: 0 }

async function end(client: pg.PoolClient, lease: Lease, settings: SyncSettings): Promise<void> {
  const { runId, preview, isApproved } = lease
  // Runs of the account have gone on since an approved run asked.
  const isFollowed = !preview && !isApproved
  if (isFollowed) await keepSets(client, lease)
  const isAsking = isFollowed && (await keepHeld(client, lease))
  await forget(client, runId, { keepsPlan: preview || isAsking })
  if (isFollowed) await keepPlace(client, lease, settings)
  if (!isAsking) return void (await client.query(SUCCEED, [runId]))
  await client.query(ASK, [runId, JSON.stringify(settings.fuse)])
  await showHeld(client, runId)
}

async function keepPlace(
  client: pg.PoolClient,
  lease: Lease,
  { deltaSeconds, fullSeconds }: SyncSettings,
): Promise<void> {
  const { accountId, tenantId, directoryId, deltaLink, kind, fullWishes } = lease
  const values = [accountId, tenantId, directoryId, deltaLink, deltaSeconds, fullSeconds, kind, fullWishes]
  await client.query(KEEP_PLACE, values)
}
