import type pg from 'pg'
import { usesPageProofs } from '../../domain/page-proof.ts'
import type { Lease, RunPages } from '../../sync-run-ports.ts'

// Nobody tells a proof that somebody of its page was changed: it is held against the rows whenever it is used. Whatever
// changes a row puts another version of it in another place, and a place that is taken anew holds another person or
// another state.

/**
 * What a row `u` of phone_user says, as far as it matters to a run, in 64 bits; `state` is the xor of those of a page.
 */
export const STATE_OF_ROW = `hash_record_extended(
  row(u.object_id, u.content_digest, u.status, u.sync, u.sso, u.chosen_by, u.account_id), 0)`

/** What `keepProof` takes of a row `u`. */
export const KEPT_OF_ROW = (account: string) =>
  `, u.ctid as place, ${STATE_OF_ROW} as state, u.sso, u.chosen_by = 'hand' and u.account_id = ${account} as is_given`

const KEPT = `
select encode(digest, 'hex') as digest from roster.page_proof
where tenant_id = $1 and account_id = $2 and ($3::boolean is null or sso = $3)`

// `offset 0`: the rows are fetched by their places, before anything is asked of them for which the planner might prefer
// an index; and without a name, so that it is planned for the table as it is now.
export const PROVE = `
select cardinality(p.places) as people from roster.page_proof p
where p.tenant_id = $1 and p.account_id = $2 and p.digest = $4 and ($5::boolean is null or p.sso = $5)
  and (cardinality(p.places), p.state) = (
    select count(*), bit_xor(u.state) from (
      select u.tenant_id, u.directory_id, ${STATE_OF_ROW} as state from roster.phone_user u where u.ctid = any(p.places) offset 0) u
    where u.tenant_id = $1 and u.directory_id = $3)`

/**
 * Keeps the page that is compared as `known`, if everybody on it is the same; not for an account that is being
 * disconnected.
 */
export const keepProof = (account: string, run: string, digest: string) => `
, followed as materialized (select account_id from roster.account_sync where tenant_id = $1 and account_id = ${account} for key share
), kept as (
  insert into roster.page_proof (tenant_id, account_id, digest, run_id, object_ids, places, state, sso)
  select $1, ${account}, ${digest}, ${run}, array_agg(object_id order by position), array_agg(place order by place), bit_xor(state),
    case when bool_and(is_given) and (bool_and(sso) or not bool_or(sso)) then bool_and(sso) end
  from known where exists (select from followed)
  having bool_and(standing is not distinct from 'same')
  on conflict (account_id, digest) do update set run_id = excluded.run_id, object_ids = excluded.object_ids, places = excluded.places,
    state = excluded.state, sso = excluded.sso
)`

// Of a full comparison everybody on the page is met.
const USE = `
with used as (
  update roster.page_proof set run_id = $2 where tenant_id = $1 and account_id = $3 and digest = any($4::bytea[]) returning object_ids
), met as (
  insert into roster.sync_run_met (tenant_id, run_id, object_ids) select $1, $2, object_ids from used where $5
)
select count(*)::int as used from used`

const DROP_UNUSED = 'delete from roster.page_proof where tenant_id = $1 and account_id = $2 and run_id <> $3'

/** Pages of a directory's listing that need not be looked at person by person. */
export function pageProofs(pool: pg.Pool): Pick<RunPages, 'provenPages' | 'provePage'> {
  return {
    async provenPages({ tenantId, accountId, everybody }) {
      const { rows } = await pool.query<{ digest: string }>(KEPT, [tenantId, accountId, everybody?.sso ?? null])
      return new Set(rows.map(({ digest }) => digest))
    },
    async provePage({ tenantId, accountId, directoryId, everybody }, digest) {
      const values = [tenantId, accountId, directoryId, Buffer.from(digest, 'hex'), everybody?.sso ?? null]
      return (await pool.query<{ people: number }>(PROVE, values)).rows[0]?.people
    },
  }
}

/** Within the transaction that counts these pages. Throws when one of the proofs is gone: the pages are read again. */
export async function useProofs(client: pg.PoolClient, lease: Lease, digests: readonly string[]): Promise<void> {
  if (digests.length === 0) return
  const distinct = [...new Set(digests)]
  const values = [
    lease.tenantId,
    lease.runId,
    lease.accountId,
    distinct.map((digest) => `\\x${digest}`),
    lease.kind === 'full',
  ]
  const { rows } = await client.query<{ used: number }>(USE, values)
  if (rows[0]?.used !== distinct.length) throw new Error('A proof was lost while it was used.')
}

/** Within the transaction that ends a run which listed everybody: what it did not meet is not listed any more. */
export async function dropUnusedProofs(client: pg.PoolClient, lease: Lease): Promise<void> {
  if (usesPageProofs(lease)) await client.query(DROP_UNUSED, [lease.tenantId, lease.accountId, lease.runId])
}
