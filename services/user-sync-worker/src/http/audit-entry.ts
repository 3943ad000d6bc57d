import type { FastifyRequest } from 'fastify'
import type { AuditEntry } from '../ports.ts'

type Change = Pick<AuditEntry, 'action' | 'target'> & { tenantId: string; details?: Record<string, string> }

/** The audit event of a change that the request's caller makes. */
export function auditEntry(request: FastifyRequest, { details = {}, ...change }: Change): AuditEntry {
  return { ...change, details, outcome: 'success', actor: request.caller.sub.slice(0, 200), requestId: request.id }
}
