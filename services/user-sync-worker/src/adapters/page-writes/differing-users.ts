import type pg from 'pg'
import type { DirectoryUser } from '../../domain/directory-user.ts'
import type { Status } from '../../domain/reconcile.ts'
import type { Lease, ListedPeople, RunPages, TickedUser } from '../../sync-run-ports.ts'
import { contentDigest } from './content-digest.ts'
import { KEPT_OF_ROW, keepProof } from './page-proofs.ts'

/** What is not told is no difference. */
const HAS_STATUS = `(page.enabled is null or u.status = case when page.enabled then 'active' else 'disabled' end)`

// $6 is the account.
const AS_IMPORTED = {
  page: 'unnest($3::uuid[], $4::bytea[], $5::boolean[], $7::boolean[], $8::boolean[]) with ordinality as page (object_id, digest, enabled, sync, sso, position)',
  standing: `case when u.content_digest = page.digest and u.account_id = $6 and u.sync = page.sync and u.sso = page.sso
    and u.chosen_by = 'hand' and ${HAS_STATUS} then 'same' else u.status end`,
  isLooked: 'true',
}
// A full comparison leaves ticks and accounts as they are.
const AS_COMPARED = {
  page: 'unnest($3::uuid[], $4::bytea[], $5::boolean[]) with ordinality as page (object_id, digest, enabled, position)',
  standing: `case when u.content_digest = page.digest and ${HAS_STATUS} then 'same' else 'different' end`,
  isLooked: 'u.sync',
}

// Each row is looked up through the identity's index, whatever the statistics say of the tenant: a plain join may be
// planned as a look at all of it (FC-62). The statements have no name, and are planned anew for every page. `standing`
// is null of whom the roster does not know.
const comparing = ({ page, standing, isLooked }: typeof AS_IMPORTED, { columns = '', keep = '' } = {}) => `
with known as materialized (
  select page.position, page.object_id, found.* from ${page} left join lateral (
    select ${standing} as standing ${columns} from roster.phone_user u
    where u.tenant_id = $1 and u.directory_id = $2 and u.object_id = page.object_id and ${isLooked} limit 1) found on true
) ${keep}
select position::int, standing from known where standing is distinct from 'same'`

const DIFFERING = comparing(AS_IMPORTED)
const DIFFERING_KEPT = comparing(AS_IMPORTED, { columns: KEPT_OF_ROW('$6'), keep: keepProof('$6', '$9', '$10') })
const COMPARED = comparing(AS_COMPARED)
const COMPARED_KEPT = comparing(AS_COMPARED, { columns: KEPT_OF_ROW('$6'), keep: keepProof('$6', '$7', '$8') })

/**
 * Sees what is written already; nothing is locked, and whoever changes meanwhile is written once more than need be. A
 * page that says nothing new is kept as a proof by the statement that sees it so, from the rows that it sees.
 */
export function differingUsers(pool: pg.Pool): Pick<RunPages, 'differing' | 'compareDigests'> {
  async function ask<Standing>(text: string, values: unknown[]) {
    const { rows } = await pool.query<[position: number, standing: Standing | null]>({
      text,
      values,
      rowMode: 'array' as const,
    })
    return rows
  }
  return {
    async differing(lease, users, listed) {
      if (users.length === 0) return []
      const people = users.map(({ user }) => user)
      const ticks = [users.map((each) => each.ticks.sync), users.map((each) => each.ticks.sso)]
      const values = [...pageOf(lease, people), lease.accountId, ...ticks]
      const proof = proofOf(lease, people, listed)
      const rows = await (proof ? ask<Status>(DIFFERING_KEPT, [...values, ...proof]) : ask<Status>(DIFFERING, values))
      return rows.map(([position, known]) => ({ ...(users[position - 1] as TickedUser), known }))
    },
    async compareDigests(lease, users, listed) {
      if (users.length === 0) return { different: [], unknown: [] }
      const values = pageOf(lease, users)
      const proof = proofOf(lease, users, listed)
      const rows = await (proof ? ask(COMPARED_KEPT, [...values, lease.accountId, ...proof]) : ask(COMPARED, values))
      const idsOf = (isKnown: boolean) =>
        rows.flatMap(([at, standing]) => ((standing !== null) === isKnown ? [(users[at - 1] as DirectoryUser).id] : []))
      return { different: idsOf(true), unknown: idsOf(false) }
    },
  }
}

function pageOf({ tenantId, directoryId }: Lease, users: readonly DirectoryUser[]) {
  const ids = users.map(({ id }) => id)
  const digests = users.map((user) => `\\x${contentDigest(user)}`)
  return [tenantId, directoryId, ids, digests, users.map(({ accountEnabled }) => accountEnabled)]
}

/** Only of a page all of whose entries are asked for, each another person. */
function proofOf(
  { runId }: Lease,
  users: readonly DirectoryUser[],
  listed: ListedPeople | undefined,
): [string, Buffer] | undefined {
  if (!listed || new Set(users.map(({ id }) => id)).size !== listed.entries) return undefined
  return [runId, Buffer.from(listed.digest, 'hex')]
}
