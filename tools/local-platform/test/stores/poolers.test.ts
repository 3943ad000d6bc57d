import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { hasPgbouncer, type PoolMode, startPgbouncer } from '@jackfield/test-environment/pgbouncer'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EVERY_SERVICE, SERVICES, serviceProcesses } from './service-processes.ts'

const SLOW = { timeout: 240_000 }
const READY = { timeout: 60_000 }

let database: TestDatabase
let pooler: Awaited<ReturnType<typeof startPgbouncer>>
let services: Awaited<ReturnType<typeof serviceProcesses>>
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(async () => {
  await services?.stop()
  await pooler?.stop()
  await database.drop()
})
async function givenServices(mode: PoolMode) {
  pooler = await startPgbouncer(database.url, mode)
  services = await serviceProcesses({ DATABASE_URL: pooler.url })
}
/** Gives the pooler's connections a role that another database of the cluster has, as clients in transaction mode do. */
async function leaveRole(name: string) {
  const query = async (url: string, text: string) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(text)
    await client.end()
  }
  const role = `create role ${name} nologin`
  await query(database.url, `do $$ begin ${role}; exception when duplicate_object then null; end $$`)
  const clients = Array.from({ length: 15 }, () => query(pooler.url, `set role ${name}; select pg_sleep(0.5)`))
  await Promise.all(clients)
}
async function schemas(): Promise<number> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const made = `select from pg_namespace where nspname in ('registry', 'roster', 'gateway', 'queue', 'migrations')`
  const { rowCount } = await client.query(made)
  await client.end()
  return rowCount ?? 0
}

describe.skipIf(!hasPgbouncer())('pgbouncer in front of all services', () => {
  test(
    'T-124 FC-42 in transaction mode each is alive and not ready, says why in one line, and changes nothing',
    SLOW,
    async () => {
      await givenServices('transaction')
      services.startAll()
      const reasons = (name: (typeof SERVICES)[number]) =>
        services
          .output(name)
          .split('\n')
          .filter((line) => line.includes('pool_mode = session'))
      await expect.poll(() => SERVICES.filter((name) => reasons(name).length === 0), READY).toEqual([])
      expect(await services.readiness()).toEqual(EVERY_SERVICE(503))
      for (const name of SERVICES) expect(await services.health(name, 'live')).toBe(200)
      expect((await services.ask('/tenants')).status).toBe(503)
      const oneLine = expect.stringMatching(/^[^\n]*pool_mode = session[^\n]*\n$/)
      const commands = await Promise.all([
        ...(['tenant-registry', 'user-sync-worker', 'auth-gateway'] as const).map((name) =>
          services.run(name, 'migrate'),
        ),
        services.run('tenant-registry', 'rewrap-keys'),
      ])
      for (const command of commands) expect(command).toEqual({ code: 1, output: oneLine })
      expect(await schemas()).toBe(0)
      // Not at every attempt, one a second; again only after another reason, as a time-out on a busy machine.
      for (const name of SERVICES) expect(reasons(name).length).toBeLessThan(4)

      await leaveRole('jackfield_registry')
      await pooler.change('session')
      await expect.poll(() => services.readiness(), READY).toEqual(EVERY_SERVICE(200))
    },
  )

  test('T-124 FC-42 in session mode, as shipped, all get ready, work and keep tenants apart', SLOW, async () => {
    await givenServices('session')
    services.startAll()
    await expect.poll(() => services.readiness(), READY).toEqual(EVERY_SERVICE(200))
    const tenants = await Promise.all(
      ['contoso', 'fabrikam'].map((slug) => services.ask('/tenants', { slug, name: slug })),
    )
    expect(tenants.map(({ status }) => status)).toEqual([201, 201])
    const ids = tenants.map(({ body }) => body.id)
    for (const id of ids)
      expect((await services.ask(`/tenants/${id}/phone-systems`, { name: `of ${id}` })).status).toBe(201)
    const lists = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const id = ids[index % 2] as string
        const { status, body } = await services.ask(`/tenants/${id}/phone-systems`)
        return [status, body.items?.map(({ name }) => name), [`of ${id}`]]
      }),
    )
    for (const [status, names, own] of lists) expect([status, names]).toEqual([200, own])
    expect(services.exitCodes().every(([, code]) => code === null)).toBe(true)
  })
})
