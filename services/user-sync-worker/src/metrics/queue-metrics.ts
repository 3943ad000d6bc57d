import { Gauge, type Registry } from 'prom-client'
import type { Ports } from '../ports.ts'

/** What an alert on failed or piled-up jobs is made of; asked of the queue at each scrape. */
export function registerQueueMetrics(metrics: Registry, { queue }: Pick<Ports, 'queue'>): void {
  new Gauge({
    name: 'jackfield_queue_jobs',
    help: 'Jobs by queue and state; failed: tried as often as they may be, and kept for a look at the job board',
    labelNames: ['queue', 'state'],
    registers: [metrics],
    async collect() {
      // The queue's store is away: a number of before would say that all is well.
      this.reset()
      const counts = await queue.counts().catch(() => undefined)
      for (const [state, jobs] of Object.entries(counts?.states ?? {}))
        this.set({ queue: counts?.name ?? '', state }, jobs)
    },
  })
}
