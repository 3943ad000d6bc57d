import type { Administrator } from '@jackfield/contract/access/administrator'
import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import { and, asc, type Database, eq, gt, isNull, type SQL, type Transaction } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import type { Range, TenantFilter } from '../../ports.ts'
import { orOutcome } from '../constraint.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { apiKey, administrator as table } from '../schema.ts'
import { isFull } from '../tenant-limit.ts'

const OUTCOMES = {
  administrator_identity: 'administrator-exists',
  administrator_tenant_id_tenant_id_fk: 'tenant-missing',
  administrator_sign_in_tenant_id_tenant_id_fk: 'tenant-missing',
} as const

type AdministratorRecord = Administrator & { version: number }
type Identity = Pick<Administrator, 'signInTenantId' | 'directoryId' | 'objectId'>
type NewAdministrator = Identity & Pick<Administrator, 'id' | 'scope' | 'role' | 'displayName'>

export function postgresAdministrators(db: Database, hasBootstrapKey: boolean) {
  const findOne = (condition: SQL | undefined) =>
    inScope(db, EVERY_TENANT, async (tx) => {
      const [row] = await tx.select().from(table).where(condition)
      return row && toRecord(row)
    })

  /** Whether the platform has no other administrator and no API key that could let one in. */
  async function isLastWayIn(tx: Transaction, { id, scope, role }: AdministratorRecord): Promise<boolean> {
    if (scope !== 'platform' || role !== 'admin') return false
    // Locked, so that two administrators cannot remove each other concurrently.
    const admins = await tx
      .select({ id: table.id })
      .from(table)
      .where(and(isNull(table.tenantId), eq(table.role, 'admin')))
      .for('update')
    if (admins.some((other) => other.id !== id)) return false
    const keys = await tx
      .select({ deletedAt: apiKey.deletedAt })
      .from(apiKey)
      .where(and(isNull(apiKey.tenantId), eq(apiKey.role, 'admin')))
    const isBootstrapKeyGood = hasBootstrapKey && keys.length === 0
    return !isBootstrapKeyGood && keys.every(({ deletedAt }) => deletedAt !== null)
  }

  return {
    create: ({ scope, ...values }: NewAdministrator, entry: AuditEntry) =>
      orOutcome(
        () =>
          inScope(db, scope === 'platform' ? EVERY_TENANT : scope, async (tx) => {
            const own = eq(table.tenantId, scope)
            if (scope !== 'platform' && (await isFull(tx, 'administrators', scope, table, own)))
              return 'limit-reached' as const
            const [row] = await tx
              .insert(table)
              .values({ ...values, tenantId: scope === 'platform' ? null : scope })
              .returning()
            if (!row) throw new Error('The insert returned no row.')
            await insertAuditEvent(tx, entry)
            return toRecord(row)
          }),
        OUTCOMES,
      ),
    list: (only: TenantFilter, signInTenantId: string | undefined, { after, limit }: Range) =>
      inScope(db, only ?? EVERY_TENANT, async (tx) => {
        const condition = and(
          only === null ? undefined : eq(table.tenantId, only),
          signInTenantId === undefined ? undefined : eq(table.signInTenantId, signInTenantId),
          after === undefined ? undefined : gt(table.id, after),
        )
        return (await tx.select().from(table).where(condition).orderBy(asc(table.id)).limit(limit)).map(toRecord)
      }),
    find: (id: string) => findOne(eq(table.id, id)),
    findByIdentity: ({ signInTenantId, directoryId, objectId }: Identity) =>
      findOne(
        and(eq(table.signInTenantId, signInTenantId), eq(table.directoryId, directoryId), eq(table.objectId, objectId)),
      ),
    /** Whether administrators of the platform sign in through this tenant. */
    vouchesForPlatform: async (tenantId: string) =>
      (await findOne(and(eq(table.signInTenantId, tenantId), isNull(table.tenantId)))) !== undefined,
    change: (read: AdministratorRecord, values: Pick<Administrator, 'role' | 'displayName'>, entry: AuditEntry) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        if (values.role !== 'admin' && (await isLastWayIn(tx, read))) return 'last-administrator' as const
        const [row] = await tx
          .update(table)
          .set({ ...values, updatedAt: new Date(), version: read.version + 1 })
          .where(and(eq(table.id, read.id), eq(table.version, read.version)))
          .returning()
        if (!row) return 'version-conflict' as const
        await insertAuditEvent(tx, entry)
        return toRecord(row)
      }),
    /** Refused when the platform would have no administrator and no API key left. */
    delete: (read: AdministratorRecord, entry: AuditEntry) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        if (await isLastWayIn(tx, read)) return 'last-administrator' as const
        const deleted = await tx.delete(table).where(and(eq(table.id, read.id), eq(table.version, read.version)))
        if (deleted.rowCount !== 1) return 'version-conflict' as const
        await insertAuditEvent(tx, entry)
        return 'deleted' as const
      }),
  }
}

function toRecord({ tenantId, role, createdAt, updatedAt, ...row }: typeof table.$inferSelect): AdministratorRecord {
  return {
    ...row,
    scope: tenantId ?? 'platform',
    role: role as AdministratorRecord['role'],
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
