import { lte, sql } from '@jackfield/postgres/drizzle'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'
import { artefact } from '../schema.ts'
import type { ArtefactStore, Batch, Companion, StoredRow } from './artefact-store.ts'

const FOUND = `a.key, a.payload, floor(extract(epoch from a.consumed_at))::float8 as "consumedAt", a.uid_key as "uidKey"`
type Written = { isDone: boolean; replaced: string[] }
type Found = Omit<Companion, 'consumedAt'> & { consumedAt: number | null }
/**
 * Written so that the planner does not choose the index of `expires_at` over that of a key, as it does on a table
 * without statistics.
 */
const ALIVE = '(a.expires_at > now()) is true'

const GET = `select ${FOUND} from gateway.artefact a where a.key = $1 and ${ALIVE}`
const GET_BY_UID = `select ${FOUND} from gateway.artefact a where a.uid_key = $1 and ${ALIVE}`
const GET_BY_GRANT = `select ${FOUND} from gateway.artefact a where a.grant_key = $1 and ${ALIVE}`
const GET_TOGETHER = `with own as (select * from gateway.artefact a where a.key = $1 and ${ALIVE})
select ${FOUND} from own a
union all
select ${FOUND} from own join gateway.artefact a on a.key = any(own.companion_keys) where ${ALIVE}
union all
select ${FOUND} from own join gateway.artefact a on a.uid_key = own.companion_uid_key where ${ALIVE}`

/**
 * Records in the unlogged table: the store of an installation without Redis. Statements are prepared and written out by
 * hand, because building them would cost as much as sending them; a sign-in sends four.
 */
export function postgresArtefacts(pool: Pool): ArtefactStore {
  async function find(name: string, text: string, value: string): Promise<Companion[]> {
    const { rows } = await pool.query<Found>({ name, text, values: [value] })
    return rows.map(({ consumedAt, ...row }) => ({ ...row, consumedAt: consumedAt ?? undefined }))
  }
  return {
    async write(batch) {
      const { name, text } = statementFor(batch)
      const { rows } = await unlessDeadlocked(() => pool.query<Written>({ name, text, values: valuesOf(batch) }))
      const { isDone = false, replaced = [] } = rows[0] ?? {}
      return {
        isDone,
        gone: isDone ? batch.replaced.map(({ key }) => key).filter((key) => !replaced.includes(key)) : [],
      }
    },
    get: async (key) => (await find('artefact_get', GET, key))[0],
    getTogether: (key) => find('artefact_get_together', GET_TOGETHER, key),
    getByUid: async (uidKey) => (await find('artefact_get_by_uid', GET_BY_UID, uidKey))[0],
    getByGrant: (grantKey) => find('artefact_get_by_grant', GET_BY_GRANT, grantKey),
    async countWaiting(place) {
      const text = `select count(*)::float8 as waiting from gateway.artefact a where a.waits_at ${place === undefined ? 'is not null' : '= $1'} and ${ALIVE}`
      const { rows } = await pool.query<{ waiting: number }>(text, place === undefined ? [] : [place])
      return rows[0]?.waiting ?? 0
    },
    async removeByUid(uidKey) {
      await pool.query('delete from gateway.artefact where uid_key = $1', [uidKey])
    },
    async removeByGrant(grantKey) {
      await unlessDeadlocked(() => pool.query('delete from gateway.artefact where grant_key = $1', [grantKey]))
    },
  }
}

/** Retries once after a deadlock: Postgres has rolled this statement back. */
async function unlessDeadlocked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if ((error as { code?: unknown }).code !== DEADLOCK) throw error
    return ask()
  }
}
const DEADLOCK = '40P01'

/** Removes expired records. Returns how many. */
export async function sweepArtefacts(db: NodePgDatabase): Promise<number> {
  const { rowCount } = await db.delete(artefact).where(lte(artefact.expiresAt, sql`now()`))
  return rowCount ?? 0
}

const ROW = [
  ['key', 'text'],
  ['kind', 'text'],
  ['payload', 'bytea'],
  ['grant_key', 'text'],
  ['uid_key', 'text'],
  ['waits_at', 'text'],
  ['companion_keys', 'text[]'],
  ['companion_uid_key', 'text'],
  ['ttl', 'float8'],
] as const
const COLUMNS = ROW.map(([name]) => name).filter((name) => name !== 'ttl')
const LASTING = COLUMNS.filter((name) => name !== 'key' && name !== 'kind')

const valuesOf = ({ consumed, removed, saved, replaced }: Batch): unknown[] => [
  ...consumed,
  ...removed,
  ...[...saved, ...replaced].flatMap((row: StoredRow) => [
    row.key,
    row.kind,
    row.payload,
    row.grantKey,
    row.uidKey,
    row.waitsAt,
    row.companionKeys.length > 0 ? row.companionKeys : null,
    row.companionUidKey,
    row.ttl,
  ]),
]

const statements = new Map<string, { name: string; text: string }>()

/** One prepared statement for each combination of counts; few occur. */
function statementFor({ consumed, removed, saved, replaced }: Batch): { name: string; text: string } {
  const name = `artefact_write_${consumed.length}_${removed.length}_${saved.length}_${replaced.length}`
  const known = statements.get(name)
  if (known) return known
  const made = { name, text: describeWrite(consumed.length, removed.length, saved.length, replaced.length) }
  statements.set(name, made)
  return made
}

function describeWrite(consumed: number, removed: number, saved: number, replaced: number): string {
  let last = 0
  const next = (type: string) => `$${++last}::${type}`
  const keys = (count: number) => Array.from({ length: count }, () => next('text')).join(', ')
  const rows = (count: number) => {
    const values = Array.from({ length: count }, () => `(${ROW.map(([, type]) => next(type)).join(', ')})`)
    return `(values ${values.join(', ')}) g (${ROW.map(([column]) => column).join(', ')})`
  }
  const isAllTaken = consumed > 0 ? `(select count(*) from taken) = ${consumed}` : 'true'
  const parts: string[] = []
  if (consumed > 0)
    parts.push(`taken as (update gateway.artefact a set consumed_at = now()
      where a.key in (${keys(consumed)}) and a.consumed_at is null and ${ALIVE} returning 1)`)
  if (removed > 0)
    parts.push(`removed as (delete from gateway.artefact where key in (${keys(removed)}) and ${isAllTaken})`)
  // An expired row that is not swept yet is overwritten without its consumption.
  if (saved > 0)
    parts.push(`saved as (insert into gateway.artefact as a (${COLUMNS.join(', ')}, expires_at)
      select ${COLUMNS.join(', ')}, now() + make_interval(secs => ttl) from ${rows(saved)} where ${isAllTaken}
      on conflict (key) do update set ${LASTING.map((column) => `${column} = excluded.${column}`).join(', ')},
        expires_at = excluded.expires_at, consumed_at = case when ${ALIVE} then a.consumed_at end)`)
  if (replaced > 0)
    parts.push(`replaced as (update gateway.artefact a set ${LASTING.map((column) => `${column} = g.${column}`).join(', ')},
        expires_at = now() + make_interval(secs => g.ttl)
      from ${rows(replaced)} where a.key = g.key and ${ALIVE} and ${isAllTaken} returning a.key)`)
  return `with ${parts.join(',\n')} select ${isAllTaken} as "isDone", ${replaced > 0 ? 'array(select key from replaced)' : "'{}'::text[]"} as replaced`
}
