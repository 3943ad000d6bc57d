import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import { HAND_OVER_TOKEN_PREFIX, type HandOverLink } from '@jackfield/contract/access/hand-over-link'
import type { Principal } from '@jackfield/contract/access/principal'
import { UNCHANGING_VERSION, type Versioned } from '@jackfield/contract/http/entity-tag'
import { and, asc, type Database, eq, gt, lt } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import { hashToken, randomToken } from '../access/random-token.ts'
import { orOutcome } from '../constraint.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { handOverLink as link } from '../schema.ts'
import { isFull } from '../tenant-limit.ts'

type Account = { tenantId: string; accountId: string }
type NewLink = Account & { id: string; createdBy: string; now: Date; expiresAt: Date }

/** Links that open the set-up of one account to an Entra ID administrator (S3). An expired link counts as deleted. */
export function postgresHandOverLinks(db: Database) {
  return {
    create: ({ now, ...values }: NewLink, entry: AuditEntry) =>
      orOutcome(
        () =>
          inScope(db, values.tenantId, async (tx) => {
            const token = HAND_OVER_TOKEN_PREFIX + randomToken()
            await tx.delete(link).where(and(eq(link.accountId, values.accountId), lt(link.expiresAt, now)))
            const live = and(eq(link.tenantId, values.tenantId), gt(link.expiresAt, now))
            if (await isFull(tx, 'hand-over-links', values.tenantId, link, live)) return 'limit-reached' as const
            const [row] = await tx
              .insert(link)
              .values({ ...values, createdAt: now, tokenHash: hashToken(token) })
              .returning()
            if (!row) throw new Error('The insert returned no row.')
            await insertAuditEvent(tx, entry)
            return { token, link: toLink(row) }
          }),
        { hand_over_link_account_id_microsoft_account_id_fk: 'account-missing' } as const,
      ),
    list: ({ tenantId, accountId }: Account, now: Date) =>
      inScope(db, tenantId, async (tx) => {
        const live = and(eq(link.tenantId, tenantId), eq(link.accountId, accountId), gt(link.expiresAt, now))
        return (await tx.select().from(link).where(live).orderBy(asc(link.id))).map(toLink)
      }),
    delete: ({ tenantId, accountId }: Account, id: string, entry: AuditEntry) =>
      inScope(db, tenantId, async (tx) => {
        const one = and(eq(link.tenantId, tenantId), eq(link.accountId, accountId), eq(link.id, id))
        const { rowCount } = await tx.delete(link).where(one)
        if (rowCount !== 1) return false
        await insertAuditEvent(tx, entry)
        return true
      }),
    accountOf: (tenantId: string, id: string, now: Date) =>
      inScope(db, tenantId, async (tx) => {
        const live = and(eq(link.tenantId, tenantId), eq(link.id, id), gt(link.expiresAt, now))
        const [row] = await tx.select({ accountId: link.accountId }).from(link).where(live)
        return row?.accountId
      }),
    /** Any number of times, until it expires. */
    open: (token: string, now: Date, entryFor: (principal: Principal) => AuditEntry) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const live = and(eq(link.tokenHash, hashToken(token)), gt(link.expiresAt, now))
        const [row] = await tx.update(link).set({ openedAt: now }).where(live).returning()
        if (!row) return undefined
        const principal = {
          id: `hand-over:${row.id}`,
          scope: row.tenantId,
          role: 'hand-over' as const,
          accountId: row.accountId,
        }
        await insertAuditEvent(tx, entryFor(principal))
        return principal
      }),
  }
}

function toLink({ id, createdBy, createdAt, expiresAt, openedAt }: typeof link.$inferSelect): Versioned<HandOverLink> {
  return {
    id,
    createdBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    openedAt: openedAt?.toISOString() ?? null,
    version: UNCHANGING_VERSION,
  }
}
