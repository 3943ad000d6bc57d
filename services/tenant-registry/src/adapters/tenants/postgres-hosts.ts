import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import { and, asc, type Database, eq, sql } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import type { HostClaim } from '../../domain/host-proof.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { tenantHost } from '../schema.ts'

/** The custom hosts of tenants. */
export function postgresHosts(db: Database) {
  return {
    /** By any tenant, proven or not. */
    isClaimed: async (hostname: string) =>
      (await inScope(db, EVERY_TENANT, (tx) => tx.$count(tenantHost, eq(tenantHost.hostname, hostname)))) > 0,
    list: (tenantId: string) =>
      inScope(db, tenantId, async (tx) => {
        const own = eq(tenantHost.tenantId, tenantId)
        return (await tx.select().from(tenantHost).where(own).orderBy(asc(tenantHost.hostname))).map(toClaim)
      }),
    /** The claim after the look; undefined when it was given up in the meantime. */
    recordProof: (tenantId: string, { hostname, proof }: HostClaim, isFound: boolean, entry: AuditEntry) =>
      inScope(db, tenantId, async (tx) => {
        const claim = and(
          eq(tenantHost.tenantId, tenantId),
          eq(tenantHost.hostname, hostname),
          eq(tenantHost.proof, proof),
        )
        const [row] = isFound
          ? await tx
              .update(tenantHost)
              .set({ provenAt: sql`coalesce(${tenantHost.provenAt}, now())` })
              .where(claim)
              .returning()
          : await tx.select().from(tenantHost).where(claim)
        if (!row) return undefined
        await insertAuditEvent(tx, entry)
        return toClaim(row)
      }),
  }
}

function toClaim({ hostname, proof, provenAt }: typeof tenantHost.$inferSelect): HostClaim {
  return { hostname, proof, provenAt: provenAt?.toISOString() ?? null }
}
