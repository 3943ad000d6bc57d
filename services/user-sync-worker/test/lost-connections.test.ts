import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setInterval as every } from 'node:timers/promises'
import { findRedisBinary, startRedisServer } from '@jackfield/local-stores/redis-server'
import type { TestDatabase } from '@jackfield/test-environment/database'
import { endBackends } from '@jackfield/test-environment/end-backends'
import { startFailover } from '@jackfield/test-environment/failover'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { Redis } from 'ioredis'
import { afterEach, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { type ServiceProcesses, serviceProcesses } from './support/service-processes.ts'

// API and worker as they are run. Every connection that they have to their stores is ended five times a second.

const ROUNDS = 40
const SLOW = { timeout: 60_000 }
const EVERYBODY = { all: true, sync: true, sso: true }
const binary = findRedisBinary()

let platform: Platform
let processes: ServiceProcesses
async function givenPlatform(database?: TestDatabase): Promise<void> {
  platform = await startPlatform({ ...(database && { database }) })
  processes = serviceProcesses(platform)
}
afterEach(async () => {
  processes.killAll()
  await platform.close()
})

type Process = Awaited<ReturnType<ServiceProcesses['start']>>

/** Reads and writes at the API and an import at the worker, while `lose` cuts them off. */
async function loseConnectionsOf(api: Process, worker: Process, lose: () => Promise<void>): Promise<void> {
  const ask = async (path: string, body?: object) => {
    const headers = {
      authorization: platform.authorization({ scope: 'platform', role: 'admin' }),
      'content-type': 'application/json',
    }
    const sent = body && { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`http://127.0.0.1:${api.port}${path}`, { ...sent, headers })
    const text = await answer.text()
    const retryAfter = answer.headers.get('retry-after') ?? undefined
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), retryAfter }
  }
  const big = platform.connectedTenant(addLargeDirectory(platform, 4_000))
  platform.gate.delayMs = 300
  const { body: asked } = await ask(big.imports, EVERYBODY)
  const tenant = platform.connectedTenant()
  const questions = {
    users: () => ask(`${tenant.api}/users`),
    write: () => ask(`${tenant.api}/phone-systems`, { name: 'Head office' }),
    runs: () => ask(`${big.api}/sync-runs`),
    notifications: () => ask(`/webhooks/graph/${tenant.accountId}`, { value: [] }),
    events: async () => {
      const headers = { authorization: platform.authorization({ scope: 'platform', role: 'admin' }) }
      const url = `http://127.0.0.1:${api.port}${big.api}/sync-runs/${asked.runId}/events`
      const stream = await fetch(url, { headers })
      await stream.body?.cancel()
      return { status: stream.status, retryAfter: stream.headers.get('retry-after') ?? undefined }
    },
  }
  const load = steadyLoad(60, questions)
  await lose()
  await load.stop()

  for (const { child, output } of [api, worker])
    expect([child.exitCode, child.exitCode === null ? '' : output().slice(-2_000)]).toEqual([null, ''])
  for (const kind of Object.keys(questions)) {
    const answers = load
      .answersOf(kind, 0, Number.POSITIVE_INFINITY)
      .map(({ status, retryAfter }) => `${status} ${retryAfter}`)
    expect(answers.length).toBeGreaterThan(10)
    const isServed = (answer: string) => /^2\d\d undefined$/.test(answer)
    expect([kind, new Set(answers.filter((answer) => !isServed(answer) && answer !== '503 2'))]).toEqual([
      kind,
      new Set(),
    ])
    expect(answers.filter(isServed).length).toBeGreaterThan(0)
  }
  // More at the same time than the pool has connections, as soon as it has seen the end of the last ones.
  for (const question of Object.values(questions)) {
    const refused = async () =>
      (await Promise.all(Array.from({ length: 30 }, question))).filter(({ status }) => status >= 300)
    await expect.poll(refused, { timeout: 5_000 }).toEqual([])
  }
  await Promise.all([api.ready(), worker.ready()])
  platform.gate.delayMs = 0
  const run = async () => (await ask(`${big.api}/sync-runs/${asked.runId}`)).body
  await expect.poll(async () => (await run()).status, { timeout: 90_000, interval: 200 }).toBe('succeeded')
  expect((await run()).counts).toMatchObject({ seen: 4_000, created: 4_000, skipped: 0 })
  // The queue as well is what it was: a run that is asked for now is worked on at once.
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ status: 'succeeded' })
}

test('FC-43 T-122 connections to Postgres ended five times a second, of API, worker and queue, also while they start: no process ends, answers are 2xx or 503, and the import is complete', {
  timeout: 240_000,
}, async () => {
  await givenPlatform()
  const whileStarting = await endBackends(platform.stores.database.url, 50)
  const api = await processes.start('api')
  const worker = await processes.start('worker')
  await expect.poll(whileStarting.ended, SLOW).toBeGreaterThan(10)
  await whileStarting.stop()
  await Promise.all([api.ready(), worker.ready()])
  await loseConnectionsOf(api, worker, async () => {
    const ending = await endBackends(platform.stores.database.url)
    await expect.poll(ending.rounds, SLOW).toBeGreaterThan(ROUNDS)
    await ending.stop()
    expect(ending.ended()).toBeGreaterThan(ROUNDS)
  })
})

test('FC-41 T-123 Postgres that only reads, after a failover or for want of space: API, worker and queue are not ready within 10 s, answers are 2xx or 503, and the import is complete', {
  timeout: 240_000,
}, async () => {
  const postgres = await startFailover()
  await givenPlatform({ url: postgres.url, drop: postgres.stop })
  const api = await processes.start('api')
  const worker = await processes.start('worker')
  await Promise.all([api.ready(), worker.ready()])
  const statuses = () =>
    Promise.all([api, worker].map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/health/ready`)).status))
  const SOON = { timeout: 10_000 }
  await loseConnectionsOf(api, worker, async () => {
    await postgres.failOver()
    await expect.poll(statuses, SOON).toEqual([503, 503])
    await postgres.promote()
    await expect.poll(statuses, SOON).toEqual([200, 200])
    await postgres.setReadOnly(true)
    await expect.poll(statuses, SOON).toEqual([503, 503])
    await postgres.setReadOnly(false)
    await expect.poll(statuses, SOON).toEqual([200, 200])
  })
})

test.skipIf(!binary)(
  'T-122 connections to Redis ended five times a second, of API and worker: no process ends, answers are 2xx or 503, and the import is complete',
  { timeout: 240_000 },
  async () => {
    await givenPlatform()
    const folder = await mkdtemp(join(tmpdir(), 'jackfield-redis-'))
    const redis = await startRedisServer({ binary: binary ?? '', folder })
    const settings = { REDIS_URL: redis.url }
    const api = await processes.start('api', settings)
    const worker = await processes.start('worker', settings)
    await Promise.all([api.ready(), worker.ready()])
    const admin = new Redis(redis.url)
    await loseConnectionsOf(api, worker, async () => {
      let round = 0
      for await (const _ of every(200)) {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
        if (++round === ROUNDS) break
      }
    })
    admin.disconnect()
    processes.killAll()
    await redis.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },
)
