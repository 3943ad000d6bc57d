import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { DirectoryUser } from '../domain/directory-user.ts'
import type { Status } from '../domain/reconcile.ts'
import type { Lease, RunPage, SyncRuns, TickedUser } from '../sync-run-ports.ts'
import { byteaArray, plainArray, textArray } from './array-literals.ts'
import { contentDigest } from './content-digest.ts'

export type WrittenCounts = { created: number; updated: number; disabled: number }

// Each row is looked up through the identity's index, by a subquery: a join would be planned for a table that was still small. For the same
// reason the statements have no name, and are planned anew for every page.
const DIFFERING = `
with known as materialized (
  select page.position, (
    select case when u.content_digest = page.digest and u.account_id = $2 and u.sync = page.sync and u.sso = page.sso
        and u.chosen_by = 'hand' and u.status = case when page.enabled then 'active' else 'disabled' end then 'same' else u.status end
    from roster.phone_user u where u.tenant_id = $1 and u.directory_id = $3 and u.object_id = page.object_id) as status
  from unnest($4::uuid[], $5::bytea[], $6::boolean[], $7::boolean[], $8::boolean[])
    with ordinality as page (object_id, digest, enabled, sync, sso, position))
select position::int, status from known where status is distinct from 'same'`

const ON_CONFLICT = `
  on conflict (tenant_id, directory_id, object_id) do update set
    account_id = excluded.account_id, display_name = excluded.display_name, given_name = excluded.given_name,
    surname = excluded.surname, user_principal_name = excluded.user_principal_name, mail = excluded.mail,
    business_phones = excluded.business_phones, mobile_phone = excluded.mobile_phone, job_title = excluded.job_title,
    department = excluded.department, user_type = excluded.user_type, status = excluded.status, sync = excluded.sync,
    sso = excluded.sso, chosen_by = excluded.chosen_by, employee_id = excluded.employee_id, content_digest = excluded.content_digest,
    version = u.version + 1, updated_at = now(),
    sessions_valid_after = case
      when (u.status = 'active' and excluded.status <> 'active') or (u.sso and not excluded.sso) then now()
      else u.sessions_valid_after end
  where (u.content_digest, u.account_id, u.status, u.sync, u.sso, u.chosen_by)
    is distinct from (excluded.content_digest, excluded.account_id, excluded.status, excluded.sync, excluded.sso, excluded.chosen_by)`

// A page of users, $1 to $20; rows that do not differ stay as they are. In one order for everybody, so that two imports never wait for each
// other in a circle. What a row was before is looked up unless it is new (no xmax); a subquery of RETURNING sees the rows from before the
// statement. Sessions end when a person is no longer active or no longer allowed to sign in (S33, S45).
const written = (from: string, how: 'insert' | 'upsert') => `
page as (
  select *, phones::text[] as business_phones
  from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
    $14::text[], $15::text[], $16::text[], $17::boolean[], $18::boolean[], $19::text[], $20::bytea[])
  as row (id, object_id, display_name, given_name, surname, user_principal_name, mail, phones, mobile_phone, job_title,
    department, user_type, status, sync, sso, employee_id, content_digest)
), written as (
  insert into roster.phone_user as u (id, tenant_id, account_id, directory_id, object_id, display_name, given_name, surname,
    user_principal_name, mail, business_phones, mobile_phone, job_title, department, user_type, status, sync, sso, chosen_by,
    employee_id, content_digest, sessions_valid_after)
  select page.id, $1, $2, $3, object_id, display_name, given_name, surname, user_principal_name, mail, business_phones, mobile_phone,
    job_title, department, user_type, status, sync, sso, 'hand', employee_id, content_digest, case when status = 'disabled' then now() end
  from ${from} order by object_id ${how === 'insert' ? '' : ON_CONFLICT}
  returning u.status, case when u.xmax <> 0 then (select old.status from roster.phone_user old
    where old.tenant_id = $1 and old.directory_id = $3 and old.object_id = u.object_id) end as before
), counts as (
  select count(*) filter (where before is null)::int as created,
    count(*) filter (where before is not null and not (before = 'active' and status = 'disabled'))::int as updated,
    count(*) filter (where before = 'active' and status = 'disabled')::int as disabled
  from written
)`

const COUNT = `with ${written('page', 'upsert')} select * from counts`

// The users, the counts and the checkpoint in one statement, under the fence of the lease: between several the database would wait for a
// process that reads the next page meanwhile.
const commitment = (how: 'insert' | 'upsert') => `
with fence as materialized (select id from roster.sync_run where id = $21 and lease_token = $22 and status = 'running' for update
), ${written('page, fence', how)}, advanced as (
  update roster.sync_run r set seen = r.seen + $23, skipped = r.skipped + $24, created = r.created + c.created + $25,
    updated = r.updated + c.updated + $26, disabled = r.disabled + c.disabled + $27,
    unchanged = r.unchanged + greatest(0, $23 - $24 - $28 - c.created - $25 - c.updated - $26 - c.disabled - $27),
    checkpoint = $29, delta_link = coalesce($30, r.delta_link), fruitless = 0, revision = revision + 1,
    lease_expires_at = now() + interval '15 seconds'
  from counts c where r.id in (select id from fence)
  returning r.id
) select from advanced`
const COMMIT = { insert: commitment('insert'), upsert: commitment('upsert') }

