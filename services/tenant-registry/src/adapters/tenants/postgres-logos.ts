import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import type { Logo } from '@jackfield/contract/tenants/branding'
import { and, type Database, eq, sql } from '@jackfield/postgres/drizzle'
import { inScope } from '@jackfield/postgres/tenant-scope'
import type { TenantRecord } from '../../domain/tenant.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { tenant, tenantLogo } from '../schema.ts'
import { toRecord } from './postgres-tenants.ts'

/** A logo is part of its tenant: changing it is a change of the tenant, whose branding names the bytes. */
export function postgresLogos(db: Database) {
  return {
    find: (tenantId: string) =>
      inScope(db, tenantId, async (tx) => {
        const [row] = await tx
          .select({ row: tenant, bytes: tenantLogo.bytes })
          .from(tenant)
          .innerJoin(tenantLogo, eq(tenantLogo.tenantId, tenant.id))
          .where(eq(tenant.id, tenantId))
        const logo = row && toRecord(row.row, []).branding.logo
        return logo ? { ...logo, bytes: row.bytes } : undefined
      }),
    /** Undefined deletes the logo. */
    replace: (read: TenantRecord, logo: (Logo & { bytes: Buffer }) | undefined, entry: AuditEntry) =>
      inScope(db, read.id, async (tx) => {
        const named = logo ? { mediaType: logo.mediaType, sha256: logo.sha256 } : null
        const [row] = await tx
          .update(tenant)
          .set({ branding: { ...read.branding, logo: named }, updatedAt: new Date(), version: read.version + 1 })
          .where(and(eq(tenant.id, read.id), eq(tenant.version, read.version)))
          .returning()
        if (!row) return 'version-conflict' as const
        if (logo) {
          await tx
            .insert(tenantLogo)
            .values({ tenantId: read.id, bytes: logo.bytes })
            .onConflictDoUpdate({ target: tenantLogo.tenantId, set: { bytes: sql`excluded.bytes` } })
        } else await tx.delete(tenantLogo).where(eq(tenantLogo.tenantId, read.id))
        await insertAuditEvent(tx, entry)
        return toRecord(row, read.customHosts)
      }),
  }
}
