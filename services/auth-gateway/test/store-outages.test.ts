import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { findRedisBinary, startRedisServer } from '@jackfield/local-stores/redis-server'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { Redis } from 'ioredis'
import * as client from 'openid-client'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { connectRedis } from '../src/adapters/records/redis-connection.ts'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'

// Stores of their own, which these tests stop under load.

const OUTAGE_MS = 6_000
/** A session that was just looked at is remembered for a moment. */
const REMEMBERED_MS = 2_000
/** 2 s for a store, and what a busy machine adds. */
const PATIENCE_MS = 3_000

const binary = findRedisBinary()
let folder: string
const closers: Array<() => Promise<unknown>> = []
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jackfield-outages-'))
  await chmod(folder, 0o755)
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

async function givenSignedIn({ redisUrl, ...options }: Parameters<typeof givenGateway>[0] & { redisUrl?: string }) {
  const redis = redisUrl ? connectRedis(redisUrl, () => {}) : undefined
  const world = await givenGateway({ ...options, ...(redis ? { redis } : {}) })
  if (redis) closers.push(async () => redis.disconnect())
  closers.push(() => world.close())
  givenApp(world, 'web-client')
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  const { browser } = await signIn(world, 'contoso')
  const mine = browser.cookies.filter(({ host }) => host === 'contoso.phone.localhost')
  const cookie = mine.map(({ name, value }) => `${name}=${value}`).join('; ')
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const { status, headers: got } = await send(world.originOf('contoso') + path, { headers })
    return { status, retryAfter: got['retry-after'] }
  }
  return {
    world,
    verify: () => ask('/auth/verify', { cookie }),
    verifyStranger: () => ask('/auth/verify'),
    discover: () => ask('/auth/.well-known/openid-configuration'),
  }
}

const atInside = ({ port }: World, path: string) => send(`http://127.0.0.1:${port}${path}`)

/** Alive, not ready, and no word about why (DO-16). */
async function expectAliveNotReady(world: World): Promise<void> {
  expect((await atInside(world, '/health/live')).status).toBe(200)
  const ready = await atInside(world, '/health/ready')
  expect([ready.status, ready.text]).toEqual([503, '{"status":"not ready"}'])
}

