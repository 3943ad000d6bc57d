import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import type { InternalClaims } from '@jackfield/contract/access/principal'

type Act<TenantId> = Pick<AuditEntry, 'action'> &
  Partial<Pick<AuditEntry, 'outcome' | 'details'>> & { tenantId: TenantId; target: string }

/** The audit entry of what the caller of `request` does; the outcome is `success` unless given. */
export function auditEntry<TenantId extends string | null>(
  request: { caller: Pick<InternalClaims, 'sub'>; id: string },
  { outcome = 'success', details = {}, ...act }: Act<TenantId>,
): AuditEntry & { tenantId: TenantId } {
  return { ...act, outcome, details, actor: request.caller.sub.slice(0, 200), requestId: request.id }
}
