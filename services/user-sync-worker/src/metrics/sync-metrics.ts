import { Gauge, type Registry } from 'prom-client'
import type { Ports } from '../ports.ts'

/**
 * What an alert on accounts and runs is made of that would otherwise be noticed by whoever is missing; asked of
 * Postgres at each scrape.
 */
export function registerSyncMetrics(
  metrics: Registry,
  { syncHealth, inScope }: Pick<Ports, 'syncHealth' | 'inScope'>,
): void {
  // Postgres is away: a number from before would say that all is well.
  const count = () => inScope('every-tenant', () => syncHealth.counts()).catch(() => undefined)
  const gauge = (name: string, help: string, of: keyof Awaited<ReturnType<Ports['syncHealth']['counts']>>) =>
    new Gauge({
      name,
      help,
      registers: [metrics],
      async collect() {
        const counts = await count()
        if (counts) this.set(counts[of])
        else this.remove()
      },
    })
  gauge(
    'jackfield_accounts_not_in_step',
    'Microsoft accounts whose runs fail one after the other, or of which none succeeds',
    'accountsNotInStep',
  )
  gauge(
    'jackfield_sync_runs_stalled',
    'Sync runs that wait or are worked on and have taken no step for two minutes',
    'stalledRuns',
  )
}
