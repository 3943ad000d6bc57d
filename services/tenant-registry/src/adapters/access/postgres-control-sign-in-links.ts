import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import type { Principal } from '@jackfield/contract/access/principal'
import { and, type Database, eq, gt, isNull } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import { orOutcome } from '../constraint.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { controlSignInLink as link } from '../schema.ts'
import { isFull } from '../tenant-limit.ts'
import { hashToken, randomToken } from './random-token.ts'

type NewLink = { id: string; scope: string; role: Principal['role']; now: Date; expiresAt: Date }

export function postgresControlSignInLinks(db: Database) {
  return {
    create: ({ id, scope, role, now, expiresAt }: NewLink, entry: AuditEntry) =>
      orOutcome(
        async () => {
          const token = randomToken()
          return inScope(db, scope === 'platform' ? EVERY_TENANT : scope, async (tx) => {
            const live = and(eq(link.tenantId, scope), isNull(link.redeemedAt), gt(link.expiresAt, now))
            if (scope !== 'platform' && (await isFull(tx, 'control-sign-in-links', scope, link, live)))
              return 'limit-reached' as const
            await tx.insert(link).values({
              id,
              tenantId: scope === 'platform' ? null : scope,
              role,
              expiresAt,
              tokenHash: hashToken(token),
            })
            await insertAuditEvent(tx, entry)
            return { token }
          })
        },
        { control_sign_in_link_tenant_id_tenant_id_fk: 'tenant-missing' } as const,
      ),
    redeem: (token: string, now: Date, entryFor: (principal: Principal) => AuditEntry) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        // One statement finds and spends it: of two at the same time, one finds nothing.
        const [row] = await tx
          .update(link)
          .set({ redeemedAt: now })
          .where(and(eq(link.tokenHash, hashToken(token)), isNull(link.redeemedAt), gt(link.expiresAt, now)))
          .returning()
        if (!row) return undefined
        const principal = {
          id: `control:${row.id}`,
          scope: row.tenantId ?? 'platform',
          role: row.role as Principal['role'],
        }
        await insertAuditEvent(tx, entryFor(principal))
        return principal
      }),
  }
}
