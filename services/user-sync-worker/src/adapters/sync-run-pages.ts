import type pg from 'pg'
import type { Lease, RunPage, SkippedUser, SyncRuns } from '../ports.ts'
import { inTransaction } from './in-transaction.ts'
import { toDue } from './sync-run-leases.ts'
import { type WrittenCounts, writeUsers } from './write-users.ts'

const FENCE = `select id from roster.sync_run where id = $1 and lease_token = $2 and status = 'running' for update`

const ADVANCE = `
update roster.sync_run set seen = seen + $2, created = created + $3, updated = updated + $4, disabled = disabled + $5,
  skipped = skipped + $6, unchanged = unchanged + $7, checkpoint = $8, fruitless = 0, revision = revision + 1,
  status = case when $8::text is null then 'succeeded' else status end,
  finished_at = case when $8::text is null then now() end,
  lease_expires_at = case when $8::text is null then null else now() + interval '15 seconds' end
where id = $1`

/** The list is for people: its first hundred are kept. */
const KEEP_SKIPPED = `
insert into roster.sync_run_skipped_user (tenant_id, run_id, object_id, reason)
select $1, $2, t.object_id, t.reason from unnest($3::uuid[], $4::text[]) as t (object_id, reason)
limit greatest(0, 100 - (select count(*) from roster.sync_run_skipped_user where run_id = $2))
on conflict do nothing`

const RESTART = `
update roster.sync_run set checkpoint = null, restarts = restarts + 1, seen = 0, unchanged = 0, skipped = 0,
  changed_before_restart = created + updated + disabled, lease_expires_at = null, enqueued_at = now(), revision = revision + 1
where id = $1 returning id, tenant_id, lease_token`

/** A page, its counts and the checkpoint are one transaction, under the fence of the lease (T-110). */
export function syncRunPages(pool: pg.Pool): Pick<SyncRuns, 'commitPage' | 'restart'> {
  return {
    async commitPage(lease, page) {
      const committed = await inTransaction(pool, async (client) => {
        if (!(await holds(client, lease))) return undefined
        await advance(client, lease, page, await writeUsers(client, lease, page))
        await keepSkipped(client, lease, page.skipped)
        if (page.next === null) await client.query('delete from roster.sync_run_selection where run_id = $1', [lease.runId])
        return true
      })
      return committed ?? false
    },
    async restart(lease) {
      return inTransaction(pool, async (client) => {
        if (!(await holds(client, lease))) return undefined
        await client.query('delete from roster.sync_run_skipped_user where run_id = $1', [lease.runId])
        const { rows } = await client.query(RESTART, [lease.runId])
        return toDue(rows[0])
      })
    },
  }
}

async function holds(client: pg.PoolClient, { runId, token }: Lease): Promise<boolean> {
  return (await client.query(FENCE, [runId, token])).rowCount === 1
}

async function advance(client: pg.PoolClient, { runId }: Lease, page: RunPage, counts: WrittenCounts): Promise<void> {
  const skipped = page.skipped.length + page.nameless
  const unchanged = page.seen - skipped - counts.created - counts.updated - counts.disabled
  await client.query(ADVANCE, [runId, page.seen, counts.created, counts.updated, counts.disabled, skipped, unchanged, page.next])
}

async function keepSkipped(client: pg.PoolClient, { tenantId, runId }: Lease, skipped: readonly SkippedUser[]): Promise<void> {
  if (skipped.length === 0) return
  await client.query(KEEP_SKIPPED, [tenantId, runId, skipped.map(({ id }) => id), skipped.map(({ reason }) => reason)])
}
