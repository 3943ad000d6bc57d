import { Gauge, type Registry } from 'prom-client'
import type { Ports } from '../ports.ts'

/**
 * Audit events that the registry refused: each is missing in the audit log until somebody sees to it. Asked of Postgres
 * at each scrape.
 */
export function registerAuditMetrics(
  metrics: Registry,
  { auditEvents, inScope }: Pick<Ports, 'auditEvents' | 'inScope'>,
): void {
  new Gauge({
    name: 'jackfield_audit_events_set_aside',
    help: 'Audit events that the registry refused, in roster.pending_audit_event with not_before = infinity',
    registers: [metrics],
    async collect() {
      // Postgres is away: a number of before would say that all is well.
      const events = await inScope('every-tenant', () => auditEvents.countSetAside()).catch(() => undefined)
      if (events === undefined) this.remove()
      else this.set(events)
    },
  })
}
