import { setTimeout as sleep } from 'node:timers/promises'
import { lte, sql } from '@jackfield/postgres/drizzle'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'
import { shortLivedRecord } from '../schema.ts'
import type { Batch, RecordStore, RelatedRecord, StoredRow } from './record-store.ts'

type Found = { key: string; payload: Buffer; consumedAt: number | null; uidKey: string | null }
/**
 * Written so that the planner does not choose the index of `expires_at` over that of a key, as it does on a table
 * without statistics.
 */
const ALIVE = '(a.expires_at > now()) is true'
const COLUMNS_READ = `a.key, a.payload, floor(extract(epoch from a.consumed_at))::float8 as "consumedAt", a.uid_key as "uidKey"`
const selectBy = (column: 'key' | 'uid_key' | 'grant_key') =>
  `select ${COLUMNS_READ} from gateway.short_lived_record a where a.${column} = $1 and ${ALIVE}`
const SELECT_WITH_RELATED = `with own as (select * from gateway.short_lived_record a where a.key = $1 and ${ALIVE})
select ${COLUMNS_READ} from own a
union all
select ${COLUMNS_READ} from own join gateway.short_lived_record a on a.key = any(own.related_keys) where ${ALIVE}
union all
select ${COLUMNS_READ} from own join gateway.short_lived_record a on a.uid_key = own.related_uid_key where ${ALIVE}`

const giveWayAt = (place: string) => `with largest as (
  select a.waits_from from gateway.short_lived_record a where a.waits_at ${place} and ${ALIVE}
  group by a.waits_from order by count(*) desc limit 1
), oldest as (
  select a.key, a.waits_with from gateway.short_lived_record a
  where a.waits_at ${place} and ${ALIVE} and a.waits_from = (select waits_from from largest)
  order by a.expires_at limit $1 for update skip locked
), gone as (delete from gateway.short_lived_record where key in (select key from oldest) returning 1
), companions as (delete from gateway.short_lived_record where key in (select unnest(waits_with) from oldest)
), logins as (delete from gateway.short_lived_record where uid_key in (select unnest(waits_with) from oldest)
) select count(*)::int as gone from gone`

/**
 * Records in a table: the store of an installation without Redis. Statements are prepared: parsing and
 * planning them costs more than running them.
 */
export function postgresRecords(pool: Pool): RecordStore {
  async function find(name: string, text: string, value: string): Promise<RelatedRecord[]> {
    const { rows } = await pool.query<Found>({ name: `record_${name}`, text, values: [value] })
    return rows.map(({ consumedAt, uidKey, ...row }) => ({
      ...row,
      consumedAt: consumedAt ?? undefined,
      uidKey: uidKey ?? undefined,
    }))
  }
  return {
    async write(batch) {
      const query = { ...statementFor(batch), values: valuesOf(batch) }
      const { rows } = await unlessDeadlocked(() => pool.query<{ isDone: boolean; replaced: string[] }>(query))
      const { isDone = false, replaced = [] } = rows[0] ?? {}
      const gone = batch.replaced.map(({ key }) => key).filter((key) => !replaced.includes(key))
      return { isDone, gone: isDone ? gone : [] }
    },
    get: async (key) => (await find('by_key', selectBy('key'), key))[0],
    getWithRelated: (key) => find('with_related', SELECT_WITH_RELATED, key),
    getByUid: async (uidKey) => (await find('by_uid', selectBy('uid_key'), uidKey))[0],
    getByGrant: (grantKey) => find('by_grant', selectBy('grant_key'), grantKey),
    async getListed(list, key, { before, limit }) {
      const text = `select a.key, a.payload from gateway.short_lived_record a
        where a.${list}_list = $1 and ${ALIVE} and ($2::uuid is null or a.listed_as < $2) order by a.listed_as desc limit $3`
      const { rows } = await pool.query<{ key: string; payload: Buffer }>(text, [key, before ?? null, limit])
      return rows.map((row) => ({ ...row, consumedAt: undefined }))
    },
    async countListed(group) {
      const text = `select count(*)::float8 as listed from gateway.short_lived_record a where a.list_group = $1 and ${ALIVE}`
      const { rows } = await pool.query<{ listed: number }>(text, [group])
      return rows[0]?.listed ?? 0
    },
    async countWaiting(place) {
      const isWaiting = place === undefined ? 'is not null' : '= $1'
      const text = `select count(*)::float8 as waiting from gateway.short_lived_record a where a.waits_at ${isWaiting} and ${ALIVE}`
      const { rows } = await pool.query<{ waiting: number }>(text, place === undefined ? [] : [place])
      return rows[0]?.waiting ?? 0
    },
    async giveWay(place, count) {
      const values = place === undefined ? [count] : [count, place]
      const { rows } = await unlessDeadlocked(() =>
        pool.query<{ gone: number }>(giveWayAt(place === undefined ? 'is not null' : '= $2'), values),
      )
      return rows[0]?.gone ?? 0
    },
    async stopWaiting(key) {
      await pool.query('update gateway.short_lived_record set waits_at = null, waits_from = null where key = $1', [key])
    },
    async removeByUid(uidKey) {
      await pool.query('delete from gateway.short_lived_record where uid_key = $1', [uidKey])
    },
    async removeByGrant(grantKey) {
      await unlessDeadlocked(() =>
        pool.query('delete from gateway.short_lived_record where grant_key = $1', [grantKey]),
      )
    },
  }
}

/** Retries once after a deadlock, when the other transaction has had time to take the locks that were given back. */
async function unlessDeadlocked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if ((error as { code?: unknown }).code !== DEADLOCK) throw error
    await sleep(DEADLOCK_PAUSE_MS)
    return ask()
  }
}
const DEADLOCK = '40P01'
const DEADLOCK_PAUSE_MS = 50

