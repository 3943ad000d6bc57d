import { startFailover } from '@jackfield/test-environment/failover'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EVERY_SERVICE, SERVICES, serviceProcesses } from './service-processes.ts'

const SLOW = { timeout: 240_000 }
const READY = { timeout: 60_000 }
/** A failover behind one address is noticed, and its end, within this time. */
const SOON = { timeout: 10_000 }

let postgres: Awaited<ReturnType<typeof startFailover>>
let services: Awaited<ReturnType<typeof serviceProcesses>>
beforeEach(async () => {
  postgres = await startFailover()
  services = await serviceProcesses({ DATABASE_URL: postgres.url, RATE_LIMIT_FACTOR: '0' })
})
afterEach(async () => {
  await services.stop()
  await postgres.stop()
})

test(
  'FC-41 T-123 Postgres that only reads, after a failover or for want of space: every service is not ready and answers 503, and recovers by itself',
  SLOW,
  async () => {
    services.startAll()
    await expect.poll(() => services.readiness(), READY).toEqual(EVERY_SERVICE(200))
    const { body: tenant } = await services.ask('/tenants', { slug: 'contoso', name: 'Contoso' })
    let made = 0
    const load = steadyLoad(20, {
      'registry writes': () => services.ask('/tenants', { slug: `tenant-${made++}`, name: 'Another' }),
      'registry reads': () => services.ask('/tenants?limit=1'),
      'roster writes': () => services.ask(`/tenants/${tenant.id}/phone-systems`, { name: 'Head office' }),
      'roster reads': () => services.ask(`/tenants/${tenant.id}/users?limit=1`),
    })
    const work = async () => {
      const asked = [
        services.ask('/tenants', { slug: `tenant-${made++}`, name: 'Another' }),
        services.ask(`/tenants/${tenant.id}/phone-systems`, { name: 'Branch' }),
      ]
      return (await Promise.all(asked)).map(({ status }) => status)
    }

    await postgres.failOver()
    await expect.poll(() => services.readiness(), SOON).toEqual(EVERY_SERVICE(503))
    expect(await work()).toEqual([503, 503])
    await postgres.promote()
    await expect.poll(() => services.readiness(), SOON).toEqual(EVERY_SERVICE(200))
    await expect.poll(work, SOON).toEqual([201, 201])

    await postgres.setReadOnly(true)
    await expect.poll(() => services.readiness(), SOON).toEqual(EVERY_SERVICE(503))
    expect(await work()).toEqual([503, 503])
    await postgres.setReadOnly(false)
    await expect.poll(() => services.readiness(), SOON).toEqual(EVERY_SERVICE(200))
    await expect.poll(work, SOON).toEqual([201, 201])

    await load.stop()
    for (const kind of ['registry writes', 'registry reads', 'roster writes', 'roster reads']) {
      const answers = load.answersOf(kind, 0, Number.POSITIVE_INFINITY)
      const refused = answers.filter(({ status }) => status >= 400 || status === 0)
      expect([kind, new Set(refused.map(({ status, retryAfter }) => `${status} ${retryAfter}`))]).toEqual([
        kind,
        new Set(['503 2']),
      ])
      expect(answers.length).toBeGreaterThan(refused.length)
    }
    expect(services.exitCodes()).toEqual(SERVICES.map((name) => [name, null]))
  },
)
