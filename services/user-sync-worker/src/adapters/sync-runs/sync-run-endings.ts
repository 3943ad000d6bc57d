import { inTransaction } from '@jackfield/postgres/transaction'
import type pg from 'pg'
import { blowsFuse } from '../../domain/removal-fuse.ts'
import type { Lease, RunDecision, SyncRuns } from '../../sync-run-ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'
import { keepSets } from '../page-writes/directory-sets.ts'
import { isAnythingStaged } from '../page-writes/staged-changes.ts'
import { type DueRow, toDue } from './sync-run-due.ts'
import { forget, holdsLease } from './sync-run-fence.ts'
import type { SyncSettings } from './sync-settings.ts'

const PLANNED = `
select count(*) filter (where u.id is null and s.sync and s.status = 'active')::int as created,
  count(*) filter (where u.id is not null and not (u.status = 'active' and s.status = 'disabled')
    and not (u.status <> 'deleted' and s.status = 'deleted'))::int as updated,
  count(*) filter (where u.status = 'active' and s.status = 'disabled')::int as disabled,
  count(*) filter (where u.status <> 'deleted' and s.status = 'deleted')::int as deleted,
  count(*) filter (where u.status = 'active' and (s.status <> 'active' or (u.sync and not s.sync)))::int as removals
from roster.staged_change s
left join lateral (select * from roster.phone_user u
  where u.tenant_id = $2 and u.directory_id = $3 and u.object_id = s.object_id limit 1) u on true
where s.run_id = $1`

const ACTIVE = `
select count(*)::int as active from roster.phone_user where tenant_id = $1 and directory_id = $2 and sync and status = 'active'`

const PLAN = `
update roster.sync_run set updated = updated + $2, disabled = disabled + $3, deleted = deleted + $4, created = created + $6, status = $5, checkpoint = 'apply',
  fruitless = 0, progressed_at = now(), revision = revision + 1, lease_expires_at = case when $5 = 'running' then now() + interval '15 seconds' end
where id = $1`

// The registry is told that the account is in step again, if it was told otherwise, or is about to be.
const IN_STEP = (account: string) => `failures = 0, failure = null, failing_since = null,
  tell_at = case when ${account}.is_told_failing or ${account}.tell_at is not null then now() end`

const KEEP_PLACE = `
insert into roster.account_sync (account_id, tenant_id, directory_id, delta_link, next_delta_at, next_full_at, synced_at)
values ($1, $2, $3, $4, now() + $5 * interval '1 second', now() + $6 * interval '1 second', now())
on conflict (account_id) do update set
  delta_link = case when $7 = 'import' and account_sync.directory_id = excluded.directory_id
    then coalesce(account_sync.delta_link, excluded.delta_link) else coalesce(excluded.delta_link, account_sync.delta_link) end,
  next_delta_at = case when $7 = 'import' then account_sync.next_delta_at else excluded.next_delta_at end,
  next_full_at = case when $7 = 'full' then excluded.next_full_at else account_sync.next_full_at end,
  directory_id = excluded.directory_id, synced_at = now(), ${IN_STEP('account_sync')}`

// A scheduled round that finds changes of which nobody told: twice in a row, and the subscription counts as broken
// (S44).
const LISTEN = `
update roster.subscription s set quiet_rounds = quiet_rounds + 1, is_quiet = quiet_rounds >= 1,
  renew_at = case when quiet_rounds >= 1 then now() else renew_at end
from roster.sync_run r, roster.account_sync a
where r.id = $1 and a.account_id = r.account_id and s.account_id = r.account_id and s.subscription_id is not null
  and r.updated + r.disabled + r.deleted > 0 and coalesce(s.last_notified_at, '-infinity') < a.synced_at`

// Nothing that only the run needed is there to be forgotten, and nothing was found of which nobody told. The next run
// is the account's first that waits: this one was the only one under way.
const FINISH_QUIETLY = `
with ended as (
  update roster.sync_run set status = 'succeeded', delta_link = coalesce($3, delta_link), fruitless = 0, finished_at = now(),
    lease_expires_at = null, revision = revision + 1
  where id = $1 and lease_token = $2 and status = 'running' returning account_id
), kept as (
  update roster.account_sync s set delta_link = coalesce($3, s.delta_link), next_delta_at = now() + $4 * interval '1 second',
    synced_at = now(), ${IN_STEP('s')}
  from ended where s.account_id = ended.account_id
)
select next.* from ended left join lateral (
  select r.id, r.tenant_id, r.lease_token from roster.sync_run r
  where r.account_id = ended.account_id and r.status = 'queued' and (r.not_before is null or r.not_before <= now())
  order by r.id limit 1) next on true`

