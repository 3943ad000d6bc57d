import type pg from 'pg'
import type { Ticks } from '../../domain/user-ticks.ts'
import type { Lease, RunPage, RunPages, SkippedUser } from '../../sync-run-ports.ts'
import { differingUsers } from '../page-writes/differing-users.ts'
import { addSetMembers, directorySets } from '../page-writes/directory-sets.ts'
import { pageProofs, useProofs } from '../page-writes/page-proofs.ts'
import { stageChanges, stagedChanges } from '../page-writes/staged-changes.ts'
import { writeNewcomers } from '../page-writes/write-newcomers.ts'
import { countUsers, unsyncUsers, type WrittenCounts, writeUsers } from '../page-writes/write-users.ts'
import { underLease } from './sync-run-fence.ts'

const MEET = 'insert into roster.sync_run_met (tenant_id, run_id, object_ids) values ($1, $2, $3)'

/** The list is for people: its first hundred are kept. */
const KEEP_SKIPPED = `
insert into roster.sync_run_skipped_user (tenant_id, run_id, object_id, reason)
select $1, $2, t.object_id, t.reason from unnest($3::uuid[], $4::text[]) as t (object_id, reason)
limit greatest(0, 100 - (select count(*) from roster.sync_run_skipped_user where run_id = $2))
on conflict do nothing`

const WARN = 'update roster.sync_run set warnings = warnings || $2::jsonb where id = $1'

const NOTHING_COUNTED = { created: 0, updated: 0, disabled: 0, staged: 0 }

const NEXT_SELECTION = `
select object_id as id, json_build_object('sync', sync, 'sso', sso) as ticks from roster.sync_run_selection
where run_id = $1 and ($2::uuid is null or object_id > $2) order by object_id limit $3`

/** A page, its counts and the checkpoint are one transaction, under the fence of the lease (T-110). */
export function runPages(pool: pg.Pool): RunPages {
  return {
    ...differingUsers(pool),
    ...directorySets(pool),
    ...pageProofs(pool),
    ...stagedChanges(pool),
    async nextSelection({ runId }, after, limit) {
      return (await pool.query<{ id: string; ticks: Ticks }>(NEXT_SELECTION, [runId, after, limit])).rows
    },
    async commitPage(lease, page, after) {
      if (!lease.preview && isOfUsersOnly(page)) {
        return (await writtenAhead(pool, lease, page, after)) ?? writeUsers(pool, lease, page, NOTHING_COUNTED, after)
      }
      if (after && !(await after)) return false
      const committed = await underLease(pool, lease, async (client) => {
        const previewed = lease.preview ? await previewUsers(client, lease, page) : NOTHING_COUNTED
        const unsynced = lease.preview ? 0 : await unsyncUsers(client, lease, page.unsynced)
        const staged = await stageChanges(client, lease, page.staged)
        await useProofs(client, lease, page.proven ?? [])
        if (page.met.length > 0) await client.query(MEET, [lease.tenantId, lease.runId, page.met])
        await keepSkipped(client, lease, page.skipped)
        if (page.setMembers) await addSetMembers(client, lease, page.setMembers)
        if (page.warning) await client.query(WARN, [lease.runId, JSON.stringify(page.warning)])
        const rest = lease.preview ? { ...page, users: [] } : page
        await writeUsers(client, lease, rest, { ...previewed, updated: previewed.updated + unsynced, staged })
        return true
      })
      return committed ?? false
    },
  }
}

/** A page that waits for a connection would hold one that its predecessor waits for. */
async function writtenAhead(
  pool: pg.Pool,
  lease: Lease,
  page: RunPage,
  after = Promise.resolve(true),
): Promise<boolean | undefined> {
  return page.areNewcomers && pool.waitingCount === 0 ? writeNewcomers(pool, lease, page, after) : undefined
}

function isOfUsersOnly({ unsynced, staged, met, proven = [], skipped, setMembers, warning }: RunPage): boolean {
  return unsynced.length + staged.length + met.length + proven.length + skipped.length === 0 && !setMembers && !warning
}

/** A preview writes and takes it back: what it counts is what would be done. */
async function previewUsers(client: pg.PoolClient, lease: Lease, page: RunPage): Promise<WrittenCounts> {
  await client.query('savepoint preview')
  const counts = await countUsers(client, lease, page)
  counts.updated += await unsyncUsers(client, lease, page.unsynced)
  await client.query('rollback to savepoint preview')
  return counts
}

async function keepSkipped(
  client: pg.PoolClient,
  { tenantId, runId }: Lease,
  skipped: readonly SkippedUser[],
): Promise<void> {
  if (skipped.length === 0) return
  await client.query(KEEP_SKIPPED, [tenantId, runId, skipped.map(({ id }) => id), skipped.map(({ reason }) => reason)])
}
