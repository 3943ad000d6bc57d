import type { Ports } from '../ports.ts'

const AT_ONCE = 100

/**
 * Sends the pending audit events to the registry, which is idempotent: sending twice after a crash is harmless. A refused
 * event is set aside alone and reported to `onSetAside`; the events behind it, of all tenants, go on. Returns how many
 * arrived.
 */
export function sendAuditEvents(
  { auditEvents, registry }: Pick<Ports, 'auditEvents' | 'registry'>,
  onSetAside: (error: Error) => void,
) {
  return async (): Promise<number> => {
    const due = await auditEvents.claim(AT_ONCE)
    const sent: string[] = []
    const later = new Set(due.map(({ id }) => id))
    for (const { id, event } of due) {
      const answer = await registry.recordAuditEvent(event)
      if (answer === true) sent.push(id)
      else if (answer.kind === 'unavailable') break
      else if (answer.kind === 'failed') continue
      else {
        await auditEvents.setAside(id)
        onSetAside(new Error(`The audit event ${id} was put aside, the registry refuses it: ${answer.reason}`))
      }
      later.delete(id)
    }
    if (sent.length > 0) await auditEvents.delete(sent)
    if (later.size > 0) await auditEvents.postpone([...later])
    return sent.length
  }
}
