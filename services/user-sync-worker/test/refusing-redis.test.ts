import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findRedisBinary, type RedisServer, startRedisServer } from '@jackfield/local-stores/redis-server'
import { type Forwarder, startForwarder } from '@jackfield/local-stores/tcp-forwarder'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'
import { serviceProcesses } from './support/service-processes.ts'

// API and worker as they are run, with queues in a Redis that answers but refuses, or is another one than before.

const SLOW = { timeout: 30_000 }
const NOTICED = { timeout: 10_000, interval: 100 }
const EVERYBODY = { all: true, sync: true, sso: true }
const REFUSED_MS = 4_000

const binary = findRedisBinary()
let folder: string
let redis: RedisServer
let address: Forwarder
let platform: Platform
const closers: Array<() => Promise<unknown> | unknown> = []

beforeEach(async () => {
  if (!binary) return
  folder = await mkdtemp(join(tmpdir(), 'jackfield-redis-'))
  closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  redis = await startRedis('first')
  address = await startForwarder(redis.port)
  platform = await startPlatform()
  closers.push(
    () => address.close(),
    () => platform.close(),
  )
})
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function startRedis(name: string): Promise<RedisServer> {
  const place = join(folder, name)
  await mkdir(place)
  const server = await startRedisServer({ binary: binary ?? '', folder: place })
  closers.push(() => server.stop())
  return server
}

function adminOf({ url }: RedisServer): Redis {
  const admin = new Redis(url)
  closers.push(() => admin.disconnect())
  return admin
}

async function givenRunning(settings: Record<string, string> = {}, on: Platform = platform) {
  const processes = serviceProcesses(on)
  closers.push(() => processes.killAll())
  const all = { REDIS_URL: `redis://127.0.0.1:${address.port}/0`, MIGRATE: 'never', ...settings }
  const api = await processes.start('api', all)
  const worker = await processes.start('worker', all)
  await Promise.all([api.ready(), worker.ready()])
  const headers = {
    authorization: on.authorization({ scope: 'platform', role: 'admin' }),
    'content-type': 'application/json',
  }
  return {
    api,
    worker,
    /** Asks the API for an import of everybody; its run, and how soon that was answered. */
    async importAll() {
      const tenant = on.connectedTenant()
      const asked = performance.now()
      const path = `http://127.0.0.1:${api.port}${tenant.imports}`
      const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(EVERYBODY) })
      const { runId } = (await answer.json()) as { runId: string }
      const run = async () => (await on.call('GET', `${tenant.api}/sync-runs/${runId}`)).body.status
      return { status: answer.status, milliseconds: performance.now() - asked, run }
    },
    async healthOf({ port }: { port: number }) {
      const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}/health/${path}`)).status
      return { live: await ask('live'), ready: await ask('ready'), serving: await ask('serving') }
    },
  }
}

const REFUSALS: Array<[string, (admin: Redis) => Promise<unknown>, (admin: Redis) => Promise<unknown>]> = [
  ['READONLY', (admin) => admin.replicaof('127.0.0.1', 1), (admin) => admin.replicaof('NO', 'ONE')],
  ['OOM', (admin) => admin.config('SET', 'maxmemory', '1'), (admin) => admin.config('SET', 'maxmemory', '0')],
  [
    'NOREPLICAS',
    (admin) => admin.config('SET', 'min-replicas-to-write', '1'),
    (admin) => admin.config('SET', 'min-replicas-to-write', '0'),
  ],
]

describe.skipIf(!binary)('queues in a Redis that refuses', () => {
  test.each(REFUSALS)(
    'FC-40 T-123 S68 %s: an import is taken within a second, not ready is said and requests are served, and the import begins within 10 s of its end',
    { timeout: 120_000 },
    async (_word, refuse, accept) => {
      const { api, worker, importAll, healthOf } = await givenRunning()
      const first = await importAll()
      await expect.poll(first.run, SLOW).toBe('succeeded')
      const admin = adminOf(redis)
      await refuse(admin)
      const asked = await importAll()
      expect(asked.status).toBe(202) // the run is a row already
      expect(asked.milliseconds).toBeLessThan(2_000)
      const said = worker.output().length
      await sleep(REFUSED_MS)
      for (const each of [api, worker]) expect(await healthOf(each)).toEqual({ live: 200, ready: 503, serving: 200 })
      expect(worker.output().slice(said).split('\n').length).toBeLessThan(200) // refused again and again, not in a rush
      expect(await asked.run()).toBe('queued')
      await accept(admin)
      await expect.poll(asked.run, NOTICED).not.toBe('queued')
      await expect.poll(asked.run, SLOW).toBe('succeeded')
      await Promise.all([api.ready(), worker.ready()])
      for (const { child } of [api, worker]) expect(child.exitCode).toBeNull()
    },
  )

  test('FC-74 two installations on one Redis: each works on its own imports, under its own prefix', {
    timeout: 120_000,
  }, async () => {
    const other = await startPlatform()
    closers.push(() => other.close())
    const installations = [await givenRunning(), await givenRunning({ REDIS_PREFIX: 'staging' }, other)]
    const imports = installations.flatMap(({ importAll }) => Array.from({ length: 4 }, importAll))
    // The reconciler brings a job back that another installation took, but only after half a minute.
    for (const { run } of await Promise.all(imports)) await expect.poll(run, { timeout: 20_000 }).toBe('succeeded')
    const prefixes = (await adminOf(redis).keys('*')).map((key) => key.split(':')[0])
    expect(new Set(prefixes)).toEqual(new Set(['jackfield', 'staging']))
  })

  test('FC-40 T-123 a failover behind one address: the worker takes jobs of the new primary within 10 s, without a restart', {
    timeout: 120_000,
  }, async () => {
    const { api, worker, importAll } = await givenRunning()
    const other = await startRedis('second')
    const [first, second] = [adminOf(redis), adminOf(other)]
    await first.config('SET', 'repl-diskless-sync-delay', '0')
    await second.replicaof('127.0.0.1', redis.port)
    await expect.poll(() => second.info('replication'), NOTICED).toContain('master_link_status:up')
    await second.replicaof('NO', 'ONE')
    await first.replicaof('127.0.0.1', other.port)
    address.switchTo(other.port) // open connections stay with the first
    const asked = await importAll()
    expect(asked.status).toBe(202)
    await expect.poll(asked.run, NOTICED).not.toBe('queued')
    await expect.poll(asked.run, SLOW).toBe('succeeded')
    await Promise.all([api.ready(), worker.ready()])
  })
})
