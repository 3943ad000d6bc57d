import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// A Postgres of its own, which these tests stop and overload while requests and a worker are under way.

const OUTAGE_MS = 5_000
/** 2 s for a store, and what a busy machine adds. */
const PATIENCE_MS = 3_000
const EVERYBODY = { all: true, sync: true, sso: true }

let folder: string
let place: Parameters<typeof startEmbeddedDatabase>[0]
let database: Awaited<ReturnType<typeof startEmbeddedDatabase>>
let platform: Platform
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jackfield-outages-'))
  await chmod(folder, 0o755)
  place = { folder: join(folder, 'postgres'), port: await findFreePort(), password: 'test', durable: true }
  database = await startEmbeddedDatabase(place)
  platform = await startPlatform({ database: { url: database.url, drop: async () => undefined } })
  await platform.work()
})
afterAll(async () => {
  await platform.close()
  await database.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** Alive, not ready, and no word about why (DO-16). */
async function expectAliveNotReady(): Promise<void> {
  expect((await platform.app.inject({ url: '/health/live' })).statusCode).toBe(200)
  const ready = await platform.app.inject({ url: '/health/ready' })
  expect([ready.statusCode, ready.body]).toEqual([503, '{"status":"not ready"}'])
}

const answerOf = async (asked: ReturnType<Platform['call']>) => {
  const { status, headers } = await asked
  return { status, retryAfter: headers['retry-after'] as string | undefined }
}

/** A busy pool is no leak: what was taken comes back. */
async function expectNothingTaken(): Promise<void> {
  const { confined } = platform.stores
  await expect.poll(() => confined.totalCount - confined.idleCount + confined.waitingCount, { timeout: 10_000 }).toBe(0)
  expect(confined.totalCount).toBeLessThanOrEqual(20)
}

test('DO-01 DO-16 T-110 T-115 Postgres stopped under load and in the middle of an import: 503 within two seconds, then all goes on by itself', {
  timeout: 180_000,
}, async () => {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 4_000))
  platform.gate.delayMs = 300
  const { body } = await platform.call('POST', tenant.imports, EVERYBODY)
  const run = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body
  await expect.poll(async () => (await run()).counts.seen, { timeout: 30_000 }).toBeGreaterThan(0)

  const load = steadyLoad(50, {
    users: () => answerOf(platform.call('GET', `${tenant.api}/users`)),
    writes: () => answerOf(platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })),
    notifications: async () => {
      const payload = { value: [] }
      const answer = await platform.app.inject({ method: 'POST', url: `/webhooks/graph/${tenant.accountId}`, payload })
      return { status: answer.statusCode, retryAfter: answer.headers['retry-after'] as string | undefined }
    },
  })
  await sleep(1_000)
  await database.stop()
  const from = performance.now()
  await sleep(OUTAGE_MS)
  await expectAliveNotReady()
  const to = performance.now()
  database = await startEmbeddedDatabase(place)
  const returned = performance.now()
  const users = async () => (await platform.call('GET', `${tenant.api}/users`)).status
  await expect.poll(users, { timeout: 10_000 }).toBe(200)
  platform.gate.delayMs = 0
  await expect.poll(async () => (await run()).status, { timeout: 90_000, interval: 200 }).toBe('succeeded')
  await load.stop()

  for (const kind of ['users', 'writes', 'notifications']) {
    const answers = load.answersOf(kind, from, to)
    expect(answers.length).toBeGreaterThan(20)
    expect(new Set(answers.map(({ status, retryAfter }) => `${kind} ${status} ${retryAfter}`))).toEqual(
      new Set([`${kind} 503 2`]),
    )
    expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(PATIENCE_MS)
    const late = load.answersOf(kind, returned + 10_000, Number.POSITIVE_INFINITY)
    expect(late.filter(({ status }) => status >= 500)).toEqual([])
  }
  expect((await run()).counts).toMatchObject({ seen: 4_000, created: 4_000, skipped: 0 })
  expect((await platform.app.inject({ url: '/health/ready' })).statusCode).toBe(200)
  await expectNothingTaken()
})

test('DO-04 DO-16 T-115 a pool that slow queries hold: 503 with Retry-After within two seconds, nobody queues for longer, and it recovers', {
  timeout: 60_000,
}, async () => {
  const tenant = platform.connectedTenant()
  const users = () => answerOf(platform.call('GET', `${tenant.api}/users`))
  expect((await users()).status).toBe(200)
  await expectNothingTaken()
  const { confined } = platform.stores
  const slow = Array.from({ length: 30 }, () =>
    confined.query('select pg_sleep(5)').then(
      () => 'done',
      (error: Error) => error.message,
    ),
  )
  const asked = performance.now()
  const refused = await Promise.all(Array.from({ length: 20 }, users))
  expect(new Set(refused.map(({ status, retryAfter }) => `${status} ${retryAfter}`))).toEqual(new Set(['503 2']))
  expect(performance.now() - asked).toBeLessThan(PATIENCE_MS)
  await expectAliveNotReady()
  // The worker asks too, and gives up as soon.
  expect(confined.waitingCount).toBeLessThan(10)
  expect((await Promise.all(slow)).filter((outcome) => outcome === 'done').length).toBeGreaterThan(10)
  await expect.poll(async () => (await users()).status, { timeout: 5_000 }).toBe(200)
  expect((await platform.app.inject({ url: '/health/ready' })).statusCode).toBe(200)
})
