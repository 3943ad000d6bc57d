import type { Ports } from '../ports.ts'

const AT_ONCE = 100

/** Hands the audit events that wait to the registry, which keeps each once: sent twice after a crash is harmless. Returns how many arrived. */
export function sendAuditEvents({ auditEvents, registry }: Pick<Ports, 'auditEvents' | 'registry'>) {
  return async (): Promise<number> => {
    const due = await auditEvents.claim(AT_ONCE)
    const sent: string[] = []
    for (const { id, event } of due) {
      if ((await registry.recordAuditEvent(event)) !== true) break
      sent.push(id)
    }
    if (sent.length > 0) await auditEvents.delete(sent)
    if (sent.length < due.length) await auditEvents.postpone(due.slice(sent.length).map(({ id }) => id))
    return sent.length
  }
}
