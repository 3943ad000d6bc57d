import { type AuditEntry, type AuditEvent, fitAuditEvent } from '@jackfield/contract/access/audit-event'
import { and, type Database, desc, eq, lt, type Transaction } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import { v7 } from 'uuid'
import type { Range, TenantFilter } from '../ports.ts'
import { auditEvent } from './schema.ts'

/** Writes an event in the transaction of its cause: neither is there without the other. */
export async function insertAuditEvent(tx: Transaction, entry: AuditEntry): Promise<void> {
  await tx.insert(auditEvent).values({ ...fitAuditEvent(entry), id: v7(), at: new Date() })
}

export function postgresAudit(db: Database) {
  return {
    /** An entry with an id of its own is recorded once, however often it is sent. */
    async record({
      id = v7(),
      at,
      ...entry
    }: AuditEntry & { id?: string | undefined; at?: string | undefined }): Promise<void> {
      const row = { ...fitAuditEvent(entry), id, at: at === undefined ? new Date() : new Date(at) }
      await inScope(db, entry.tenantId ?? EVERY_TENANT, (tx) => tx.insert(auditEvent).values(row).onConflictDoNothing())
    },
    async list(only: TenantFilter, action: string | undefined, { after, limit }: Range): Promise<AuditEvent[]> {
      const condition = and(
        only === null ? undefined : eq(auditEvent.tenantId, only),
        action === undefined ? undefined : eq(auditEvent.action, action),
        after === undefined ? undefined : lt(auditEvent.id, after),
      )
      const rows = await inScope(db, only ?? EVERY_TENANT, (tx) =>
        tx.select().from(auditEvent).where(condition).orderBy(desc(auditEvent.id)).limit(limit),
      )
      return rows.map((row) => ({ ...row, at: row.at.toISOString(), outcome: row.outcome as AuditEvent['outcome'] }))
    },
  }
}
