import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../ports.ts'

type Deed = Pick<AuditEntry, 'action' | 'target'> & { tenantId: string; details?: Record<string, string> }

/** The audit event of what this request's caller does. */
export function auditEntry(request: FastifyRequest, { details = {}, ...deed }: Deed): AuditEntry {
  return { ...deed, details, outcome: 'success', actor: request.caller.sub.slice(0, 200), requestId: request.id }
}
