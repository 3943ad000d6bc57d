import type pg from 'pg'
import type { SyncSettings } from '../../domain/sync-settings.ts'
import type { Ticks } from '../../domain/user-ticks.ts'
import type { Lease, RunPage, RunPages, SkippedUser } from '../../sync-run-ports.ts'
import { addSetMembers, directorySets } from '../page-writes/directory-sets.ts'
import { forgetUnread, stageChanges, stagedChanges } from '../page-writes/staged-changes.ts'
import { unsyncUsers, writeUsers } from '../page-writes/write-users.ts'
import { asksAboutStaged, returnHeld } from './removal-fuse.ts'
import { LEASE_END, underLease } from './sync-run-fence.ts'

const MEET = 'insert into roster.sync_run_met (tenant_id, run_id, object_ids) values ($1, $2, $3)'

/** The list is for people: its first hundred are kept. */
const KEEP_SKIPPED = `
insert into roster.sync_run_skipped_user (tenant_id, run_id, object_id, reason)
select $1, $2, t.object_id, t.reason from unnest($3::uuid[], $4::text[]) as t (object_id, reason)
limit greatest(0, 100 - (select count(*) from roster.sync_run_skipped_user where run_id = $2))
on conflict do nothing`

const WARN = 'update roster.sync_run set warnings = warnings || $2::jsonb where id = $1'

const ADVANCE = `
update roster.sync_run set seen = seen + $2, skipped = skipped + $3, created = created + $4, updated = updated + $5,
  unchanged = unchanged + greatest(0, $2 - $3 - $4 - $5 - $6), checkpoint = $7, delta_link = coalesce($8, delta_link), fruitless = 0,
  progressed_at = now(), revision = revision + 1, lease_expires_at = ${LEASE_END}
where id = $1`

const REPLAN = 'delete from roster.staged_change where run_id = $1 and held and object_id = any($2::uuid[])'

const NEXT_SELECTION = `
select object_id as id, json_build_object('sync', sync, 'sso', sso) as ticks from roster.sync_run_selection
where run_id = $1 and ($2::uuid is null or object_id > $2) order by object_id limit $3`

/** A page, its counts and the checkpoint are one transaction, under the fence of the lease (T-110). */
export function runPages(pool: pg.Pool, settings: Pick<SyncSettings, 'fuse'>): RunPages {
  return {
    ...directorySets(pool),
    ...stagedChanges(pool),
    asksAboutStaged: (lease) => asksAboutStaged(pool, lease, settings),
    async nextSelection({ runId }, after, limit) {
      return (await pool.query<{ id: string; ticks: Ticks }>(NEXT_SELECTION, [runId, after, limit])).rows
    },
    async commitPage(lease, page) {
      const committed = await underLease(pool, lease, async (client) => {
        const { created, updated } = await (lease.preview ? previewPeople : writePeople)(client, lease, page)
        if (page.replanned) await client.query(REPLAN, [lease.runId, page.replanned])
        await forgetUnread(client, lease, page.met)
        const staged = await stageChanges(client, lease, page.staged)
        if (lease.hasWaiting && !lease.preview && page.returned?.length) await returnHeld(client, lease, page.returned)
        if (page.met.length > 0) await client.query(MEET, [lease.tenantId, lease.runId, page.met])
        await keepSkipped(client, lease, page.skipped)
        if (page.setMembers) await addSetMembers(client, lease, page.setMembers)
        if (page.warning) await client.query(WARN, [lease.runId, JSON.stringify(page.warning)])
        const skipped = page.skipped.length + page.nameless
        const counts = [page.seen, skipped, created, updated, staged]
        await client.query(ADVANCE, [lease.runId, ...counts, page.next, page.deltaLink ?? null])
        return true
      })
      return committed ?? false
    },
  }
}

async function writePeople(client: pg.PoolClient, lease: Lease, page: RunPage) {
  const { created, updated } = await writeUsers(client, lease, page.users)
  return { created, updated: updated + (await unsyncUsers(client, lease, page.unsynced)) }
}

/** A preview writes and rolls back, so that it counts what would be written. */
async function previewPeople(client: pg.PoolClient, lease: Lease, page: RunPage) {
  await client.query('savepoint preview')
  const counts = await writePeople(client, lease, page)
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
