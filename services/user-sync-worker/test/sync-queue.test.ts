import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrateQueues, type QueueEngine } from '../src/adapters/queue/bullmq-engine.ts'
import { bullmqConsumer, bullmqSyncQueue } from '../src/adapters/queue/bullmq-sync-queue.ts'
import { slotsForRuns } from '../src/domain/fair-share.ts'
import type { DueRun } from '../src/sync-run-ports.ts'
import { ownQueues } from './support/own-queues.ts'
import { retried } from './support/retried.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await retried(() => migrateQueues({ kind: 'postgres', connectionString: database.url }))
})
afterAll(() => database.drop())

const newRun = (kind: DueRun['kind'] = 'import') => ({
  job: { tenantId: randomUUID(), runId: randomUUID() },
  slice: 0,
  kind,
})

/** What both engines promise. */
describe.each(['postgres', 'redis'] as const)('the queue on %s', (kind) => {
  const engine = (): QueueEngine =>
    kind === 'postgres'
      ? { kind, connectionString: database.url }
      : { kind, url: testRedisUrl() ?? 'redis://127.0.0.1:1' }
  const open = () => {
    const options = {
      engine: engine(),
      onError: () => {},
      queues: ownQueues(),
    }
    return { producer: bullmqSyncQueue(options), consume: bullmqConsumer(options, slotsForRuns(4)) }
  }
  const skip = kind === 'redis' && testRedisUrl() === undefined

  test.skipIf(skip)(
    'T-110 a job asked for many times while it waits is handled once, the next slice of the run again',
    async () => {
      const { producer, consume } = open()
      const run = newRun()
      await Promise.all(Array.from({ length: 10 }, () => producer.enqueue(run)))
      const handled: unknown[] = []
      const worker = await consume(async (data) => void handled.push(data))
      await expect.poll(() => handled, { timeout: 10_000 }).toEqual([run.job])
      await producer.enqueue({ ...run, slice: 1 })
      await expect.poll(() => handled, { timeout: 10_000 }).toEqual([run.job, run.job])
      // The same slice again, once its job is over: the reconciler asks until somebody works on it.
      const askAgain = async () => {
        await producer.enqueue({ ...run, slice: 1 })
        return handled.length
      }
      await expect.poll(askAgain, { timeout: 10_000, interval: 100 }).toBeGreaterThanOrEqual(3)
      await worker.close()
      await producer.close()
    },
  )

  test.skipIf(skip)('QC-10 a job that throws is tried again with back-off, and others go on meanwhile', async () => {
    const { producer, consume } = open()
    const [bad, good] = [newRun(), newRun()]
    const times: number[] = []
    let others = 0
    const worker = await consume(async (data) => {
      if ((data as { runId: string }).runId !== bad.job.runId) return void others++
      times.push(Date.now())
      if (times.length < 2) throw new Error('passing')
    })
    await producer.enqueue(bad)
    await producer.enqueue(good)
    await expect.poll(() => others, { timeout: 5_000 }).toBe(1)
    await expect.poll(() => times.length, { timeout: 10_000 }).toBe(2)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(400)
    await worker.close()
    await producer.close()
  })

  test.skipIf(skip)('a delayed job comes after its delay', async () => {
    const { producer, consume } = open()
    let handledAt = 0
    const worker = await consume(async () => {
      handledAt = Date.now()
    })
    const asked = Date.now()
    await producer.enqueue(newRun(), 1)
    await expect.poll(() => handledAt, { timeout: 10_000 }).toBeGreaterThan(0)
    expect(handledAt - asked).toBeGreaterThanOrEqual(950)
    await worker.close()
    await producer.close()
  })

  test.skipIf(skip)('T-111 closing tells the slice under way to end, waits for it, and takes no new one', async () => {
    const { producer, consume } = open()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    let [started, stopped, ended] = [0, 0, 0]
    const worker = await consume(async (_data, stopping) => {
      started += 1
      await once(stopping, 'abort')
      stopped += 1
      await released
      ended += 1
    })
    await producer.enqueue(newRun())
    await expect.poll(() => started, { timeout: 10_000 }).toBe(1)
    const endedAtClose = worker.close().then(() => ended)
    await expect.poll(() => stopped, { timeout: 10_000 }).toBe(1)
    release()
    expect(await endedAtClose).toBe(1)
    const next = newRun()
    await producer.enqueue(next)
    const handled: unknown[] = []
    const successor = await consume(async (data) => void handled.push(data))
    await expect.poll(() => handled, { timeout: 10_000 }).toEqual([next.job])
    expect(started).toBe(1)
    await successor.close()
    await producer.close()
  })

  test('T-111 with the store down, or silent, enqueuing fails within about a second', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as { port: number }
    for (const address of ['127.0.0.1:1', `127.0.0.1:${port}`]) {
      const dead: QueueEngine =
        kind === 'postgres'
          ? { kind, connectionString: `postgres://nobody@${address}/none` }
          : { kind, url: `redis://${address}` }
      const producer = bullmqSyncQueue({ engine: dead, onError: () => {} })
      const asked = Date.now()
      await expect(producer.enqueue(newRun())).rejects.toThrow()
      expect(Date.now() - asked).toBeLessThan(1_500)
      await producer.close().catch(() => undefined)
    }
    silent.close()
  })
})
