import { randomUUID } from 'node:crypto'
import { QUEUES, type QueueDefinition } from '@jackfield/contract/internal/queues'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { Redis } from 'ioredis'
import pg from 'pg'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrateQueues, openQueue, type QueueEngine } from '../src/adapters/queue/bullmq-engine.ts'
import { bullmqConsumer, bullmqSyncQueue } from '../src/adapters/queue/bullmq-sync-queue.ts'
import { slotsForRuns } from '../src/domain/fair-share.ts'
import { registerQueueMetrics } from '../src/metrics.ts'
import type { QueueCounts } from '../src/ports.ts'
import { ownQueues } from './support/own-queues.ts'
import { retried } from './support/retried.ts'

// How much a queue tries and keeps, on both engines.

const BATCH = 500
/** As many as a worker takes by default. */
const CONCURRENCY = 8
/** Postgres clears its stream away at every 256th event only. */
const EVENTS_SLACK = 400

let database: TestDatabase
let pool: pg.Pool
let redis: Redis | undefined
beforeAll(async () => {
  database = await createTestDatabase()
  await retried(() => migrateQueues({ kind: 'postgres', connectionString: database.url }))
  pool = new pg.Pool({ connectionString: database.url })
  const url = testRedisUrl()
  if (url) redis = new Redis(url)
})
afterAll(async () => {
  redis?.disconnect()
  await pool.end()
  await database.drop()
})

const newRun = (tenantId: string = randomUUID()) => ({
  job: { tenantId, runId: randomUUID() },
  slice: 0,
  kind: 'full' as const,
})

