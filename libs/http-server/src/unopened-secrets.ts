import { Counter, type Registry } from 'prom-client'

const SAY_AGAIN_MS = 3_600_000

/**
 * Counts what no key of KEY_ENCRYPTION_KEYS opens, by what it is, for an alert. `onFirst` hears of each of these once
 * an hour, so that a log tells of it without being flooded: everybody with an old cookie makes one at every request.
 */
export function unopenedSecrets(onFirst: (what: string) => void, now: () => number = Date.now) {
  const counter = new Counter({
    name: 'jackfield_secrets_unopened_total',
    help: 'Sealed things that were asked for and that no key opens; they count as absent',
    labelNames: ['what'],
    registers: [],
  })
  const saidAt = new Map<string, number>()
  return {
    count(what: string): void {
      counter.inc({ what })
      const said = saidAt.get(what)
      if (said !== undefined && now() - said < SAY_AGAIN_MS) return
      saidAt.set(what, now())
      onFirst(what)
    },
    register: (metrics: Registry) => metrics.registerMetric(counter),
  }
}
