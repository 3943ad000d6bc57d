import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import { CONSENT_STATE_PREFIX } from '@jackfield/contract/microsoft/consent-link'
import { and, type Database, eq, gt, lt } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import { v7 } from 'uuid'
import { hashToken, randomToken } from '../access/random-token.ts'
import { orOutcome } from '../constraint.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { consentRequest as request } from '../schema.ts'
import { isFull } from '../tenant-limit.ts'

type ConsentRequest = { tenantId: string; accountId: string; now: Date; expiresAt: Date }

/** Consent links that were handed out; each comes back once. */
export function postgresConsentRequests(db: Database) {
  return {
    create: ({ tenantId, accountId, now, expiresAt }: ConsentRequest, entry: AuditEntry) =>
      orOutcome(
        () =>
          inScope(db, tenantId, async (tx) => {
            const state = CONSENT_STATE_PREFIX + randomToken()
            await tx.delete(request).where(and(eq(request.accountId, accountId), lt(request.expiresAt, now)))
            const live = and(eq(request.tenantId, tenantId), gt(request.expiresAt, now))
            if (await isFull(tx, 'consent-links', tenantId, request, live)) return 'limit-reached' as const
            await tx.insert(request).values({ id: v7(), tenantId, accountId, stateHash: hashToken(state), expiresAt })
            await insertAuditEvent(tx, entry)
            return { state }
          }),
        { consent_request_account_id_microsoft_account_id_fk: 'account-missing' } as const,
      ),
    // One statement finds and spends it: of two at the same time, one finds nothing.
    redeem: (state: string, now: Date) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const [row] = await tx
          .delete(request)
          .where(and(eq(request.stateHash, hashToken(state)), gt(request.expiresAt, now)))
          .returning()
        return row && { tenantId: row.tenantId, accountId: row.accountId }
      }),
  }
}