/** Removes expired records. Returns how many. */
export async function sweepRecords(db: NodePgDatabase): Promise<number> {
  const { rowCount } = await db.delete(shortLivedRecord).where(lte(shortLivedRecord.expiresAt, sql`now()`))
  return rowCount ?? 0
}

const ROW: ReadonlyArray<[column: string, type: string, of: keyof StoredRow]> = [
  ['key', 'text', 'key'],
  ['kind', 'text', 'kind'],
  ['payload', 'bytea', 'payload'],
  ['grant_key', 'text', 'grantKey'],
  ['uid_key', 'text', 'uidKey'],
  ['waits_at', 'text', 'waitsAt'],
  ['waits_from', 'text', 'waitsFrom'],
  ['waits_with', 'text[]', 'waitsWith'],
  ['related_keys', 'text[]', 'relatedKeys'],
  ['related_uid_key', 'text', 'relatedUidKey'],
  ['tenant_list', 'text', 'tenantList'],
  ['person_list', 'text', 'personList'],
  ['listed_as', 'uuid', 'listedAs'],
  ['list_group', 'text', 'listGroup'],
  ['ttl', 'float8', 'ttl'],
]
const COLUMNS = ROW.map(([column]) => column).filter((column) => column !== 'ttl')
const UPDATED = COLUMNS.filter((column) => column !== 'key' && column !== 'kind')

const valuesOf = ({ consumed, removed, removedOnce, saved, replaced, events }: Batch): unknown[] => [
  ...consumed,
  ...removedOnce,
  ...removed,
  ...[...saved, ...replaced].flatMap((row) => ROW.map(([, , member]) => row[member])),
  ...events.flatMap(({ id, tenantId, event }) => [id, tenantId, JSON.stringify(event)]),
]

const statements = new Map<string, string>()

/** One prepared statement for each combination of counts: few occur, and each has a plan for its count. */
function statementFor(batch: Batch): { name: string; text: string } {
  const { consumed, removed, removedOnce, saved, replaced, events } = batch
  const lists = [consumed, removedOnce, removed, saved, replaced, events] as const
  const counts = lists.map(({ length }) => length) as unknown as Parameters<typeof describeWrite>
  const name = `record_write_${counts.join('_')}`
  const text = statements.get(name) ?? describeWrite(...counts)
  statements.set(name, text)
  return { name, text }
}

function describeWrite(
  consumed: number,
  removedOnce: number,
  removed: number,
  saved: number,
  replaced: number,
  events: number,
): string {
  if (consumed > 0 && removedOnce > 0) throw new TypeError('one of two uses would stay when the other fails')
  let last = 0
  const next = (type: string) => `$${++last}::${type}`
  const keys = (count: number) => Array.from({ length: count }, () => next('text')).join(', ')
  const rows = (count: number) => {
    const values = Array.from({ length: count }, () => `(${ROW.map(([, type]) => next(type)).join(', ')})`)
    return `(values ${values.join(', ')}) g (${ROW.map(([column]) => column).join(', ')})`
  }
  const set = (from: string) => UPDATED.map((column) => `${column} = ${from}.${column}`).join(', ')
  const isDone = consumed + removedOnce > 0 ? `(select count(*) from taken) = ${consumed + removedOnce}` : 'true'
  const parts: string[] = []
  if (consumed > 0)
    parts.push(`taken as (update gateway.short_lived_record a set consumed_at = now()
      where a.key in (${keys(consumed)}) and a.consumed_at is null and ${ALIVE} returning 1)`)
  if (removedOnce > 0)
    parts.push(`taken as (delete from gateway.short_lived_record a
      where a.key in (${keys(removedOnce)}) and ${ALIVE} returning 1)`)
  if (removed > 0)
    parts.push(`removed as (delete from gateway.short_lived_record where key in (${keys(removed)}) and ${isDone})`)
  // An expired row that is not swept yet is overwritten without its consumption.
  if (saved > 0)
    parts.push(`saved as (insert into gateway.short_lived_record as a (${COLUMNS.join(', ')}, expires_at)
      select ${COLUMNS.join(', ')}, now() + make_interval(secs => ttl) from ${rows(saved)} where ${isDone}
      on conflict (key) do update set ${set('excluded')}, expires_at = excluded.expires_at,
        consumed_at = case when ${ALIVE} then a.consumed_at end)`)
  if (replaced > 0)
    parts.push(`replaced as (update gateway.short_lived_record a set ${set('g')}, expires_at = now() + make_interval(secs => g.ttl)
      from ${rows(replaced)} where a.key = g.key and ${ALIVE} and ${isDone} returning a.key)`)
  if (events > 0) {
    const values = Array.from({ length: events }, () => `(${next('uuid')}, ${next('uuid')}, ${next('jsonb')})`)
    parts.push(`owed as (insert into gateway.pending_audit_event (id, tenant_id, event)
      select * from (values ${values.join(', ')}) e where ${isDone} on conflict (id) do nothing)`)
  }
  // What neither an audit event nor an end depends on does not wait for the disk: a crash of Postgres may undo the last
  // half second of it, as with Redis.
  const waitless = events + removed === 0 ? `, set_config('synchronous_commit', 'off', true)` : ''
  const keysReplaced = replaced > 0 ? 'array(select key from replaced)' : "'{}'::text[]"
  return `with ${parts.join(',\n')} select ${isDone} as "isDone", ${keysReplaced} as replaced${waitless}`
}
