import { QUEUES, type QueueDefinition, type QueueName } from '@jackfield/contract/internal/queues'
import { useOwnClientEverywhere } from '@jackfield/postgres/client'
import { MissingSchemaError } from '@jackfield/postgres/migrate'
import { sessionOptions } from '@jackfield/postgres/pool'
import { connectionOptions } from '@jackfield/redis/connection-options'
import { proveWrite } from '@jackfield/redis/prove-write'
import { createPostgresBackend, type JobsOptions, Queue, Worker } from 'bullmq'

// How a queue of the catalogue is opened on Redis or on Postgres.

export type QueueEngine =
  | { kind: 'postgres'; connectionString: string }
  /** Every key begins with `prefix` (`jackfield`). */
  | { kind: 'redis'; url: string; prefix?: string }
export type QueuesOptions = {
  engine: QueueEngine
  onError: (error: Error) => void
  /** For tests that share a store. */
  queues?: Readonly<Record<QueueName, QueueDefinition>>
}
export type QueueOptions = Omit<QueuesOptions, 'queues'> & { definition: QueueDefinition }

/** The schema of BullMQ's own tables in Postgres. */
const SCHEMA = 'queue'
const DEFAULT_PREFIX = 'jackfield'
const CONNECT_PATIENCE_MS = 1_000
/** Connections to Postgres of one `openQueue`, and of one `openWorker`, which listens on one more. */
export const QUEUE_POOL_SIZE = 1
export const WORKER_POOL_SIZE = 1
/** A producer waits this long for any reply. */
const REPLY_PATIENCE_MS = 2_000
/** A worker's connection blocks for up to 10 s. */
const BLOCKING_PATIENCE_MS = 12_000
/** BullMQ's own pause after a lost connection is 15 s. */
const RETRY_MS = 1_000

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
    ...connectionOptions({ silenceMs: REPLY_PATIENCE_MS, onRefusal: onError }),
    url: engine.url,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    connectTimeout: CONNECT_PATIENCE_MS,
  }
  const queue = new Queue(definition.name, { ...common, connection, prefix: engine.prefix ?? DEFAULT_PREFIX })
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

/** Fails where Redis is away or refuses writes; queues in Postgres are as well as Postgres is. */
export async function proveQueueWrite(queue: Queue, engine: QueueEngine): Promise<void> {
  if (engine.kind === 'redis') await proveWrite(await queue.backend.client, engine.prefix ?? DEFAULT_PREFIX)
}

export function openWorker(
  { engine, onError, definition }: QueueOptions,
  concurrency: number,
  process: (job: { data: unknown }) => Promise<void>,
) {
  const common = { concurrency, lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: 5, drainDelay: 5 }
  if (engine.kind === 'postgres') {
    const connection = postgresConnection(engine, WORKER_POOL_SIZE)
    return new Worker(definition.name, process, { ...common, connection }, createPostgresBackend)
  }
  // Commands wait for the connection, and are sent again when it was lost: a job may be worked on twice (T-110).
  const connection = {
    ...connectionOptions({ silenceMs: BLOCKING_PATIENCE_MS, onRefusal: onError }),
    url: engine.url,
    maxRetriesPerRequest: null,
  }
  return new Worker(definition.name, process, {
    ...common,
    runRetryDelay: RETRY_MS,
    connection,
    prefix: engine.prefix ?? DEFAULT_PREFIX,
  })
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