const SUCCEED = `
update roster.sync_run set status = 'succeeded', checkpoint = null, finished_at = now(), lease_expires_at = null, revision = revision + 1
where id = $1`

/** How runs end: by a plan that is small enough, an approval, or a word of an admin. */
export function syncRunEndings(
  pool: pg.Pool,
  settings: SyncSettings,
): Pick<SyncRuns, 'decide' | 'finish' | 'finishQuietly' | 'fallBackToFull'> {
  async function isTooMany(client: pg.PoolClient, lease: Lease, removals: number): Promise<boolean> {
    // In a large directory it takes a while to count everybody, and a few removals never ask.
    if (lease.preview || removals < settings.fuse.users) return false
    const { active } = (await client.query(ACTIVE, [lease.tenantId, lease.directoryId])).rows[0]
    return blowsFuse({ removals, active }, settings.fuse)
  }

  return {
    async decide(lease): Promise<RunDecision> {
      const decision = await inTransaction(pool, async (client): Promise<RunDecision | undefined> => {
        if (!(await holdsLease(client, lease))) return undefined
        if (!lease.preview && !(await isAnythingStaged(client, lease))) {
          await end(client, lease, settings)
          return 'finished'
        }
        const planned = (await client.query(PLANNED, [lease.runId, lease.tenantId, lease.directoryId])).rows[0]
        const stops = await isTooMany(client, lease, planned.removals)
        const { created, updated, disabled, deleted } = planned
        const status = stops ? 'awaiting-approval' : 'running'
        await client.query(PLAN, [lease.runId, updated, disabled, deleted, status, created])
        if (stops) await insertAuditEvent(client, askingEvent(lease, planned))
        return stops ? 'awaiting-approval' : 'apply'
      })
      return decision ?? 'lost'
    },
    async finish(lease) {
      const finished = await inTransaction(pool, async (client) => {
        if (!(await holdsLease(client, lease))) return undefined
        if (lease.requestedBy === 'schedule') await client.query(LISTEN, [lease.runId])
        await end(client, lease, settings)
        return true
      })
      return finished ?? false
    },
    async finishQuietly({ runId, token, deltaLink }) {
      const { rows } = await pool.query<DueRow | { id: null }>(FINISH_QUIETLY, [
        runId,
        token,
        deltaLink,
        settings.deltaSeconds,
      ])
      const [ended] = rows
      return ended && { next: ended.id === null ? undefined : toDue(ended) }
    },
    async fallBackToFull(lease) {
      return inTransaction(pool, async (client) => {
        if (!(await holdsLease(client, lease))) return undefined
        await forget(client, lease.runId)
        const text = `update roster.sync_run set kind = 'full', checkpoint = null, delta_link = null, total = null, seen = 0, unchanged = 0, warnings = '[]',
          skipped = 0, lease_expires_at = null, enqueued_at = now(), fruitless = 0, progressed_at = now(), revision = revision + 1
          where id = $1 returning id, tenant_id, lease_token`
        return toDue((await client.query(text, [lease.runId])).rows[0])
      })
    },
  }
}

async function end(client: pg.PoolClient, lease: Lease, settings: SyncSettings): Promise<void> {
  if (!lease.preview) await keepSets(client, lease)
  await forget(client, lease.runId, lease)
  if (!lease.preview) await keepPlace(client, lease, settings)
  await client.query(SUCCEED, [lease.runId])
}

async function keepPlace(
  client: pg.PoolClient,
  lease: Lease,
  { deltaSeconds, fullSeconds }: SyncSettings,
): Promise<void> {
  const { accountId, tenantId, directoryId, deltaLink, kind } = lease
  await client.query(KEEP_PLACE, [accountId, tenantId, directoryId, deltaLink, deltaSeconds, fullSeconds, kind])
}

function askingEvent(lease: Lease, planned: { disabled: number; deleted: number }) {
  const details = { runId: lease.runId, disabled: String(planned.disabled), deleted: String(planned.deleted) }
  const target = lease.accountId
  return {
    tenantId: lease.tenantId,
    actor: 'user-sync-worker',
    action: 'sync-run.await-approval',
    outcome: 'refused' as const,
    target,
    details,
  }
}