type Load = ReturnType<typeof steadyLoad>
function expectRefused(load: Load, kind: string, from: number, to: number): void {
  const answers = load.answersOf(kind, from, to)
  expect(answers.length).toBeGreaterThan(10)
  expect(new Set(answers.map(({ status, retryAfter }) => `${kind} ${status} ${retryAfter}`))).toEqual(
    new Set([`${kind} 503 2`]),
  )
  expect(Math.max(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(PATIENCE_MS)
}
function expectServed(load: Load, kind: string, status: number, from: number, to: number): void {
  const answers = load.answersOf(kind, from, to)
  expect(answers.length).toBeGreaterThan(10)
  expect(new Set(answers.map((answer) => `${kind} ${answer.status}`))).toEqual(new Set([`${kind} ${status}`]))
}

async function givenOwnDatabase(): Promise<{
  urlOf(name: string): Promise<string>
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
}> {
  const place = { folder: join(folder, 'postgres'), port: await findFreePort(), password: 'test', durable: true }
  let database = await startEmbeddedDatabase(place)
  let isUp = true
  const own = {
    async urlOf(name: string) {
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return Object.assign(new URL(database.url), { pathname: `/${name}` }).href
    },
    async stop(mode?: 'fast' | 'immediate') {
      if (isUp) await database.stop(mode)
      isUp = false
    },
    async start() {
      database = await startEmbeddedDatabase(place)
      isUp = true
    },
  }
  closers.push(() => own.stop())
  return own
}

test.skipIf(!binary)(
  'DO-01 DO-16 T-115 Postgres stopped under load: sessions in Redis pass, sessions in Postgres are 503 within two seconds, and all is well after its return',
  { timeout: 120_000 },
  async () => {
    const own = await givenOwnDatabase()
    const redis = await startRedisServer({ binary: binary as string, folder })
    closers.push(() => redis.stop())
    const at = async (name: string) => ({ url: await own.urlOf(name), drop: async () => undefined })
    const inRedis = await givenSignedIn({ database: await at('one'), redisUrl: redis.url })
    const inPostgres = await givenSignedIn({ database: await at('two') })
    const load = steadyLoad(50, {
      'in Redis': inRedis.verify,
      'in Postgres': inPostgres.verify,
      discovery: inPostgres.discover,
    })
    await sleep(1_000)
    await own.stop()
    const from = performance.now() + REMEMBERED_MS
    await sleep(OUTAGE_MS)
    for (const { world } of [inRedis, inPostgres]) await expectAliveNotReady(world)
    const to = performance.now()
    await own.start()
    const returned = performance.now()
    await expect.poll(async () => (await inPostgres.verify()).status, { timeout: 10_000 }).toBe(200)
    await sleep(1_000)
    await load.stop()

    expectServed(load, 'in Redis', 200, from, to)
    expectServed(load, 'discovery', 200, from, to)
    expectRefused(load, 'in Postgres', from, to)
    const late = load.answersOf('in Postgres', returned + 10_000, Number.POSITIVE_INFINITY)
    expect(late.filter(({ status }) => status !== 200)).toEqual([])
    for (const { world } of [inRedis, inPostgres]) {
      expect((await atInside(world, '/health/ready')).status).toBe(200)
      const { totalCount, idleCount, waitingCount } = world.pool
      expect([totalCount - idleCount, waitingCount]).toEqual([0, 0])
      expect(world.faults).toEqual([])
    }
  },
)

test.skipIf(!binary)(
  'DO-05 DO-16 T-115 Redis stopped, then silent, under load: no session passes unchecked, 503 at once and in the metrics, and sessions are back with it',
  { timeout: 120_000 },
  async () => {
    const place = {
      binary: binary as string,
      folder: await mkdtemp(join(folder, 'redis-')),
      port: await findFreePort(),
    }
    let redis = await startRedisServer(place)
    closers.push(() => redis.stop())
    const { world, verify, verifyStranger, discover } = await givenSignedIn({ redisUrl: redis.url })
    expect((await verify()).status).toBe(200)

    const load = steadyLoad(50, { session: verify, stranger: verifyStranger, discovery: discover })
    await sleep(500)
    await redis.stop()
    const from = performance.now() + REMEMBERED_MS
    await sleep(OUTAGE_MS)
    await expectAliveNotReady(world)
    // Asked later than this, a question may still be answered in time by the Redis that is back.
    const to = performance.now() - 2_000
    redis = await startRedisServer(place)
    await expect.poll(async () => (await verify()).status, { timeout: 5_000 }).toBe(200)

    // Not gone, but mute: as a machine that hangs.
    const control = new Redis(redis.url)
    await control.client('PAUSE', OUTAGE_MS + 4_000, 'ALL')
    control.disconnect()
    const muteFrom = performance.now() + REMEMBERED_MS
    await sleep(OUTAGE_MS)
    const muteTo = performance.now()
    await expect.poll(async () => (await verify()).status, { timeout: 10_000 }).toBe(200)
    await load.stop()

    for (const [start, end] of [
      [from, to],
      [muteFrom, muteTo],
    ] as const) {
      expectRefused(load, 'session', start, end)
      expectServed(load, 'stranger', 401, start, end)
      expectServed(load, 'discovery', 200, start, end)
    }
    expect((await atInside(world, '/metrics')).text).toMatch(
      /http_request_duration_seconds_count\{[^}]*route="\/auth\/verify"[^}]*status="503"[^}]*\} [1-9]/,
    )
    expect((await atInside(world, '/health/ready')).status).toBe(200)
    expect(world.faults).toEqual([])
  },
)

test('DO-04 DO-16 T-115 twenty slow queries hold the pool: 503 with Retry-After within two seconds, no longer queue, and it recovers', {
  timeout: 60_000,
}, async () => {
  const { world, verify, discover } = await givenSignedIn({})
  const slow = Array.from({ length: 20 }, () =>
    world.pool.query('select pg_sleep(5)').then(
      () => 'done',
      (error: Error) => error.message,
    ),
  )
  const asked = performance.now()
  const refused = await Promise.all(Array.from({ length: 20 }, verify))
  expect(new Set(refused.map(({ status, retryAfter }) => `${status} ${retryAfter}`))).toEqual(new Set(['503 2']))
  expect(performance.now() - asked).toBeLessThan(PATIENCE_MS)
  expect(world.pool.waitingCount).toBe(0)
  expect((await discover()).status).toBe(200)
  await expectAliveNotReady(world)
  expect((await Promise.all(slow)).filter((outcome) => outcome === 'done')).toHaveLength(10)
  expect((await verify()).status).toBe(200)
  expect((await atInside(world, '/health/ready')).status).toBe(200)
})

test('S48 T-115 sessions and refresh tokens in Postgres survive its crash', { timeout: 120_000 }, async () => {
  const own = await givenOwnDatabase()
  const { world, verify } = await givenSignedIn({ database: { url: await own.urlOf('crashed'), drop: async () => {} } })
  const { app, tokens } = await signIn(world, 'contoso')
  // What waits for no disk is there within half a second.
  const { rows } = await world.pool.query('select pg_current_wal_insert_lsn() as place')
  const isWritten = async () =>
    (await world.pool.query('select pg_current_wal_flush_lsn() >= $1::pg_lsn as yes', [rows[0].place])).rows[0].yes
  await expect.poll(isWritten, { timeout: 10_000 }).toBe(true)

  await own.stop('immediate')
  await own.start()
  await expect.poll(async () => (await verify()).status, { timeout: 20_000 }).toBe(200)
  const refreshed = await client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
  expect(refreshed.access_token).toBeTruthy()
})
