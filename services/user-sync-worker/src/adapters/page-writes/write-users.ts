import type pg from 'pg'
import { v7 as newId } from 'uuid'
import { ATTRIBUTES } from '../../domain/person-attributes.ts'
import type { Lease, TickedUser } from '../../sync-run-ports.ts'

const COLUMNS = ATTRIBUTES.map(({ column }) => column)
/** The columns of a person's attributes. */
export const ATTRIBUTE_COLUMNS = COLUMNS.join(', ')
/** In the conflict clause of an insert, each attribute as the insert gave it. */
export const EXCLUDED_ATTRIBUTES = COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')

/** The rows of `valuesOf`, from $1 to $4. `status` is null where the directory did not say. */
export const PAGE = `
page as materialized (
  select * from json_to_recordset($4::json) as row (id uuid, object_id uuid, status text, sync boolean, sso boolean,
    ${ATTRIBUTES.map(({ column, form }) => `${column} ${form === 'texts' ? 'text[]' : 'text'}`).join(', ')})
)`

// Without a status a newcomer is disabled, and the status of a known person stays (T-126).
const STATUS = `case when excluded.object_id in (select object_id from page where status is null)
  then u.status else excluded.status end`
/** Ticks that an admin set after the run was asked for stay; decided under the lock of the row (T-127). */
export const IS_NEWER_WORD = (askedAt: string) => `coalesce(u.chosen_at > ${askedAt}, false)`
const WRITTEN: ReadonlyArray<readonly [column: string, value: string]> = [
  ['status', STATUS],
  ...['sync', 'sso'].map(
    (tick) => [tick, `case when ${IS_NEWER_WORD('$5')} then u.${tick} else excluded.${tick} end`] as const,
  ),
  ...['account_id', 'chosen_by', ...COLUMNS].map((column) => [column, `excluded.${column}`] as const),
]

// One order for all imports, so that two never deadlock. Equal rows stay as they are.
const WRITE = `
with ${PAGE}, written as (
  insert into roster.phone_user as u (id, tenant_id, account_id, directory_id, object_id, ${ATTRIBUTE_COLUMNS}, status, sync, sso, chosen_by, chosen_at)
  select id, $1, $2, $3, object_id, ${ATTRIBUTE_COLUMNS}, coalesce(status, 'disabled'), sync, sso, 'hand', $5 from page order by object_id
  on conflict (tenant_id, directory_id, object_id) do update set
    ${WRITTEN.map(([column, value]) => `${column} = ${value}`).join(', ')},
    chosen_at = greatest(u.chosen_at, excluded.chosen_at), version = u.version + 1, updated_at = now()
  where (${WRITTEN.map(([column]) => `u.${column}`).join(', ')})
    is distinct from (${WRITTEN.map(([, value]) => value).join(', ')})
  returning u.xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as created, count(*) filter (where not is_new)::int as updated from written`

// The ids are of this tenant: with the tenant stated once more, the update could be planned as a look at all of it
// (FC-62).
const UNSYNC = `
with target as (
  select u.id from (select id from unnest($3::uuid[]) as asked (id) order by id) asked cross join lateral (
    select id from roster.phone_user u where tenant_id = $1 and directory_id = $2 and object_id = asked.id and (sync or chosen_by = 'rule')
      and not ${IS_NEWER_WORD('$4')}
    limit 1 for update) u
)
update roster.phone_user u set sync = false, sso = false, chosen_by = 'hand', chosen_at = $4, version = version + 1, updated_at = now()
where u.id = any(array(select id from target))`

/** Upserts a page of users within the page's transaction. */
export async function writeUsers(
  client: pg.PoolClient,
  lease: Lease,
  users: readonly TickedUser[],
): Promise<{ created: number; updated: number }> {
  if (users.length === 0) return { created: 0, updated: 0 }
  return (await client.query(WRITE, [...valuesOf(lease, users), lease.askedAt])).rows[0]
}

/** Switches off people's sync; returns how many had it, and were not ticked by hand since. */
export async function unsyncUsers(client: pg.PoolClient, lease: Lease, objectIds: readonly string[]): Promise<number> {
  if (objectIds.length === 0) return 0
  const values = [lease.tenantId, lease.directoryId, objectIds, lease.askedAt]
  return (await client.query(UNSYNC, values)).rowCount ?? 0
}

/** The page as one parameter of JSON. */
export function valuesOf({ tenantId, accountId, directoryId }: Lease, users: readonly TickedUser[]) {
  const rows = users.map(({ user, ticks }) => {
    const row: Record<string, unknown> = { id: newId(), object_id: user.id, ...ticks }
    if (user.accountEnabled !== null) row.status = user.accountEnabled ? 'active' : 'disabled'
    for (const { name, column } of ATTRIBUTES) row[column] = user[name]
    return row
  })
  return [tenantId, accountId, directoryId, JSON.stringify(rows)]
}
