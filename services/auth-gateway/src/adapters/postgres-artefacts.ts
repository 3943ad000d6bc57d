import { and, eq, gt, isNull, lte, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { artefact } from './schema.ts'
import type { ArtefactStore, StoredArtefact } from './sealed-artefacts.ts'

const alive = gt(artefact.expiresAt, sql`now()`)

/** Artefacts in the unlogged table: the zero-install store, without Redis. */
export function postgresArtefacts(db: NodePgDatabase): ArtefactStore {
  return {
    async put({ ttl, ...row }) {
      const values = {
        payload: row.payload,
        grantKey: row.grantKey ?? null,
        uidKey: row.uidKey ?? null,
        expiresAt: sql`now() + make_interval(secs => ${ttl})`,
      }
      await db
        .insert(artefact)
        .values({ key: row.key, kind: row.kind, ...values })
        // A row that has expired but was not swept yet is a new one's place: its consumption does not carry over.
        .onConflictDoUpdate({
          target: artefact.key,
          set: { ...values, consumedAt: sql`case when ${artefact.expiresAt} > now() then ${artefact.consumedAt} end` },
        })
    },
    async get(key) {
      const [row] = await db
        .select()
        .from(artefact)
        .where(and(eq(artefact.key, key), alive))
      return toStored(row)
    },
    async getByUid(uidKey) {
      const [row] = await db
        .select()
        .from(artefact)
        .where(and(eq(artefact.uidKey, uidKey), alive))
      return toStored(row)
    },
    async consume(key) {
      const changed = await db
        .update(artefact)
        .set({ consumedAt: sql`now()` })
        .where(and(eq(artefact.key, key), alive, isNull(artefact.consumedAt)))
      return changed.rowCount === 1
    },
    async remove(key) {
      await db.delete(artefact).where(eq(artefact.key, key))
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

function toStored(row: typeof artefact.$inferSelect | undefined): StoredArtefact | undefined {
  if (!row) return undefined
  return { key: row.key, payload: row.payload, consumedAt: row.consumedAt ? Math.floor(row.consumedAt.getTime() / 1000) : undefined }
}
