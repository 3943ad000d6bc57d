import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { Lease, RunPage, TickedUser } from '../sync-run-ports.ts'

export type WrittenCounts = { created: number; updated: number; disabled: number }

// One statement for a page of users; only rows that differ are touched (a conflict alone would lock the others too), in one order for
// everybody, so that two imports never wait for each other in a circle. What a row was before is looked up row by row through the
// identity's index (a subquery of RETURNING sees the rows from before the statement), unless it is new (no xmax): a join would be planned
// for a table that was still small. For the same reason it has no name, and is planned anew for every page. Sessions end when a person is
// no longer active or no longer allowed to sign in (S33, S45).
const UPSERT = `
with page as (
  select *, phones::text[] as business_phones
  from unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
    $14::text[], $15::text[], $16::text[], $17::boolean[], $18::boolean[], $19::text[])
  as row (id, object_id, display_name, given_name, surname, user_principal_name, mail, phones, mobile_phone, job_title,
    department, user_type, status, sync, sso, employee_id)
), written as (
  insert into roster.phone_user as u (id, tenant_id, account_id, directory_id, object_id, display_name, given_name, surname,
    user_principal_name, mail, business_phones, mobile_phone, job_title, department, user_type, status, sync, sso, chosen_by,
    employee_id, sessions_valid_after)
  select id, $1, $2, $3, object_id, display_name, given_name, surname, user_principal_name, mail, business_phones, mobile_phone,
    job_title, department, user_type, status, sync, sso, 'hand', employee_id, case when status = 'disabled' then now() end
  from page p where (
    select (u.account_id, u.display_name, u.given_name, u.surname, u.user_principal_name, u.mail, u.business_phones, u.mobile_phone,
        u.job_title, u.department, u.user_type, u.status, u.sync, u.sso, u.chosen_by, u.employee_id)
      is not distinct from ($2, p.display_name, p.given_name, p.surname, p.user_principal_name, p.mail, p.business_phones, p.mobile_phone,
        p.job_title, p.department, p.user_type, p.status, p.sync, p.sso, 'hand', p.employee_id)
    from roster.phone_user u where u.tenant_id = $1 and u.directory_id = $3 and u.object_id = p.object_id) is not true
  order by object_id
  on conflict (tenant_id, directory_id, object_id) do update set
    account_id = excluded.account_id, display_name = excluded.display_name, given_name = excluded.given_name,
    surname = excluded.surname, user_principal_name = excluded.user_principal_name, mail = excluded.mail,
    business_phones = excluded.business_phones, mobile_phone = excluded.mobile_phone, job_title = excluded.job_title,
    department = excluded.department, user_type = excluded.user_type, status = excluded.status, sync = excluded.sync,
    sso = excluded.sso, chosen_by = excluded.chosen_by, employee_id = excluded.employee_id, version = u.version + 1, updated_at = now(),
    sessions_valid_after = case
      when (u.status = 'active' and excluded.status <> 'active') or (u.sso and not excluded.sso) then now()
      else u.sessions_valid_after end
  returning u.status, case when u.xmax <> 0 then (select old.status from roster.phone_user old
    where old.tenant_id = $1 and old.directory_id = $3 and old.object_id = u.object_id) end as before
)
select count(*) filter (where before is null)::int as created,
  count(*) filter (where before is not null and not (before = 'active' and status = 'disabled'))::int as updated,
  count(*) filter (where before = 'active' and status = 'disabled')::int as disabled
from written`

const UNSYNC = `
with target as (
  select id from roster.phone_user
  where tenant_id = $1 and directory_id = $2 and object_id = any($3::uuid[]) and (sync or chosen_by = 'rule') order by object_id for update
)
update roster.phone_user u set sync = false, sso = false, chosen_by = 'hand', version = version + 1, updated_at = now(),
  sessions_valid_after = case when u.sso then now() else u.sessions_valid_after end
from target where u.id = target.id`

/** Writes the page's users within the caller's transaction. */
export async function writeUsers(client: pg.PoolClient, lease: Lease, page: RunPage): Promise<WrittenCounts> {
  const counts = { created: 0, updated: 0, disabled: 0 }
  if (page.users.length > 0) {
    const values = [lease.tenantId, lease.accountId, lease.directoryId, ...columnsOf(page.users)]
    const { rows } = await client.query<WrittenCounts>(UPSERT, values)
    Object.assign(counts, rows[0])
  }
  if (page.unsynced.length > 0) {
    const unsynced = await client.query(UNSYNC, [lease.tenantId, lease.directoryId, page.unsynced])
    counts.updated += unsynced.rowCount ?? 0
  }
  return counts
}

function columnsOf(rows: readonly TickedUser[]): unknown[][] {
  const randomness = randomBytes(16 * rows.length)
  const column = (read: (row: TickedUser) => unknown) => rows.map(read)
  return [
    rows.map((_, index) => newId({ random: randomness.subarray(index * 16, index * 16 + 16) })),
    column(({ user }) => user.id),
    column(({ user }) => user.displayName),
    column(({ user }) => user.givenName),
    column(({ user }) => user.surname),
    column(({ user }) => user.userPrincipalName),
    column(({ user }) => user.mail),
    column(({ user }) => arrayLiteral(user.businessPhones)),
    column(({ user }) => user.mobilePhone),
    column(({ user }) => user.jobTitle),
    column(({ user }) => user.department),
    column(({ user }) => user.userType),
    column(({ user }) => (user.accountEnabled ? 'active' : 'disabled')),
    column(({ ticks }) => ticks.sync),
    column(({ ticks }) => ticks.sso),
    column(({ user }) => user.employeeId),
  ]
}

/** unnest() flattens arrays of arrays, so a list inside a row travels as Postgres' own text form of it. */
function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`
}
