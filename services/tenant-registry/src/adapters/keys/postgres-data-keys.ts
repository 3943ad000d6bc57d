import { and, asc, type Database, eq, gt, sql } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import type { KeyEncryption } from '../../ports.ts'
import { tenantDataKey as dataKey } from '../schema.ts'
import { dataKeyContext } from './tenant-key-vault.ts'

/** The data keys of all tenants. */
export function postgresDataKeys(db: Database, keyEncryption: KeyEncryption) {
  return {
    /**
     * Wraps the next data keys that are not under the current key, in order of tenants; `last` is the tenant it ended
     * with.
     */
    async rewrap(after: string | undefined, limit: number) {
      const prefix = await keyEncryption.currentPrefix()
      const isOther = (sealed: Buffer) => !sealed.subarray(0, prefix.length).equals(prefix)
      const isWaiting = sql`(substring(${dataKey.sealed} from 1 for ${prefix.length}) <> ${prefix} or exists (
        select from unnest(${dataKey.lost}) l where substring(l from 1 for ${prefix.length}) <> ${prefix}))`
      const position = after === undefined ? undefined : gt(dataKey.tenantId, after)
      const waiting = await inScope(db, EVERY_TENANT, (tx) =>
        tx
          .select({ tenantId: dataKey.tenantId, sealed: dataKey.sealed, lost: dataKey.lost })
          .from(dataKey)
          .where(and(isWaiting, position))
          .orderBy(asc(dataKey.tenantId))
          .limit(limit),
      )
      const unreadable: string[] = []
      const next: Array<{ tenantId: string; old: Buffer; sealed: Buffer }> = []
      for (const { tenantId, sealed, lost } of waiting) {
        if (lost.some(isOther)) await rewrapLost(db, keyEncryption, tenantId, lost, isOther)
        if (!isOther(sealed)) continue
        const unwrapped = await keyEncryption.unwrap(sealed, dataKeyContext(tenantId))
        if (unwrapped.kind === 'unreadable') unreadable.push(tenantId)
        else
          next.push({
            tenantId,
            old: sealed,
            sealed: await keyEncryption.wrap(unwrapped.dataKey, dataKeyContext(tenantId)),
          })
      }
      const rewrapped = await replace(db, next)
      return { waiting: waiting.length, rewrapped, unreadable, last: waiting.at(-1)?.tenantId }
    },
  }
}

/** Wraps lost data keys whose key-encryption key is back; one that is still lost stays as it is. */
async function rewrapLost(
  db: Database,
  keyEncryption: KeyEncryption,
  tenantId: string,
  lost: readonly Buffer[],
  isOther: (sealed: Buffer) => boolean,
): Promise<void> {
  const context = dataKeyContext(tenantId)
  const next = await Promise.all(
    lost.map(async (sealed) => {
      const unwrapped = isOther(sealed) ? await keyEncryption.unwrap(sealed, context) : undefined
      return unwrapped?.kind === 'unwrapped' ? keyEncryption.wrap(unwrapped.dataKey, context) : sealed
    }),
  )
  if (next.every((sealed, index) => sealed === lost[index])) return
  const isUnchanged = and(eq(dataKey.tenantId, tenantId), sql`${dataKey.lost} = ${sql.param(lost)}::bytea[]`)
  await inScope(db, EVERY_TENANT, (tx) =>
    tx
      .update(dataKey)
      .set({ lost: sql`${sql.param(next)}::bytea[]` })
      .where(isUnchanged),
  )
}

/**
 * One statement, so that a crash leaves each key under one key-encryption key or the other; skips a key that changed
 * meanwhile.
 */
async function replace(
  db: Database,
  next: ReadonlyArray<{ tenantId: string; old: Buffer; sealed: Buffer }>,
): Promise<number> {
  if (next.length === 0) return 0
  const ids = sql.param(next.map(({ tenantId }) => tenantId))
  const old = sql.param(next.map((row) => row.old))
  const sealed = sql.param(next.map((row) => row.sealed))
  const changed = await inScope(db, EVERY_TENANT, (tx) =>
    tx.execute(sql`
      update registry.tenant_data_key as k set sealed = n.sealed
      from unnest(${ids}::uuid[], ${old}::bytea[], ${sealed}::bytea[]) as n (tenant_id, old, sealed)
      where k.tenant_id = n.tenant_id and k.sealed = n.old`),
  )
  return changed.rowCount ?? 0
}
