import { auditSender } from '@jackfield/http-server/audit-sender'
import type { FairSender } from '@jackfield/http-server/fair-sender'
import type { Ports } from '../ports.ts'

/** Sends the pending audit events to the registry. Returns how many arrived. */
export function sendAuditEvents(
  { auditEvents: outbox, registry }: Pick<Ports, 'auditEvents' | 'registry'>,
  onError: (error: unknown) => void,
): FairSender {
  return auditSender({ outbox, record: registry.recordAuditEvent, onSetAside: onError, onError })
}
