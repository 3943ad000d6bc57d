import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import { type AuditOutbox, auditSender } from '@jackfield/http-server/audit-sender'
import type { FairSender } from '@jackfield/http-server/fair-sender'
import type { AuditLog } from '../ports.ts'

/** Sends the audit events that requests have written to the registry. Returns how many arrived. */
export function sendAuditEvents(
  { auditEvents: outbox, registry }: { auditEvents: AuditOutbox<SentAuditEvent>; registry: AuditLog },
  onError: (error: unknown) => void,
): FairSender {
  return auditSender({ outbox, record: registry.recordAuditEvent, onSetAside: onError, onError })
}
