import { mkdtemp, readdir, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { findRedisBinary, type RedisServer, startRedisServer } from '@jackfield/local-stores/redis-server'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bullmqConsumer } from '../src/adapters/queue/bullmq-sync-queue.ts'
import { slotsForRuns } from '../src/domain/fair-share.ts'
import { reconcileSyncRuns, scheduleSyncRuns } from '../src/jobs/enqueue-sync-runs.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { CONTOSO_DIRECTORY_ID, type Platform, startPlatform } from './support/platform.ts'
import { serviceProcesses } from './support/service-processes.ts'

// A Redis of its own with the settings we ship, which these tests stop, and cut as a machine does that lost its power.

const JOBS = 1_000
const OUTAGE_MS = 5_000
const EVERYBODY = { all: true, sync: true, sso: true }

const binary = findRedisBinary()
if (!binary && process.env.CI === 'true') throw new Error('Under CI the Redis tests must run: install redis-server.')

let place: { binary: string; folder: string; port: number }
let redis: RedisServer
let platform: Platform
beforeEach(async () => {
  place = {
    binary: binary ?? '',
    folder: await mkdtemp(join(tmpdir(), 'jackfield-redis-')),
    port: await findFreePort(),
  }
  if (!binary) return
  redis = await startRedisServer(place)
  platform = await startPlatform({ engine: { kind: 'redis', url: redis.url } })
})
afterEach(async () => {
  if (binary) {
    await platform.close()
    await redis.stop()
  }
  await rm(place.folder, { recursive: true, force: true, maxRetries: 5 })
})

async function waitingJobs(): Promise<number> {
  const client = new Redis(redis.url)
  const queues = Object.values(platform.stores.queue.queues)
  const counts = await Promise.all(queues.map(({ name }) => client.llen(`jackfield:${name}:wait`)))
  client.disconnect()
  return counts.reduce((sum, count) => sum + count, 0)
}

/** What the last moments wrote is not on the disk. */
async function loseTail(share: number): Promise<void> {
  const folder = join(place.folder, 'appendonlydir')
  const log = (await readdir(folder)).find((name) => name.endsWith('.incr.aof')) ?? ''
  const { size } = await stat(join(folder, log))
  await truncate(join(folder, log), Math.floor(size * (1 - share)))
}

async function givenDueAccounts(count: number): Promise<void> {
  const accounts = Array.from({ length: count }, () => platform.connectedTenant())
  await platform.stores.pool.query(
    `insert into roster.account_sync (account_id, tenant_id, directory_id, next_delta_at, next_full_at)
     select t.*, $3, now(), now() + interval '1 day' from unnest($1::uuid[], $2::uuid[]) as t`,
    [accounts.map(({ accountId }) => accountId), accounts.map(({ tenantId }) => tenantId), CONTOSO_DIRECTORY_ID],
  )
}

test.skipIf(!binary)(
  'QC-06 T-111 a Redis that lost the last of 1,000 queued jobs in a power failure: each of them is derived again, and none comes twice',
  { timeout: 120_000 },
  async () => {
    await givenDueAccounts(JOBS)
    expect(await scheduleSyncRuns(platform.ports)()).toBe(JOBS)
    expect(await waitingJobs()).toBe(JOBS)
    await redis.stop()
    await loseTail(0.4)
    redis = await startRedisServer(place)
    const left = await waitingJobs()
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(JOBS)

    const isBack = () =>
      platform.ports.queue.counts().then(
        () => true,
        () => false,
      )
    await expect.poll(isBack, { timeout: 10_000 }).toBe(true)
    // As if half a minute had passed, in which nobody took them.
    await platform.stores.pool.query(`update roster.sync_run set enqueued_at = now() - interval '1 minute'`)
    const reconcile = reconcileSyncRuns(platform.ports)
    for (let brought = 0; brought < JOBS; ) brought += await reconcile()
    expect(await waitingJobs()).toBe(JOBS)
    const handled: string[] = []
    const consumer = await bullmqConsumer(
      platform.stores.queue,
      slotsForRuns(20),
    )(async (job) => void handled.push((job as { runId: string }).runId))
    await expect.poll(() => handled.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(JOBS)
    await consumer.close()
    const { rows } = await platform.stores.pool.query('select id from roster.sync_run order by id')
    expect(handled.sort()).toEqual(rows.map(({ id }) => id))
  },
)

test.skipIf(!binary)(
  'QC-07 T-111 T-115 Redis down while workers are idle and while they are busy: both go on without a restart, and who asks for a run waits a second at most',
  { timeout: 240_000 },
  async () => {
    const processes = serviceProcesses(platform)
    try {
      const settings = { REDIS_URL: redis.url, MIGRATE: 'never' }
      const worker = await processes.start('worker', settings)
      const api = await processes.start('api', settings)
      await Promise.all([worker.ready(), api.ready()])
      const headers = {
        authorization: platform.authorization({ scope: 'platform', role: 'admin' }),
        'content-type': 'application/json',
      }
      const ask = async (tenant: ReturnType<Platform['connectedTenant']>) => {
        const asked = performance.now()
        const address = `http://127.0.0.1:${api.port}${tenant.imports}`
        const answer = await fetch(address, { method: 'POST', headers, body: JSON.stringify(EVERYBODY) })
        const { runId } = (await answer.json()) as { runId: string }
        return { status: answer.status, runId, milliseconds: performance.now() - asked }
      }

      const before = platform.connectedTenant()
      expect(await platform.finishedRun(before.api, (await ask(before)).runId)).toMatchObject({ status: 'succeeded' })
      await redis.stop()
      await sleep(OUTAGE_MS)
      const idle = platform.connectedTenant()
      const asked = await ask(idle)
      expect(asked.status).toBe(202) // the run is a row already
      expect(asked.milliseconds).toBeLessThan(2_500)
      redis = await startRedisServer(place)
      expect(await platform.finishedRun(idle.api, asked.runId)).toMatchObject({ status: 'succeeded' })

      const busy = platform.connectedTenant(addLargeDirectory(platform, 4_500))
      platform.gate.delayMs = 300
      const { runId } = await ask(busy)
      const run = async () => (await platform.call('GET', `${busy.api}/sync-runs/${runId}`)).body
      await expect.poll(async () => (await run()).counts.seen, { timeout: 30_000 }).toBeGreaterThan(0)
      await redis.stop()
      await sleep(OUTAGE_MS)
      redis = await startRedisServer(place)
      platform.gate.delayMs = 0
      await expect.poll(async () => (await run()).status, { timeout: 90_000, interval: 200 }).toBe('succeeded')
      expect((await run()).counts).toMatchObject({ seen: 4_500, created: 4_500 })

      for (const { child, exited, output } of [worker, api]) {
        expect(child.exitCode).toBeNull()
        expect(output()).not.toMatch(/unhandled/i)
        child.kill('SIGTERM')
        expect(await exited).toBe(0)
      }
    } finally {
      processes.killAll()
    }
  },
)
