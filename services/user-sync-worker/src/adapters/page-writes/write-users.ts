import type pg from 'pg'
import type { Lease, RunPage } from '../../sync-run-ports.ts'
import { EXCLUDED_ATTRIBUTES, insertFrom, PAGE, STATUS_ON_CONFLICT, valuesOf } from './user-columns.ts'

export type WrittenCounts = { created: number; updated: number; disabled: number }

const ON_CONFLICT = `
  on conflict (tenant_id, directory_id, object_id) do update set
    account_id = excluded.account_id, ${EXCLUDED_ATTRIBUTES}, status = ${STATUS_ON_CONFLICT}, sync = excluded.sync,
    sso = excluded.sso, chosen_by = excluded.chosen_by, content_digest = excluded.content_digest,
    version = u.version + 1, updated_at = now()
  where (u.content_digest, u.account_id, u.status, u.sync, u.sso, u.chosen_by)
    is distinct from (excluded.content_digest, excluded.account_id, ${STATUS_ON_CONFLICT}, excluded.sync, excluded.sso, excluded.chosen_by)`

// Rows that do not differ stay as they are. What a row was before is looked up unless it is new (no xmax); a subquery
// of RETURNING sees the rows from before the statement.
const written = (from: string) => `${PAGE}, written as (${insertFrom(from)} ${ON_CONFLICT}
  returning u.status, case when u.xmax <> 0 then (select old.status from roster.phone_user old
    where old.tenant_id = $1 and old.directory_id = $3 and old.object_id = u.object_id) end as before
), counts as (
  select count(*) filter (where before is null)::int as created,
    count(*) filter (where before is not null and not (before = 'active' and status = 'disabled'))::int as updated,
    count(*) filter (where before = 'active' and status = 'disabled')::int as disabled
  from written
)`

const COUNT = `with ${written('page')} select * from counts`

// The users, the counts and the checkpoint in one statement, under the fence of the lease: between several the database
// would wait for a process that reads the next page meanwhile.
const COMMIT = `
with fence as materialized (select id from roster.sync_run where id = $5 and lease_token = $6 and status = 'running' for update
), ${written('page, fence')}, advanced as (
  update roster.sync_run r set seen = r.seen + $7, skipped = r.skipped + $8, created = r.created + c.created + $9,
    updated = r.updated + c.updated + $10, disabled = r.disabled + c.disabled + $11,
    unchanged = r.unchanged + greatest(0, $7 - $8 - $12 - c.created - $9 - c.updated - $10 - c.disabled - $11),
    checkpoint = $13, delta_link = coalesce($14, r.delta_link), fruitless = 0, progressed_at = now(), revision = revision + 1,
    lease_expires_at = now() + interval '15 seconds'
  from counts c where r.id in (select id from fence)
  returning r.id
) select from advanced`

// The ids are of this tenant: with the tenant stated once more, the update could be planned as a look at all of it
// (FC-62).
const UNSYNC = `
with target as (
  select u.id from (select id from unnest($3::uuid[]) as asked (id) order by id) asked cross join lateral (
    select id from roster.phone_user where tenant_id = $1 and directory_id = $2 and object_id = asked.id and (sync or chosen_by = 'rule')
    limit 1 for update) u
)
update roster.phone_user u set sync = false, sso = false, chosen_by = 'hand', version = version + 1, updated_at = now()
where u.id = any(array(select id from target))`

/** What the page's users would change; to be taken back within the caller's transaction. */
export async function countUsers(client: pg.PoolClient, lease: Lease, page: RunPage): Promise<WrittenCounts> {
  const { rows } = await client.query<WrittenCounts>(COUNT, valuesOf(lease, page.users))
  return rows[0] as WrittenCounts
}

/** Writes the page's users and moves the run on; what is counted is done already. False when the lease was lost. */
export async function writeUsers(
  client: pg.PoolClient | pg.Pool,
  lease: Lease,
  page: RunPage,
  counted: WrittenCounts & { staged: number },
  after = Promise.resolve(true),
): Promise<boolean> {
  const { created, updated, disabled, staged } = counted
  const run = [
    lease.runId,
    lease.token,
    page.seen,
    page.skipped.length + page.nameless,
    created,
    updated,
    disabled,
    staged,
  ]
  // Made while it waits for what comes before.
  const values = [...valuesOf(lease, page.users), ...run, page.next, page.deltaLink ?? null]
  if (!(await after)) return false
  return (await client.query(COMMIT, values)).rowCount === 1
}

/** Switches off people's sync; returns how many had it. */
export async function unsyncUsers(client: pg.PoolClient, lease: Lease, objectIds: readonly string[]): Promise<number> {
  if (objectIds.length === 0) return 0
  return (await client.query(UNSYNC, [lease.tenantId, lease.directoryId, objectIds])).rowCount ?? 0
}