const UNSYNC = `
with target as (
  select id from roster.phone_user
  where tenant_id = $1 and directory_id = $2 and object_id = any($3::uuid[]) and (sync or chosen_by = 'rule') order by object_id for update
)
update roster.phone_user u set sync = false, sso = false, chosen_by = 'hand', version = version + 1, updated_at = now(),
  sessions_valid_after = case when u.sso then now() else u.sessions_valid_after end
from target where u.tenant_id = $1 and u.id = target.id`

/** What the page's users would change; to be taken back within the caller's transaction. */
export async function countUsers(client: pg.PoolClient, lease: Lease, page: RunPage): Promise<WrittenCounts> {
  const { rows } = await client.query<WrittenCounts>(COUNT, [lease.tenantId, lease.accountId, lease.directoryId, ...columnsOf(page.users)])
  return rows[0] as WrittenCounts
}

/**
 * Writes the page's users and moves the run on; what is counted is done already. Prepares while it waits for what comes before; inserts
 * those who are likely to be new, a fifth faster, and falls back should one of them be there. False when the lease was lost.
 */
export async function writeUsers(
  client: pg.PoolClient | pg.Pool,
  lease: Lease,
  page: RunPage,
  { created, updated, disabled, staged }: WrittenCounts & { staged: number },
  { how = 'upsert' as 'insert' | 'upsert', after = Promise.resolve(true) } = {},
): Promise<boolean> {
  const run = [lease.runId, lease.token, page.seen, page.skipped.length + page.nameless, created, updated, disabled, staged]
  const values = [lease.tenantId, lease.accountId, lease.directoryId, ...columnsOf(page.users), ...run, page.next, page.deltaLink ?? null]
  if (!(await after)) return false
  try {
    return (await client.query(COMMIT[how], values)).rowCount === 1
  } catch (error) {
    if (how === 'upsert' || !isDuplicate(error)) throw error
    return (await client.query(COMMIT.upsert, values)).rowCount === 1
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '23505'
}

/** Switches off people's sync; returns how many had it. */
export async function unsyncUsers(client: pg.PoolClient, lease: Lease, objectIds: readonly string[]): Promise<number> {
  if (objectIds.length === 0) return 0
  return (await client.query(UNSYNC, [lease.tenantId, lease.directoryId, objectIds])).rowCount ?? 0
}

/** Sees what is written already; nothing is locked, and whoever changes meanwhile is written once more than need be. */
export function differingUsers(pool: pg.Pool): Pick<SyncRuns, 'differing'> {
  return {
    async differing({ tenantId, accountId, directoryId }, users) {
      if (users.length === 0) return []
      const page = [
        plainArray(users.map(({ user }) => user.id)),
        byteaArray(users.map(({ user }) => contentDigest(user))),
        plainArray(users.map(({ user }) => user.accountEnabled)),
        plainArray(users.map(({ ticks }) => ticks.sync)),
        plainArray(users.map(({ ticks }) => ticks.sso)),
      ]
      const query = { text: DIFFERING, values: [tenantId, accountId, directoryId, ...page], rowMode: 'array' as const }
      const { rows } = await pool.query<[position: number, known: Status | null]>(query)
      return rows.map(([position, known]) => ({ ...(users[position - 1] as TickedUser), known }))
    },
  }
}

function columnsOf(rows: readonly TickedUser[]): string[] {
  const randomness = randomBytes(16 * rows.length)
  const text = (read: (user: DirectoryUser) => string | null) => textArray(rows.map(({ user }) => read(user)))
  return [
    plainArray(rows.map((_, index) => newId({ random: randomness.subarray(index * 16, index * 16 + 16) }))),
    plainArray(rows.map(({ user }) => user.id)),
    text((user) => user.displayName),
    text((user) => user.givenName),
    text((user) => user.surname),
    text((user) => user.userPrincipalName),
    text((user) => user.mail),
    text((user) => textArray(user.businessPhones)), // unnest() flattens arrays of arrays: a list within a row travels as text
    text((user) => user.mobilePhone),
    text((user) => user.jobTitle),
    text((user) => user.department),
    text((user) => user.userType),
    text((user) => (user.accountEnabled ? 'active' : 'disabled')),
    plainArray(rows.map(({ ticks }) => ticks.sync)),
    plainArray(rows.map(({ ticks }) => ticks.sso)),
    text((user) => user.employeeId),
    byteaArray(rows.map(({ user }) => contentDigest(user))),
  ]
}
