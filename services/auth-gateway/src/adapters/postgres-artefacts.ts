import { and, eq, gt, isNotNull, isNull, lte, sql } from '@jackfield/postgres/drizzle'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { artefact } from './schema.ts'
import type { ArtefactStore, StoredArtefact } from './sealed-artefacts.ts'

const alive = gt(artefact.expiresAt, sql`now()`)

const stored = { key: artefact.key, payload: artefact.payload, consumedAt: artefact.consumedAt }

/** Artefacts in the unlogged table: the zero-install store, without Redis. A sign-in asks it nine times, so statements are prepared once. */
export function postgresArtefacts(db: NodePgDatabase): ArtefactStore {
  const given = <Column>(name: string) => sql<Column>`${sql.placeholder(name)}`
  const values = {
    payload: given<Buffer>('payload'),
    grantKey: given<string | null>('grantKey'),
    uidKey: given<string | null>('uidKey'),
    waitsAt: given<string | null>('waitsAt'),
    expiresAt: sql<Date>`now() + make_interval(secs => ${sql.placeholder('ttl')})`,
  }
  const put = db
    .insert(artefact)
    .values({ key: given<string>('key'), kind: given<string>('kind'), ...values })
    // A row that has expired but was not swept yet is a new one's place: its consumption does not carry over.
    .onConflictDoUpdate({
      target: artefact.key,
      set: { ...values, consumedAt: sql`case when ${artefact.expiresAt} > now() then ${artefact.consumedAt} end` },
    })
    .prepare('artefact_put')
  const get = db
    .select(stored)
    .from(artefact)
    .where(and(eq(artefact.key, sql.placeholder('key')), alive))
    .prepare('artefact_get')
  const getByUid = db
    .select(stored)
    .from(artefact)
    .where(and(eq(artefact.uidKey, sql.placeholder('uidKey')), alive))
    .prepare('artefact_get_by_uid')
  const consume = db
    .update(artefact)
    .set({ consumedAt: sql`now()` })
    .where(and(eq(artefact.key, sql.placeholder('key')), alive, isNull(artefact.consumedAt)))
    .prepare('artefact_consume')
  return {
    async put({ key, kind, payload, ttl, grantKey = null, uidKey = null, waitsAt = null }) {
      await put.execute({ key, kind, payload, ttl, grantKey, uidKey, waitsAt })
    },
    async get(key) {
      const [row] = await get.execute({ key })
      return row && toStored(row)
    },
    countWaiting: (place) =>
      db.$count(artefact, and(place === undefined ? isNotNull(artefact.waitsAt) : eq(artefact.waitsAt, place), alive)),
    async getByUid(uidKey) {
      const [row] = await getByUid.execute({ uidKey })
      return row && toStored(row)
    },
    async getByGrant(grantKey) {
      const rows = await db
        .select(stored)
        .from(artefact)
        .where(and(eq(artefact.grantKey, grantKey), alive))
      return rows.map(toStored)
    },
    async consume(key) {
      const changed = await consume.execute({ key })
      return changed.rowCount === 1
    },
    async remove(key) {
      await db.delete(artefact).where(eq(artefact.key, key))
    },
    async removeByUid(uidKey) {
      await db.delete(artefact).where(eq(artefact.uidKey, uidKey))
    },
    async removeByGrant(grantKey) {
      await db.delete(artefact).where(eq(artefact.grantKey, grantKey))
    },
  }
}

/** Removes what has expired; answers how much. */
export async function sweepArtefacts(db: NodePgDatabase): Promise<number> {
  const { rowCount } = await db.delete(artefact).where(lte(artefact.expiresAt, sql`now()`))
  return rowCount ?? 0
}

function toStored(row: Pick<typeof artefact.$inferSelect, 'key' | 'payload' | 'consumedAt'>): StoredArtefact {
  return { key: row.key, payload: row.payload, consumedAt: row.consumedAt ? Math.floor(row.consumedAt.getTime() / 1000) : undefined }
}
