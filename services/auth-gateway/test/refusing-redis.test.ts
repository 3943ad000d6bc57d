import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRedisBinary, type RedisServer, startRedisServer } from '@jackfield/local-stores/redis-server'
import { type Forwarder, startForwarder } from '@jackfield/local-stores/tcp-forwarder'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { steadyLoad } from '@jackfield/test-environment/steady-load'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { gatewayProcess } from './gateway-process.ts'

// The gateway as it is run, before a Redis that answers but refuses, is away, or is another one than before.

const SLOW = { timeout: 30_000 }
const NOTICED = { timeout: 10_000, interval: 100 }
const LOAD_MS = 5_000

const binary = findRedisBinary()
let folder: string
let database: TestDatabase
let gateway: Awaited<ReturnType<typeof gatewayProcess>>
let redis: RedisServer
let address: Forwarder
const closers: Array<() => Promise<unknown> | unknown> = []

beforeEach(async () => {
  if (!binary) return
  folder = await mkdtemp(join(tmpdir(), 'jackfield-redis-'))
  database = await createTestDatabase()
  closers.push(
    () => database.drop(),
    () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  )
  redis = await startRedis('first')
  address = await startForwarder(redis.port)
  closers.push(() => address.close())
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function startRedis(name: string, more: Partial<Parameters<typeof startRedisServer>[0]> = {}) {
  const place = join(folder, name)
  await mkdir(place, { recursive: true })
  const server = await startRedisServer({ binary: binary ?? '', folder: place, ...more })
  closers.push(() => server.stop())
  return server
}

function adminOf(server: RedisServer): Redis {
  const admin = new Redis(server.url, { enableReadyCheck: false })
  admin.on('error', () => undefined)
  closers.push(() => admin.disconnect())
  return admin
}

async function givenRunning(settings: Record<string, string> = {}) {
  gateway = await gatewayProcess({
    DATABASE_URL: database.url,
    REDIS_URL: `redis://127.0.0.1:${address.port}/0`,
    ...settings,
  })
  const { end } = gateway
  closers.push(end)
}

async function givenReady() {
  await givenRunning()
  await expect.poll(gateway.isReady, SLOW).toBe(200)
  return gateway.enterControl()
}

const writing = async () => `${(await gateway.enterControl()).status}`
const answersOf = (load: ReturnType<typeof steadyLoad>, kind: string, from: number) =>
  load.answersOf(kind, from, Number.POSITIVE_INFINITY).map(({ status, retryAfter }) => `${status} ${retryAfter}`)

/** Each write refused with 503, sign-ins too; the gateway alive, serving and not ready. */
async function expectRefusing(): Promise<void> {
  await expect.poll(gateway.isReady, NOTICED).toBe(503)
  for (let attempt = 0; attempt < 5; attempt++) {
    for (const { status, retryAfter } of [await gateway.enterControl(), await gateway.beginSignIn()])
      expect([status, retryAfter]).toEqual([503, '2'])
  }
  expect([await gateway.isServing(), gateway.exitCode()]).toEqual([200, null])
}

const REFUSALS: Array<[string, (admin: Redis) => Promise<unknown>, (admin: Redis) => Promise<unknown>]> = [
  ['READONLY', (admin) => admin.replicaof('127.0.0.1', 1), (admin) => admin.replicaof('NO', 'ONE')],
  ['OOM', (admin) => admin.config('SET', 'maxmemory', '1'), (admin) => admin.config('SET', 'maxmemory', '0')],
  [
    'NOREPLICAS',
    (admin) => admin.config('SET', 'min-replicas-to-write', '1'),
    (admin) => admin.config('SET', 'min-replicas-to-write', '0'),
  ],
  [
    'MASTERDOWN',
    async (admin) => {
      await admin.config('SET', 'replica-serve-stale-data', 'no')
      await admin.replicaof('127.0.0.1', 1)
    },
    (admin) => admin.replicaof('NO', 'ONE'),
  ],
  [
    'MISCONF',
    async (admin) => {
      await rm(join(folder, 'first'), { recursive: true })
      await admin.config('SET', 'save', '3600 1')
      await admin.bgsave()
      await expect.poll(() => admin.info('persistence')).toContain('rdb_last_bgsave_status:err')
    },
    (admin) => admin.config('SET', 'save', ''),
  ],
  [
    'NOAUTH',
    async (admin) => {
      await admin.config('SET', 'requirepass', 'secret')
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    },
    (admin) => admin.config('SET', 'requirepass', ''),
  ],
]

describe.skipIf(!binary)('a Redis that refuses', () => {
  test.each(REFUSALS)(
    'FC-40 T-123 S68 %s is 503 with Retry-After and not ready, and over within 10 s of its end',
    { timeout: 90_000 },
    async (_word, refuse, accept) => {
      await givenReady()
      const admin = adminOf(redis)
      await refuse(admin)
      await expectRefusing()
      await accept(admin)
      await expect.poll(writing, NOTICED).toBe('200')
      expect((await gateway.beginSignIn()).status).toBe(303)
      await expect.poll(gateway.isReady, NOTICED).toBe(200)
    },
  )

  test('FC-40 S68 a full Redis refuses writes; sessions are read as before', { timeout: 60_000 }, async () => {
    const { cookie } = await givenReady()
    await adminOf(redis).config('SET', 'maxmemory', '1')
    await expectRefusing()
    const load = steadyLoad(40, { write: gateway.enterControl, read: () => gateway.readControl(cookie) })
    await sleep(LOAD_MS)
    await load.stop()
    expect(new Set(answersOf(load, 'write', 0))).toEqual(new Set(['503 2']))
    const reads = answersOf(load, 'read', 0)
    expect(reads.filter((each) => each !== '200 undefined' && each !== '503 2')).toEqual([])
    expect(reads.filter((each) => each === '200 undefined').length).toBeGreaterThan(reads.length * 0.9)
  })
})

describe.skipIf(!binary)('a failover behind one address', () => {
  /** The first Redis stays up, as the replica of the second. */
  async function failOver(): Promise<{ first: Redis; second: Redis }> {
    const other = await startRedis('second')
    const [first, second] = [adminOf(redis), adminOf(other)]
    await first.config('SET', 'repl-diskless-sync-delay', '0')
    await second.replicaof('127.0.0.1', redis.port)
    await expect.poll(() => second.info('replication'), NOTICED).toContain('master_link_status:up')
    await second.replicaof('NO', 'ONE')
    await first.replicaof('127.0.0.1', other.port)
    address.switchTo(other.port)
    return { first, second }
  }

  test('FC-40 T-123 S68 under load: answers are right or 503, and all right within 10 s, without a restart', {
    timeout: 60_000,
  }, async () => {
    const { cookie } = await givenReady()
    const load = steadyLoad(40, { write: gateway.enterControl, read: () => gateway.readControl(cookie) })
    await sleep(500)
    await failOver()
    const failedOver = performance.now()
    await expect.poll(writing, NOTICED).toBe('200')
    await sleep(1_000)
    await load.stop()
    for (const kind of ['write', 'read']) {
      const odd = answersOf(load, kind, 0).filter((each) => each !== '200 undefined' && each !== '503 2')
      expect([kind, odd]).toEqual([kind, []])
      expect(new Set(answersOf(load, kind, failedOver + 10_000))).not.toContain('503 2')
    }
    expect(await gateway.isReady()).toBe(200)
  })

  test('FC-40 a gateway that only reads notices it within 10 s, too: what was ended on the new primary is over', {
    timeout: 60_000,
  }, async () => {
    const { cookie } = await givenReady()
    const { first, second } = await failOver()
    await first.replicaof('127.0.0.1', 1) // what it knows is old from now on
    await second.flushall()
    await expect.poll(async () => (await gateway.readControl(cookie)).status, NOTICED).toBe(401)
  })

  test('FC-40 a primary that vanished without a word: 503 within 3 s, and over within 10 s', {
    timeout: 60_000,
  }, async () => {
    await givenReady()
    const other = await startRedis('second')
    address.switchTo(other.port)
    address.mute()
    const asked = performance.now()
    expect(await writing()).toBe('503')
    expect(performance.now() - asked).toBeLessThan(3_000)
    await expect.poll(writing, NOTICED).toBe('200')
  })
})

test.skipIf(!binary)(
  'FC-74 two installations on one Redis: every key of each begins with its own prefix',
  SLOW,
  async () => {
    for (const settings of [{ REDIS_PREFIX: 'staging' }, {}] as Array<Record<string, string>>) {
      await givenRunning(settings)
      await expect.poll(gateway.isReady, SLOW).toBe(200)
      expect([(await gateway.enterControl()).status, (await gateway.beginSignIn()).status]).toEqual([200, 303])
    }
    const prefixes = (await adminOf(redis).keys('*')).map((key) => key.split(':')[0])
    expect(prefixes.filter((prefix) => prefix === 'staging').length).toBeGreaterThan(3)
    expect(new Set(prefixes)).toEqual(new Set(['staging', 'jackfield']))
  },
)

describe.skipIf(!binary)('a Redis that is away', () => {
  const KEYS = 20_000
  const recordsIn = async (admin: Redis) => (await admin.keys('jackfield:record:*')).length

  test('FC-67 T-123 one that loads a large log: what was answered 503 is never written, and it is back within 2 s', {
    timeout: 90_000,
  }, async () => {
    const { cookie } = await givenReady()
    const filling = adminOf(redis)
    const filler = filling.pipeline()
    for (let index = 0; index < KEYS; index++) filler.set(`filler:${index}`, 'x'.repeat(100))
    await filler.exec()
    const before = await recordsIn(filling)
    filling.disconnect()
    const load = steadyLoad(40, { write: gateway.enterControl, begin: gateway.beginSignIn })
    await redis.stop()
    const stopped = performance.now()
    await sleep(500)
    const { port } = redis
    redis = await startRedis('first', {
      port,
      untilItSays: 'Server initialized',
      args: [
        '--key-load-delay',
        '500',
        '--loading-process-events-interval-bytes',
        '2048',
        '--aof-use-rdb-preamble',
        'no',
      ],
    })
    const admin = adminOf(redis)
    await expect.poll(() => admin.info('persistence').catch(() => ''), NOTICED).toMatch(/^loading:1/m)
    await sleep(2_500)
    expect([await gateway.isReady(), await gateway.isServing()]).toEqual([503, 200])
    await load.stop()
    expect(await admin.info('persistence')).toMatch(/^loading:1/m)
    for (const kind of ['write', 'begin'])
      expect([kind, new Set(answersOf(load, kind, stopped + 100))]).toEqual([kind, new Set(['503 2'])])
    const written = load.answersOf('write', 0, stopped).length + load.answersOf('begin', 0, stopped).length

    await expect.poll(() => admin.info('persistence'), { ...SLOW, interval: 20 }).toMatch(/^loading:0/m)
    const loaded = performance.now()
    const read = async () => (await gateway.readControl(cookie)).status
    await expect.poll(read, { timeout: 2_500, interval: 50 }).toBe(200)
    expect(performance.now() - loaded).toBeLessThan(2_000)
    await sleep(1_000)
    expect(await recordsIn(admin)).toBeLessThanOrEqual(before + 2 * written)
  })

  /** What needs no store is served, what needs one is 503. */
  async function expectServedWithout(): Promise<void> {
    for (const path of ['/auth/.well-known/openid-configuration', '/auth/jwks'])
      expect([path, (await gateway.open(path, '')).status]).toEqual([path, 200])
    const begun = await gateway.beginSignIn()
    expect([begun.status, begun.retryAfter, await gateway.isReady()]).toEqual([503, '2', 503])
  }

  test('FC-68 the gateway serves discovery, keys and files, and stays in its Service; one that starts meanwhile joins when Redis is back', {
    timeout: 60_000,
  }, async () => {
    await givenReady()
    expect(await gateway.isServing()).toBe(200)
    const { port } = redis
    await redis.stop()
    await expectServedWithout()
    expect(await gateway.isServing()).toBe(200)

    await gateway.restart({})
    await expect.poll(gateway.isServing, SLOW).toBe(503)
    await expect.poll(async () => (await gateway.open('/auth/jwks', '').catch(() => undefined))?.status, SLOW).toBe(200)
    await expectServedWithout()
    expect(await gateway.isServing()).toBe(503)
    await startRedis('first', { port })
    await expect.poll(gateway.isServing, NOTICED).toBe(200)
    expect(await writing()).toBe('200')
  })
})
