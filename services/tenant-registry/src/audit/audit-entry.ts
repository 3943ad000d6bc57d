import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../ports.ts'

type Deed = {
  action: string
  tenantId: string | null
  target: string
  outcome?: AuditEntry['outcome']
  details?: AuditEntry['details']
}

/** The audit event of what this request's caller does. */
export function auditEntry(
  request: { caller: Pick<FastifyRequest['caller'], 'sub'>; id: string },
  { outcome = 'success', details = {}, ...deed }: Deed,
): AuditEntry {
  return { ...deed, outcome, details, actor: request.caller.sub.slice(0, 200), requestId: request.id }
}
