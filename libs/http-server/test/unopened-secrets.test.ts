import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { unopenedSecrets } from '../src/unopened-secrets.ts'

test('FC-61 a secret that no key opens is counted each time, and reported once an hour for each kind', async () => {
  const told: string[] = []
  let now = 0
  const unopened = unopenedSecrets(
    (what) => told.push(what),
    () => now,
  )
  const metrics = new Registry()
  unopened.register(metrics)
  for (let request = 0; request < 1_000; request += 1) unopened.count('Session')
  unopened.count('Grant')
  expect(told).toEqual(['Session', 'Grant'])
  now = 3_600_000
  unopened.count('Session')
  expect(told).toEqual(['Session', 'Grant', 'Session'])
  expect(await metrics.metrics()).toContain('jackfield_secrets_unopened_total{what="Session"} 1001')
})
