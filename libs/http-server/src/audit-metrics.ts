import { Gauge, type Registry } from 'prom-client'

/**
 * Audit events that the registry refused. A store that is away removes the gauge: the last number would say that all is
 * well.
 */
export function registerAuditMetrics(metrics: Registry, countSetAside: () => Promise<number>): void {
  new Gauge({
    name: 'jackfield_audit_events_set_aside',
    help: 'Audit events that the registry refused, kept with not_before = infinity in the outbox of this service',
    registers: [metrics],
    async collect() {
      const number = await countSetAside().catch(() => undefined)
      if (number === undefined) this.remove()
      else this.set(number)
    },
  })
}
