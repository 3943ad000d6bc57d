import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const EVERYBODY = { all: true, sync: true, sso: true }

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterAll(() => platform.close())

const cutAllConnections = () =>
  platform.stores.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )

test('DO-02 T-115 with every connection to Postgres cut, at most the requests under way fail, and the next ones work', {
  timeout: 60_000,
}, async () => {
  const tenant = platform.connectedTenant()
  const users = () => platform.call('GET', `${tenant.api}/users`).then(({ status }) => status)
  for (let round = 0; round < 3; round += 1) {
    const underWay = Array.from({ length: 10 }, users)
    await cutAllConnections()
    for (const status of await Promise.all(underWay)) expect([200, 503]).toContain(status)
    await expect.poll(users, { timeout: 10_000 }).toBe(200)
  }
})

test('DO-02 T-110 an import goes on by itself when the connections are cut again and again, and ends right', {
  timeout: 300_000,
}, async () => {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 6_000))
  platform.gate.delayMs = 150
  const { body } = await platform.call('POST', tenant.imports, EVERYBODY)
  const seen = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body?.counts?.seen ?? 0
  for (const atLeast of [900, 2_900, 4_900]) {
    await expect.poll(seen, { timeout: 90_000 }).toBeGreaterThanOrEqual(atLeast)
    await cutAllConnections()
  }
  platform.gate.delayMs = 0
  const status = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body?.status
  await expect.poll(status, { timeout: 120_000 }).toBe('succeeded')
  expect(await platform.roster(tenant.tenantId)).toHaveLength(6_000)
  expect((await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body.counts).toMatchObject({
    seen: 6_000,
    created: 6_000,
    skipped: 0,
  })
})

test('SY-01 20,000 users over many pages, empty ones with a nextLink among them, are exactly the roster', {
  timeout: 300_000,
}, async () => {
  const directoryId = addLargeDirectory(platform, 20_000)
  const tenant = platform.connectedTenant(directoryId)
  for (const after of [2, 7, 7])
    platform.emulator.faults.plan({ path: '^/v1\\.0/users$', after, count: 1, effect: { kind: 'empty-page' } })
  const { body } = await platform.call('POST', tenant.imports, EVERYBODY)
  const status = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body.status
  await expect.poll(status, { timeout: 90_000 }).toBe('succeeded')
  const { rows } = await platform.stores.pool.query(
    'select object_id from roster.phone_user where tenant_id = $1 order by 1',
    [tenant.tenantId],
  )
  const expected = platform.emulator
    .directory(directoryId)
    .users()
    .map(({ id }) => id)
  expect(rows.map(({ object_id }) => object_id)).toEqual(expected.sort())
  platform.emulator.faults.clear()
})
