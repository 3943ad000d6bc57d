import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setInterval as every } from 'node:timers/promises'
import { findRedisBinary, startRedisServer } from '@jackfield/local-stores/redis-server'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { endBackends } from '@jackfield/test-environment/end-backends'
import { startFailover } from '@jackfield/test-environment/failover'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayProcess } from './gateway-process.ts'

// The service as it is run. Every connection that it has to its stores is ended five times a second.

const ROUNDS = 40
const SLOW = { timeout: 30_000 }
const binary = findRedisBinary()
let database: TestDatabase
let gateway: Awaited<ReturnType<typeof gatewayProcess>> | undefined
const closers: Array<() => Promise<unknown>> = []
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(async () => {
  await gateway?.end()
  for (const close of closers.splice(0)) await close()
  await database.drop()
})

async function loseConnectionsOf(
  { enterControl, readControl, beginSignIn, redeem, open, exitCode, isReady, output }: NonNullable<typeof gateway>,
  lose: () => Promise<void>,
) {
  const { cookie } = await enterControl()
  const begun = await beginSignIn()
  const questions = {
    write: enterControl,
    read: () => readControl(cookie),
    begin: beginSignIn,
    attempt: () => open(String(begun.headers.location), begun.cookie),
    'wrong code': () => redeem('x'.repeat(43)),
  }
  const RIGHT: Record<keyof typeof questions, RegExp> = {
    write: /^200 /,
    read: /^200 /,
    begin: /^303 /,
    attempt: /^200 /,
    'wrong code': /^400 /,
  }
  const load = steadyLoad(60, questions)
  await lose()
  await load.stop()

  expect([exitCode(), exitCode() === null ? '' : output().slice(-2_000)]).toEqual([null, ''])
  for (const kind of Object.keys(questions) as Array<keyof typeof questions>) {
    const answers = load
      .answersOf(kind, 0, Number.POSITIVE_INFINITY)
      .map(({ status, retryAfter }) => `${status} ${retryAfter}`)
    expect(answers.length).toBeGreaterThan(10)
    const served = answers.filter((answer) => RIGHT[kind].test(answer))
    expect([kind, new Set(answers.filter((answer) => !served.includes(answer) && answer !== '503 2'))]).toEqual([
      kind,
      new Set(),
    ])
    expect(served.length).toBeGreaterThan(0)
  }
  // More at the same time than the pool has connections, as soon as it has seen the end of the last ones.
  for (const [kind, question] of Object.entries(questions) as Array<
    [keyof typeof questions, (typeof questions)['read']]
  >) {
    const statuses = async () =>
      (await Promise.all(Array.from({ length: 30 }, question))).map(({ status }) => `${status} `)
    await expect
      .poll(async () => (await statuses()).filter((each) => !RIGHT[kind].test(each)), { timeout: 5_000 })
      .toEqual([])
  }
  expect(await isReady()).toBe(200)
}

test('FC-43 T-122 connections to Postgres ended five times a second, also while it starts: no process ends, answers are right or 503, and it recovers', {
  timeout: 120_000,
}, async () => {
  const whileStarting = await endBackends(database.url, 50)
  gateway = await gatewayProcess({ DATABASE_URL: database.url })
  await expect.poll(whileStarting.ended, SLOW).toBeGreaterThan(2)
  await whileStarting.stop()
  await expect.poll(gateway.isReady, SLOW).toBe(200)
  await loseConnectionsOf(gateway, async () => {
    const ending = await endBackends(database.url)
    await expect.poll(ending.rounds, SLOW).toBeGreaterThan(ROUNDS)
    await ending.stop()
    expect(ending.ended()).toBeGreaterThan(ROUNDS)
  })
})

test('FC-41 T-123 Postgres that only reads, after a failover or for want of space: not ready within 10 s, answers are right or 503, and it recovers', {
  timeout: 120_000,
}, async () => {
  const postgres = await startFailover()
  closers.push(postgres.stop)
  const SOON = { timeout: 10_000 }
  gateway = await gatewayProcess({ DATABASE_URL: postgres.url })
  const { isReady } = gateway
  await expect.poll(isReady, SLOW).toBe(200)
  await postgres.failOver()
  await expect.poll(isReady, SOON).toBe(503)
  await postgres.promote()
  await expect.poll(isReady, SOON).toBe(200)
  // Only now: sessions in Postgres are not replicated.
  await loseConnectionsOf(gateway, async () => {
    for (let round = 0; round < 20; round += 1) {
      await postgres.setReadOnly(true)
      await expect.poll(isReady, SOON).toBe(503)
      await postgres.setReadOnly(false)
      await expect.poll(isReady, SOON).toBe(200)
    }
  })
})

test.skipIf(!binary)(
  'T-122 connections to Redis ended five times a second: no process ends, answers are right or 503, and it recovers',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jackfield-redis-'))
    const redis = await startRedisServer({ binary: binary ?? '', folder })
    const admin = new Redis(redis.url)
    gateway = await gatewayProcess({ DATABASE_URL: database.url, REDIS_URL: redis.url })
    await expect.poll(gateway.isReady, SLOW).toBe(200)
    await loseConnectionsOf(gateway, async () => {
      let round = 0
      for await (const _ of every(200)) {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
        if (++round === ROUNDS) break
      }
    })
    admin.disconnect()
    await redis.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },
)
