import { randomBytes } from 'node:crypto'
import { v7 as newId } from 'uuid'
import type { DirectoryUser } from '../../domain/directory-user.ts'
import type { Lease, TickedUser } from '../../sync-run-ports.ts'
import { booleans, byteas, record, texts, uuids, uuidsOfBytes } from './binary-arrays.ts'
import { contentDigest, DIGEST_BYTES } from './content-digest.ts'
import { textArrayLiteral } from './text-array-literal.ts'

/** The rows of a page of users from $1 to $4, which `valuesOf` makes. The status is null where the directory did not tell it. */
export const PAGE = `
given as materialized (select ($4::roster.page_of_users).*), page as (
  select row.*, row.phones::text[] as business_phones
  from given, unnest(ids, object_ids, display_names, given_names, surnames, user_principal_names, mails, phones, mobile_phones, job_titles,
    departments, user_types, statuses, syncs, ssos, employee_ids, content_digests)
  as row (id, object_id, display_name, given_name, surname, user_principal_name, mail, phones, mobile_phone, job_title,
    department, user_type, status, sync, sso, employee_id, content_digest)
)`

/** In the conflict clause of `insertFrom` a row's status: a newcomer of whom it is not told is not active, whom the roster knows stays (T-126). */
export const STATUS_ON_CONFLICT = `case when excluded.object_id in (
    select told.id from given, unnest(object_ids, statuses) as told (id, status) where told.status is null)
  then u.status else excluded.status end`

/** Inserts them, in one order for everybody, so that two imports never wait for each other in a circle. */
export const insertFrom = (from: string) => `
insert into roster.phone_user as u (id, tenant_id, account_id, directory_id, object_id, display_name, given_name, surname,
  user_principal_name, mail, business_phones, mobile_phone, job_title, department, user_type, status, sync, sso, chosen_by,
  employee_id, content_digest)
select page.id, $1, $2, $3, object_id, display_name, given_name, surname, user_principal_name, mail, business_phones, mobile_phone,
  job_title, department, user_type, coalesce(status, 'disabled'), sync, sso, 'hand', employee_id, content_digest
from ${from} order by object_id`

export function valuesOf({ tenantId, accountId, directoryId }: Lease, rows: readonly TickedUser[]): Array<string | Buffer> {
  const text = (read: (user: DirectoryUser) => string | null) => texts(rows.map(({ user }) => read(user)))
  const page = record([
    uuidsOfBytes(newIds(rows.length)),
    uuids(rows.map(({ user }) => user.id)),
    text((user) => user.displayName),
    text((user) => user.givenName),
    text((user) => user.surname),
    text((user) => user.userPrincipalName),
    text((user) => user.mail),
    text((user) => textArrayLiteral(user.businessPhones)), // unnest() flattens arrays of arrays: a list within a row travels as text
    text((user) => user.mobilePhone),
    text((user) => user.jobTitle),
    text((user) => user.department),
    text((user) => user.userType),
    text(({ accountEnabled }) => (accountEnabled === null ? null : accountEnabled ? 'active' : 'disabled')),
    booleans(rows.map(({ ticks }) => ticks.sync)),
    booleans(rows.map(({ ticks }) => ticks.sso)),
    text((user) => user.employeeId),
    byteas(
      rows.map(({ user }) => contentDigest(user)),
      DIGEST_BYTES,
    ),
  ])
  return [tenantId, accountId, directoryId, page]
}

/** So many new ids, one after the other, 16 bytes each. */
function newIds(count: number): Buffer {
  const [ids, randomness] = [Buffer.alloc(16 * count), randomBytes(16 * count)]
  for (let at = 0; at < ids.length; at += 16) newId({ random: randomness.subarray(at, at + 16) }, ids, at)
  return ids
}
