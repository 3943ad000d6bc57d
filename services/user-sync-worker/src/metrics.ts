import { registerAuditMetrics } from '@jackfield/http-server/audit-metrics'
import { Gauge, type Registry } from 'prom-client'
import type { Ports } from './ports.ts'

// Asked at each scrape. A store that is away removes the gauge: the last number would say that all is well.

/** Failed and piled-up jobs. */
export function registerQueueMetrics(metrics: Registry, { queue }: Pick<Ports, 'queue'>): void {
  new Gauge({
    name: 'jackfield_queue_jobs',
    help: 'Jobs by queue and state; failed: tried as often as they may be, and kept for a look at the job board',
    labelNames: ['queue', 'state'],
    registers: [metrics],
    async collect() {
      this.reset()
      const counts = await queue.counts().catch(() => undefined)
      for (const { name, states } of counts ?? [])
        for (const [state, jobs] of Object.entries(states)) this.set({ queue: name, state }, jobs)
    },
  })
}

/** Lost audit events, accounts that are not in step and runs without progress, counted in Postgres. */
export function registerRosterMetrics(
  metrics: Registry,
  { auditEvents, syncHealth, inScope }: Pick<Ports, 'auditEvents' | 'syncHealth' | 'inScope'>,
): void {
  const gauge = (name: string, help: string, count: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [metrics],
      async collect() {
        const number = await inScope('every-tenant', count).catch(() => undefined)
        if (number === undefined) this.remove()
        else this.set(number)
      },
    })
  registerAuditMetrics(metrics, () => inScope('every-tenant', () => auditEvents.countSetAside()))
  gauge(
    'jackfield_accounts_not_in_step',
    'Microsoft accounts whose runs fail one after the other, or of which none succeeds',
    async () => (await syncHealth.counts()).accountsNotInStep,
  )
  gauge(
    'jackfield_sync_runs_stalled',
    'Sync runs that wait or are worked on and have taken no step for two minutes',
    async () => (await syncHealth.counts()).stalledRuns,
  )
}
