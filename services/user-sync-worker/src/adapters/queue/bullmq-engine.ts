import { QUEUES, type QueueDefinition, type QueueName } from '@jackfield/contract/internal/queues'
import { useOwnClientEverywhere } from '@jackfield/postgres/client'
import { MissingSchemaError } from '@jackfield/postgres/migrate'
import { sessionOptions } from '@jackfield/postgres/pool'
import { createPostgresBackend, type JobsOptions, Queue, Worker } from 'bullmq'

// How a queue of the catalogue is opened on Redis or on Postgres.

export type QueueEngine = { kind: 'postgres'; connectionString: string } | { kind: 'redis'; url: string }
export type QueuesOptions = {
  engine: QueueEngine
  onError: (error: Error) => void
  /** For tests that share a store. */
  queues?: Readonly<Record<QueueName, QueueDefinition>>
}
export type QueueOptions = Omit<QueuesOptions, 'queues'> & { definition: QueueDefinition }

/** The schema of BullMQ's own tables in Postgres. */
const SCHEMA = 'queue'
const PREFIX = 'jackfield'
const CONNECT_PATIENCE_MS = 1_000
/** Connections to Postgres of one `openQueue`, and of one `openWorker`, which listens on one more. */
export const QUEUE_POOL_SIZE = 1
export const WORKER_POOL_SIZE = 1

/** Brings BullMQ's tables in Postgres up to date, under its own lock. */
export const migrateQueues = (engine: QueueEngine) => connectQueues(engine, true)

/** For `MIGRATE=never`. @throws MissingSchemaError until `migrateQueues` ran */
export async function requireQueues(engine: QueueEngine): Promise<void> {
  await connectQueues(engine, false).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'SchemaMigrationRequiredError')
      throw new MissingSchemaError('the queues')
    throw error
  })
}

async function connectQueues(engine: QueueEngine, migrate: boolean): Promise<void> {
  if (engine.kind === 'redis') return
  const connection = { ...postgresConnection(engine, 1), migrate }
  const queue = new Queue(QUEUES.syncRuns.name, { connection }, createPostgresBackend)
  queue.on('error', () => undefined) // thrown below
  try {
    await queue.waitUntilReady()
  } finally {
    await queue.close()
  }
}

/** The side that adds and counts jobs: it fails at once where a worker waits. */
export function openQueue({ engine, onError, definition }: QueueOptions): Queue {
  const common = { defaultJobOptions: jobOptions(definition), streams: { events: { maxLen: definition.keepEvents } } }
  if (engine.kind === 'postgres') {
    const queue = new Queue(
      definition.name,
      { ...common, connection: postgresConnection(engine, QUEUE_POOL_SIZE) },
      createPostgresBackend,
    )
    queue.on('error', onError)
    return queue as unknown as Queue
  }
  const connection = {
    url: engine.url,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    connectTimeout: CONNECT_PATIENCE_MS,
  }
  const queue = new Queue(definition.name, {
    ...common,
    connection: { ...connection, retryStrategy: retryDelay },
    prefix: PREFIX,
  })
  queue.on('error', onError)
  return queue
}

/** A queue that fails to connect at first never will: the next `open` makes another. */
export function reopenedQueue(options: QueueOptions): { open(): Promise<Queue>; close(): Promise<void> } {
  let opened: Queue | undefined
  return {
    async open() {
      const queue = opened ?? openQueue(options)
      opened = queue
      try {
        await queue.waitUntilReady()
        return queue
      } catch (error) {
        if (opened === queue) opened = undefined
        queue.close().catch(options.onError)
        throw error
      }
    },
    async close() {
      await opened?.close()
    },
  }
}

export function openWorker(
  { engine, definition }: QueueOptions,
  concurrency: number,
  process: (job: { data: unknown }) => Promise<void>,
) {
  const common = { concurrency, lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: 5, drainDelay: 5 }
  if (engine.kind === 'postgres') {
    const connection = postgresConnection(engine, WORKER_POOL_SIZE)
    return new Worker(definition.name, process, { ...common, connection }, createPostgresBackend)
  }
  const connection = { url: engine.url, maxRetriesPerRequest: null, retryStrategy: retryDelay }
  return new Worker(definition.name, process, { ...common, connection, prefix: PREFIX })
}

function jobOptions({ attempts, backoff, keepCompleted, keepFailed }: QueueDefinition): JobsOptions {
  return {
    attempts,
    backoff: { type: 'exponential', delay: backoff.milliseconds, jitter: backoff.jitter },
    removeOnComplete: { count: keepCompleted.count, age: keepCompleted.seconds },
    removeOnFail: { count: keepFailed.count, age: keepFailed.seconds },
  }
}

function postgresConnection({ connectionString }: Extract<QueueEngine, { kind: 'postgres' }>, max: number) {
  // BullMQ makes a pool and a listening connection of this, both with our client: one that dies must not end the process.
  useOwnClientEverywhere()
  return {
    ...sessionOptions({ searchPath: SCHEMA }),
    connectionString,
    schema: SCHEMA,
    max,
    connectionTimeoutMillis: CONNECT_PATIENCE_MS,
    application_name: 'sync-runs queue',
  }
}

function retryDelay(times: number): number {
  return Math.min(100 * 2 ** Math.min(times, 6), 3_000)
}
