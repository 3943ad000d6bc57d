import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { endBackends } from '@jackfield/test-environment/end-backends'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EVERY_SERVICE, SERVICES, serviceProcesses } from './service-processes.ts'

const SLOW = { timeout: 240_000 }
const READY = { timeout: 60_000 }

let database: TestDatabase
let services: Awaited<ReturnType<typeof serviceProcesses>>
beforeEach(async () => {
  database = await createTestDatabase()
  services = await serviceProcesses({ DATABASE_URL: database.url, MIGRATE: 'never' })
})
afterEach(async () => {
  await services.stop()
  await database.drop()
})

test(
  'FC-69 every service started before its schema waits for it, not ready, says so once, and gets ready once it is there',
  SLOW,
  async () => {
    services.startAll()
    const reasons = (name: (typeof SERVICES)[number]) =>
      services
        .output(name)
        .split('\n')
        .filter((line) => line.includes('is not up to date: run') && line.includes('main.ts migrate'))
    await expect.poll(() => SERVICES.map((name) => reasons(name).length), READY).toEqual(SERVICES.map(() => 1))
    expect(await services.readiness()).toEqual(EVERY_SERVICE(503))
    for (const name of SERVICES) expect(await services.health(name, 'live')).toBe(200)
    for (const name of SERVICES) expect(services.output(name)).not.toMatch(/"level":(?:50|60)/)
    const answer = await services.ask('/tenants')
    expect([answer.status, answer.retryAfter]).toEqual([503, '2'])
    for (const name of ['tenant-registry', 'user-sync-worker', 'auth-gateway'] as const)
      expect(await services.run(name, 'migrate')).toEqual({ code: 0, output: '' })
    await expect.poll(() => services.readiness(), READY).toEqual(EVERY_SERVICE(200))
    expect((await services.ask('/tenants')).status).toBe(200)
    expect(services.exitCodes()).toEqual(SERVICES.map((name) => [name, null]))
  },
)

test(
  'FC-43 T-122 migrate of every service, its connections ended again and again, waits and comes to its end',
  SLOW,
  async () => {
    const ending = await endBackends(database.url, 50)
    const migrated = Promise.all(
      (['tenant-registry', 'user-sync-worker', 'auth-gateway'] as const).map((name) => services.run(name, 'migrate')),
    )
    await expect.poll(ending.ended, READY).toBeGreaterThan(8)
    await ending.stop()
    expect((await migrated).map(({ code }) => code)).toEqual([0, 0, 0])
    services.startAll()
    await expect.poll(() => services.readiness(), READY).toEqual(EVERY_SERVICE(200))
  },
)
