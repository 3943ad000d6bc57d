import { setTimeout as sleep } from 'node:timers/promises'
import { SYNC_RUN_QUEUE, type SyncRunJob } from '@jackfield/contract/sync-job'
import { createPostgresBackend, type JobsOptions, Queue, Worker } from 'bullmq'
import type { ConsumeSyncRuns, SyncQueue } from '../ports.ts'

export type QueueEngine = { kind: 'postgres'; connectionString: string } | { kind: 'redis'; url: string }
export type QueueOptions = {
  engine: QueueEngine
  onError: (error: Error) => void
  /** Tests that share a store name their own. */
  name?: string
}

/** The schema of BullMQ's own tables in Postgres. */
const SCHEMA = 'queue'
const PREFIX = 'jackfield'
const PRODUCER_PATIENCE_MS = 1_000
const CLOSING_PATIENCE_MS = 5_000

const JOB_OPTIONS: JobsOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
  removeOnComplete: { count: 100, age: 3_600 },
  removeOnFail: { count: 1_000, age: 7 * 24 * 3_600 },
}

/** What a queue is here, whichever engine runs it. */
type JobQueue = {
  add(name: string, job: SyncRunJob, options: JobsOptions): Promise<unknown>
  waitUntilReady(): Promise<unknown>
  close(): Promise<void>
}

/** Brings BullMQ's own tables up to date, where the queue is in Postgres; it takes a lock of its own. */
export async function migrateQueue(engine: QueueEngine): Promise<void> {
  if (engine.kind === 'redis') return
  const connection = { ...postgresConnection(engine, 1), migrate: true }
  const queue = new Queue(SYNC_RUN_QUEUE, { connection }, createPostgresBackend)
  try {
    await queue.waitUntilReady()
  } finally {
    await queue.close()
  }
}

/** The side that enqueues. A failed enqueue costs at most a second: the rows in Postgres are the truth. */
export function bullmqSyncQueue({ engine, onError, name = SYNC_RUN_QUEUE }: QueueOptions): SyncQueue {
  let opened: JobQueue | undefined

  /** A queue that could not connect at first never will: it is thrown away and made anew with the next job. */
  async function open(): Promise<JobQueue> {
    const queue = opened ?? openQueue(engine, name, onError)
    opened = queue
    try {
      await queue.waitUntilReady()
      return queue
    } catch (error) {
      if (opened === queue) opened = undefined
      queue.close().catch(onError)
      throw error
    }
  }

  return {
    async enqueue({ job, slice }, delaySeconds = 0) {
      const add = async () => {
        const queue = await open()
        // One job for each slice of a run, however often it is asked for.
        await queue.add('advance', job, { deduplication: { id: `${job.runId}.${slice}` }, delay: Math.round(delaySeconds * 1000) })
      }
      await within(PRODUCER_PATIENCE_MS, add())
    },
    async close() {
      await opened?.close()
    },
  }
}

function openQueue(engine: QueueEngine, name: string, onError: (error: Error) => void): JobQueue {
  const common = { defaultJobOptions: JOB_OPTIONS }
  if (engine.kind === 'postgres') {
    const queue = new Queue(name, { ...common, connection: postgresConnection(engine, 2) }, createPostgresBackend)
    queue.on('error', onError)
    return queue
  }
  const connection = { url: engine.url, maxRetriesPerRequest: 1, enableOfflineQueue: false, connectTimeout: PRODUCER_PATIENCE_MS }
  const queue = new Queue(name, { ...common, connection: { ...connection, retryStrategy: retryDelay }, prefix: PREFIX })
  queue.on('error', onError)
  return queue
}

/** The side that works. Closing lets the slices under way end. */
export function bullmqConsumer({ engine, onError, name = SYNC_RUN_QUEUE }: QueueOptions, concurrency: number): ConsumeSyncRuns {
  return async (handle) => {
    const stopping = new AbortController()
    const underWay = new Set<Promise<void>>()
    const worker = openWorker(engine, name, concurrency, (job) => {
      const slice = handle(job.data, stopping.signal)
      underWay.add(slice)
      return slice.finally(() => underWay.delete(slice))
    })
    worker.on('error', onError)
    worker.on('failed', (_job, error) => onError(error))
    // Redis is waited for as long as it takes; a Postgres that is not there now is the caller's to try again.
    if (engine.kind === 'postgres') {
      await worker.waitUntilReady().catch(async (error: unknown) => {
        await worker.close()
        throw error
      })
    }
    return {
      async close() {
        stopping.abort()
        const closed = worker.close().catch(onError)
        // Slices are waited for as long as they take; a connection that does not let go after them is not.
        const patience = Promise.allSettled(underWay).then(() => sleep(CLOSING_PATIENCE_MS, undefined, { ref: false }))
        await Promise.race([closed, patience])
      },
    }
  }
}

function openWorker(engine: QueueEngine, name: string, concurrency: number, process: (job: { data: unknown }) => Promise<void>) {
  const common = { concurrency, lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: 5, drainDelay: 5 }
  if (engine.kind === 'postgres') {
    return new Worker(name, process, { ...common, connection: postgresConnection(engine, concurrency + 2) }, createPostgresBackend)
  }
  const connection = { url: engine.url, maxRetriesPerRequest: null, retryStrategy: retryDelay }
  return new Worker(name, process, { ...common, connection, prefix: PREFIX })
}

function postgresConnection({ connectionString }: Extract<QueueEngine, { kind: 'postgres' }>, max: number) {
  return { connectionString, schema: SCHEMA, max, connectionTimeoutMillis: 1_000, keepAlive: true, application_name: 'sync-runs queue' }
}

function retryDelay(times: number): number {
  return Math.min(100 * 2 ** Math.min(times, 6), 3_000)
}

async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('The queue did not answer within a second.')), milliseconds)
  try {
    await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}
