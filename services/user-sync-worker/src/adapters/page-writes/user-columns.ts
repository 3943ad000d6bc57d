import { v7 as newId } from 'uuid'
import { ATTRIBUTES } from '../../domain/person-attributes.ts'
import type { Lease, TickedUser } from '../../sync-run-ports.ts'
import { contentDigest } from './content-digest.ts'

const COLUMNS = ATTRIBUTES.map(({ column }) => column)
/** The columns of a person's attributes, for any list of columns. */
export const ATTRIBUTE_COLUMNS = COLUMNS.join(', ')
/** In the conflict clause of an insert, each attribute as the insert gave it. */
export const EXCLUDED_ATTRIBUTES = COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')

/**
 * The rows of a page of users from $1 to $4, which `valuesOf` makes. The status is null where the directory did not
 * tell it.
 */
export const PAGE = `
page as materialized (
  select * from json_to_recordset($4::json) as row (id uuid, object_id uuid, status text, sync boolean, sso boolean, content_digest bytea,
    ${ATTRIBUTES.map(({ column, form }) => `${column} ${form === 'texts' ? 'text[]' : 'text'}`).join(', ')})
)`

/**
 * In the conflict clause of `insertFrom` a row's status: a newcomer of whom it is not told is not active, whom the
 * roster knows stays (T-126).
 */
export const STATUS_ON_CONFLICT = `case when excluded.object_id in (select object_id from page where status is null)
  then u.status else excluded.status end`

/** Inserts them, in one order for everybody, so that two imports never wait for each other in a circle. */
export const insertFrom = (from: string) => `
insert into roster.phone_user as u (id, tenant_id, account_id, directory_id, object_id, ${ATTRIBUTE_COLUMNS}, status, sync, sso, chosen_by,
  content_digest)
select page.id, $1, $2, $3, object_id, ${ATTRIBUTE_COLUMNS}, coalesce(status, 'disabled'), sync, sso, 'hand', content_digest
from ${from} order by object_id`

export function valuesOf(
  { tenantId, accountId, directoryId }: Lease,
  users: readonly TickedUser[],
): [string, string, string, string] {
  const rows = users.map(({ user, ticks }) => {
    const row: Record<string, unknown> = {
      id: newId(),
      object_id: user.id,
      content_digest: `\\x${contentDigest(user)}`,
      ...ticks,
    }
    if (user.accountEnabled !== null) row.status = user.accountEnabled ? 'active' : 'disabled'
    for (const { name, column } of ATTRIBUTES) row[column] = user[name]
    return row
  })
  return [tenantId, accountId, directoryId, JSON.stringify(rows)]
}
