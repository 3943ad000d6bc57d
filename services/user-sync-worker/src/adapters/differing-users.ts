import type pg from 'pg'
import type { DirectoryUser } from '../domain/directory-user.ts'
import type { Status } from '../domain/reconcile.ts'
import type { SyncRuns, TickedUser } from '../sync-run-ports.ts'
import { booleanArray, byteaArray, uuidArray } from './binary-arrays.ts'
import { contentDigest, DIGEST_BYTES } from './content-digest.ts'

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

// The same of a full comparison, which leaves ticks and accounts as they are.
const COMPARED = `
with compared as materialized (
  select page.position, (
    select case when u.content_digest = page.digest and u.status = case when page.enabled then 'active' else 'disabled' end then 'same'
      else 'different' end
    from roster.phone_user u where u.tenant_id = $1 and u.directory_id = $2 and u.object_id = page.object_id and u.sync) as standing
  from unnest($3::uuid[], $4::bytea[], $5::boolean[]) with ordinality as page (object_id, digest, enabled, position))
select position::int, standing is not null as "isKnown" from compared where standing is distinct from 'same'`

/** Sees what is written already; nothing is locked, and whoever changes meanwhile is written once more than need be. */
export function differingUsers(pool: pg.Pool): Pick<SyncRuns, 'differing' | 'compareDigests'> {
  return {
    async differing({ tenantId, accountId, directoryId }, users) {
      if (users.length === 0) return []
      const page = [
        uuidArray(users.map(({ user }) => user.id)),
        byteaArray(
          users.map(({ user }) => contentDigest(user)),
          DIGEST_BYTES,
        ),
        booleanArray(users.map(({ user }) => user.accountEnabled)),
        booleanArray(users.map(({ ticks }) => ticks.sync)),
        booleanArray(users.map(({ ticks }) => ticks.sso)),
      ]
      const query = { text: DIFFERING, values: [tenantId, accountId, directoryId, ...page], rowMode: 'array' as const }
      const { rows } = await pool.query<[position: number, known: Status | null]>(query)
      return rows.map(([position, known]) => ({ ...(users[position - 1] as TickedUser), known }))
    },
    async compareDigests({ tenantId, directoryId }, users) {
      if (users.length === 0) return { different: [], unknown: [] }
      const page = [
        uuidArray(users.map(({ id }) => id)),
        byteaArray(users.map(contentDigest), DIGEST_BYTES),
        booleanArray(users.map(({ accountEnabled }) => accountEnabled)),
      ]
      const query = { text: COMPARED, values: [tenantId, directoryId, ...page], rowMode: 'array' as const }
      const { rows } = await pool.query<[position: number, isKnown: boolean]>(query)
      const idsOf = (isWanted: boolean) =>
        rows.flatMap(([at, isKnown]) => (isKnown === isWanted ? [(users[at - 1] as DirectoryUser).id] : []))
      return { different: idsOf(true), unknown: idsOf(false) }
    },
  }
}
