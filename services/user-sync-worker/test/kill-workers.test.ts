import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { findRedisBinary, startRedisServer } from '@jackfield/local-stores/redis-server'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { seededRandom } from './support/seeded-random.ts'
import { type ServiceProcesses, serviceProcesses } from './support/service-processes.ts'

// Stores of its own, which it may flush and restart without another test noticing.

const SIZE = 20_000
const KILLS = 50
const FLUSH_AT = 17
const RESTART_AT = 34
/** How far the kills may be behind the import, of which the last part is kept for after them. */
const LEEWAY = 8
const LONGEST_WAIT = 90_000
/** Slower than the test looks, so that it sees every page. */
const PAGE_MS = 100

const binary = findRedisBinary()

test.skipIf(!binary)(
  'S35 QC-01 T-110 T-111 workers killed at 50 moments, Redis flushed once and Postgres restarted once: the roster is that of an undisturbed import',
  { timeout: 900_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jackfield-kills-'))
    const place = { folder: join(folder, 'postgres'), port: await findFreePort(), password: 'test', durable: true }
    let database = await startEmbeddedDatabase(place)
    const redis = await startRedisServer({ binary: binary as string, folder })
    const control = new Redis(redis.url)
    const own = { url: database.url, drop: async () => undefined }
    const platform = await startPlatform({ database: own, engine: { kind: 'redis', url: redis.url } })
    const processes = serviceProcesses(platform)
    try {
      const directoryId = addLargeDirectory(platform, SIZE)
      const tenant = platform.connectedTenant(directoryId)
      const runId = await createRun(platform, tenant, directoryId)
      platform.gate.delayMs = PAGE_MS
      await killInMidImport(platform, processes, redis.url, async (kills) => {
        if (kills === FLUSH_AT) await control.flushall()
        if (kills === RESTART_AT) {
          await database.stop()
          database = await startEmbeddedDatabase(place)
        }
        return seenOf(platform, tenant, runId)
      })
      platform.gate.delayMs = 0

      const run = await ended(platform, tenant, runId)
      expect(run).toMatchObject({ status: 'succeeded', error: null })
      expect(run.counts).toEqual({
        seen: SIZE,
        created: SIZE,
        updated: 0,
        unchanged: 0,
        disabled: 0,
        deleted: 0,
        skipped: 0,
      })

      const undisturbed = platform.connectedTenant(directoryId)
      await ended(platform, undisturbed, await createRun(platform, undisturbed, directoryId))
      const roster = await platform.roster(tenant.tenantId)
      expect(roster).toHaveLength(SIZE)
      expect(roster).toEqual(await platform.roster(undisturbed.tenantId))
    } finally {
      processes.killAll()
      await platform.close()
      control.disconnect()
      await redis.stop()
      await database.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  },
)

/**
 * Two workers, of which one is killed at a random moment and replaced, again and again, while the import goes on from
 * page to page.
 */
async function killInMidImport(
  platform: Platform,
  processes: ServiceProcesses,
  redisUrl: string,
  disturb: (kills: number) => Promise<number | undefined>,
): Promise<void> {
  const random = seededRandom(20_000)
  const settings = { REDIS_URL: redisUrl, MIGRATE: 'never', IMPORT_SLICE_SECONDS: '0.1' }
  const workers = [await processes.start('worker', settings), await processes.start('worker', settings)]
  const share = (kills: number) => (SIZE * Math.max(0, kills)) / (KILLS + LEEWAY)
  for (let kills = 1; kills <= KILLS; kills++) {
    let go = () => {}
    for (const until = Date.now() + LONGEST_WAIT; Date.now() < until; ) {
      const seen = await disturb(0)
      const isAhead = seen !== undefined && seen >= share(kills)
      // No more pages until the kills have caught up: the import must not end before them, however fast the machine is.
      if (isAhead && !platform.gate.until) platform.gate.until = new Promise((resolve) => (go = resolve))
      if (seen !== undefined && seen >= share(kills - LEEWAY)) break
      await sleep(50)
    }
    await sleep(random.below(300))
    const victim = random.below(workers.length)
    workers[victim]?.child.kill('SIGKILL')
    await workers[victim]?.exited
    workers[victim] = await processes.start('worker', settings)
    await disturb(kills)
    // As if the dead worker's lease had run out meanwhile; a living one that loses its own writes nothing more.
    await platform.stores.pool.query(
      `update roster.sync_run set lease_expires_at = now() - interval '1 second', enqueued_at = now() - interval '1 minute'
       where status = 'running'`,
    )
    platform.gate.until = undefined
    go()
  }
  expect(await disturb(0)).toBeLessThan(SIZE)
}

type Tenant = ReturnType<Platform['connectedTenant']>

async function createRun(platform: Platform, tenant: Tenant, directoryId: string): Promise<string> {
  const run = { ...tenant, directoryId, requestedBy: 'test', request: { all: true, sync: true, sso: true } as const }
  return (await platform.ports.runs.create(run, platform.entryOf(tenant.tenantId))).job.runId
}

/** Undefined while nobody answers. */
async function seenOf(platform: Platform, { api }: Tenant, runId: string): Promise<number | undefined> {
  return (await platform.call('GET', `${api}/sync-runs/${runId}`)).body?.counts?.seen
}

async function ended(platform: Platform, { api }: Tenant, runId: string) {
  const run = async () => (await platform.call('GET', `${api}/sync-runs/${runId}`)).body
  await expect.poll(async () => (await run())?.finishedAt ?? null, { timeout: 180_000, interval: 200 }).not.toBeNull()
  return run()
}
