import { Gauge, type Registry } from 'prom-client'
import type { Ports } from './ports.ts'

const STATUSES = ['draft', 'ready', 'failing', 'disabled']

/** Metrics for alerts: accounts by status, and credentials that expire soon. Read from Postgres at each scrape. */
export function registerAccountMetrics(metrics: Registry, { watch, now }: Pick<Ports, 'watch' | 'now'>): void {
  // Without Postgres the gauges keep their values, and readiness reports it.
  const count = () => watch.counts(now()).catch(() => undefined)
  new Gauge({
    name: 'jackfield_credentials_expiring',
    help: 'Credentials of Microsoft accounts that expire within so many days; 0: expired',
    labelNames: ['within_days'],
    registers: [metrics],
    async collect() {
      for (const { threshold, count: credentials } of (await count())?.expiring ?? [])
        this.set({ within_days: threshold }, credentials)
    },
  })
  new Gauge({
    name: 'jackfield_microsoft_accounts',
    help: 'Microsoft accounts by status',
    labelNames: ['status'],
    registers: [metrics],
    async collect() {
      const counts = await count()
      const known = new Map(counts?.statuses.map(({ status, count: accounts }) => [status, accounts]))
      if (counts) for (const status of STATUSES) this.set({ status }, known.get(status) ?? 0)
    },
  })
}