describe.each(['postgres', 'redis'] as const)('the queue on %s', (kind) => {
  const engine = (): QueueEngine =>
    kind === 'postgres'
      ? { kind, connectionString: database.url }
      : { kind, url: testRedisUrl() ?? 'redis://127.0.0.1:1' }
  const open = (own: Partial<QueueDefinition> = {}, concurrency = 4) => {
    const queues = ownQueues(own)
    const options = { engine: engine(), onError: () => {}, queues }
    const producer = bullmqSyncQueue(options)
    return {
      definition: queues.syncRuns,
      producer,
      counts: async () => (await producer.counts())[0]?.states ?? ({} as QueueCounts['states']),
      consume: bullmqConsumer(options, slotsForRuns(concurrency)),
      queue: openQueue({ ...options, definition: queues.syncRuns }),
    }
  }
  const skip = kind === 'redis' && testRedisUrl() === undefined

  test.skipIf(skip)(
    'QC-10 T-110 a poison job is tried as often as the catalogue says, each time later, then is among the failed',
    async () => {
      const { definition, producer, counts, consume, queue } = open({ backoff: { milliseconds: 100, jitter: 0 } })
      const [poison, other] = [newRun(), newRun()]
      const tries: number[] = []
      const othersDone: number[] = []
      const worker = await consume(async (data) => {
        if ((data as { tenantId: string }).tenantId === other.job.tenantId) return void othersDone.push(Date.now())
        tries.push(Date.now())
        throw new Error('never works')
      })
      await producer.enqueue(poison)
      for (let slice = 0; slice < 20; slice += 1) await producer.enqueue({ ...other, slice })
      await expect.poll(() => counts().then(({ failed }) => failed), { timeout: 20_000 }).toBe(1)
      expect(tries).toHaveLength(QUEUES.syncRuns.attempts)
      const waits = tries.slice(1).map((time, index) => time - (tries[index] ?? 0))
      for (const [index, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(100 * 2 ** index - 20)
      // The other tenant's slices were through while the poison rested.
      expect(othersDone).toHaveLength(20)
      expect(Math.max(...othersDone)).toBeLessThan(tries.at(-1) ?? 0)

      const metrics = new Registry()
      registerQueueMetrics(metrics, { queue: producer })
      expect(await metrics.metrics()).toContain(`jackfield_queue_jobs{queue="${definition.name}",state="failed"} 1`)
      await worker.close()
      await Promise.all([producer.close(), queue.close()])
    },
  )

  test.skipIf(skip)(
    'QC-10 data that is no job of the queue is added by no producer, and fails once where somebody else added it',
    async () => {
      const { producer, counts, consume, queue } = open()
      const smuggled = { ...newRun().job, secret: 'hunter2' }
      await expect(producer.enqueue({ ...newRun(), job: smuggled })).rejects.toThrow()
      let handled = 0
      const worker = await consume(async () => void handled++)
      await queue.add('advance', smuggled)
      await expect.poll(counts, { timeout: 10_000 }).toMatchObject({ failed: 1, waiting: 0 })
      expect(handled).toBe(0)
      await worker.close()
      await Promise.all([producer.close(), queue.close()])
    },
  )

  test.skipIf(skip)(
    'QC-12 of 5,000 jobs that ended well, and 5,000 that failed, no more is kept than the catalogue says',
    { timeout: 240_000 },
    async () => {
      const { keepCompleted, keepFailed, keepEvents } = QUEUES.syncRuns
      const { definition, producer, counts, consume, queue } = open(
        { backoff: { milliseconds: 10, jitter: 0 } },
        CONCURRENCY,
      )
      let over = 0
      let fails = false
      const worker = await consume(async () => {
        over += 1
        if (fails) throw new Error('fails')
      })
      const runMany = async (count: number, attempts: number) => {
        const until = over + count
        for (let added = 0; added < count; added += BATCH) {
          await queue.addBulk(
            Array.from({ length: BATCH }, () => ({ name: 'advance', data: newRun().job, opts: { attempts } })),
          )
        }
        await expect.poll(() => over, { timeout: 110_000, interval: 100 }).toBeGreaterThanOrEqual(until)
        // On Postgres, slots that clear away at once may deadlock: what stays behind is taken up again as stalled.
        const left = async () => (({ waiting, active, delayed }) => waiting + active + delayed)(await counts())
        await expect.poll(left, { timeout: 60_000, interval: 200 }).toBe(0)
      }
      await runMany(2_500, 5)
      const halfway = await stored(kind, definition.name)
      await runMany(2_500, 5)
      expect((await counts()).completed).toBeLessThanOrEqual(keepCompleted.count + 4 * CONCURRENCY)
      const afterGood = await stored(kind, definition.name)
      expect(afterGood.rows).toBeLessThanOrEqual(keepCompleted.count + keepEvents + EVENTS_SLACK)
      expect(afterGood.bytes).toBeLessThanOrEqual(halfway.bytes * 1.25)

      fails = true
      await runMany(5_000, 1)
      const { failed } = await counts()
      expect(failed).toBeGreaterThanOrEqual(keepFailed.count)
      expect(failed).toBeLessThanOrEqual(keepFailed.count + 4 * CONCURRENCY)
      const afterBad = await stored(kind, definition.name)
      expect(afterBad.rows).toBeLessThanOrEqual(keepCompleted.count + keepFailed.count + keepEvents + EVENTS_SLACK)
      await worker.close()
      await Promise.all([producer.close(), queue.close()])
    },
  )
})

/** What the engine's store holds of a queue: rows (or keys and entries), and their bytes. */
async function stored(kind: 'postgres' | 'redis', name: string): Promise<{ rows: number; bytes: number }> {
  if (kind === 'postgres') {
    const { rows } = await pool.query<{ rows: number; bytes: number }>(
      `select count(*)::int as rows, sum(size)::int as bytes from (
         select pg_column_size(j) as size from queue.job j where queue = $1
         union all select pg_column_size(e) from queue.event e where queue = $1
         union all select pg_column_size(d) from queue.dedup d where queue = $1) as kept`,
      [name],
    )
    return rows[0] ?? { rows: 0, bytes: 0 }
  }
  if (!redis) throw new Error('no Redis')
  const keys: string[] = []
  for await (const found of redis.scanStream({ match: `jackfield:${name}:*`, count: 1_000 }))
    keys.push(...(found as string[]))
  const sizes = await Promise.all(keys.map((key) => redis?.memory('USAGE', key, 'SAMPLES', 0)))
  return { rows: keys.length, bytes: sizes.reduce((sum: number, size) => sum + (size ?? 0), 0) }
}
