import { setTimeout as sleep } from 'node:timers/promises'
import { QUEUES, type QueueName } from '@jackfield/contract/internal/queues'
import { UnavailableError } from '@jackfield/problem/unavailable-error'
import { UnrecoverableError } from 'bullmq'
import type { RunSlots } from '../../domain/fair-share.ts'
import type { ConsumeSyncRuns, QueueCounts, SyncQueue } from '../../ports.ts'
import type { DueRun } from '../../sync-run-ports.ts'
import { openWorker, proveQueueWrite, type QueueOptions, type QueuesOptions, reopenedQueue } from './bullmq-engine.ts'

const NAMES: readonly QueueName[] = ['syncRuns', 'deltas']
const queueOf = (kind: DueRun['kind']): QueueName => (kind === 'delta' ? 'deltas' : 'syncRuns')

const PRODUCER_PATIENCE_MS = 1_000
/** Only the worker's own round waits for a batch. */
const BATCH_PATIENCE_MS = 5_000
const CLOSING_PATIENCE_MS = 5_000

/** The side that enqueues. A failed enqueue costs at most a second: the rows in Postgres are the truth. */
export function bullmqSyncQueue({ queues = QUEUES, ...options }: QueuesOptions): SyncQueue {
  const opened = NAMES.map((name) => {
    const definition = queues[name]
    return { name, definition, ...reopenedQueue({ ...options, definition }) }
  })

  /** Idempotent: one job for each slice of a run. Once given up it adds nothing. */
  async function add(runs: readonly DueRun[], delaySeconds: number, givenUp: AbortSignal): Promise<void> {
    const delay = Math.round(delaySeconds * 1000)
    for (const { name, definition, open } of opened) {
      const jobs = runs
        .filter(({ kind }) => queueOf(kind) === name)
        .map(({ job, slice }) => ({
          name: 'advance',
          data: definition.payload.parse(job),
          opts: { deduplication: { id: `${job.runId}.${slice}` }, delay },
        }))
      if (jobs.length === 0) continue
      const queue = await open()
      givenUp.throwIfAborted()
      await queue.addBulk(jobs)
    }
  }

  return {
    enqueue: (run, delaySeconds = 0) => within(PRODUCER_PATIENCE_MS, (givenUp) => add([run], delaySeconds, givenUp)),
    async enqueueAll(runs) {
      if (runs.length > 0) await within(BATCH_PATIENCE_MS, (givenUp) => add(runs, 0, givenUp))
    },
    async counts() {
      const count = async ({ definition, open }: (typeof opened)[number]) => {
        const states = await (await open()).getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed')
        return { name: definition.name, states: states as QueueCounts['states'] }
      }
      return within(PRODUCER_PATIENCE_MS, () => Promise.all(opened.map(count)))
    },
    proveWrite: () =>
      within(PRODUCER_PATIENCE_MS, async () => {
        for (const { open } of opened) await proveQueueWrite(await open(), options.engine)
      }),
    async close() {
      await Promise.all(opened.map(({ close }) => close()))
    },
  }
}

/** The side that works. Closing lets the slices in flight end. */
export function bullmqConsumer({ queues = QUEUES, ...options }: QueuesOptions, slots: RunSlots): ConsumeSyncRuns {
  const consumers = [
    consumerOf({ ...options, definition: queues.syncRuns }, slots.listings.all),
    consumerOf({ ...options, definition: queues.deltas }, slots.deltas.all),
  ]
  return async (handle) => {
    const begun = await Promise.allSettled(consumers.map((consume) => consume(handle)))
    const running = begun.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const close = async () => void (await Promise.all(running.map((each) => each.close())))
    const failed = begun.find((each) => each.status === 'rejected')
    if (!failed) return { close }
    await close()
    throw failed.reason
  }
}

function consumerOf(options: QueueOptions, concurrency: number): ConsumeSyncRuns {
  const { engine, onError, definition } = options
  return async (handle) => {
    const stopping = new AbortController()
    const underWay = new Set<Promise<void>>()
    const worker = openWorker(options, concurrency, async (job) => {
      // Retrying a malformed job is pointless: it fails at once and stays visible.
      const payload = definition.payload.safeParse(job.data)
      if (!payload.success) throw new UnrecoverableError(`The job's data is not of the queue ${definition.name}.`)
      const slice = handle(payload.data, stopping.signal)
      underWay.add(slice)
      return slice.finally(() => underWay.delete(slice))
    })
    worker.on('error', onError)
    worker.on('failed', (_job, error) => onError(error))
    // Redis is waited for as long as it takes; when Postgres is away, the caller tries again.
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
        // Waits for slices as long as they take, and then for the connection only a while.
        const patience = Promise.allSettled(underWay).then(() => sleep(CLOSING_PATIENCE_MS, undefined, { ref: false }))
        await Promise.race([closed, patience])
      },
    }
  }
}

async function within<Result>(milliseconds: number, work: (givenUp: AbortSignal) => Promise<Result>): Promise<Result> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const givingUp = new AbortController()
  const timer = setTimeout(() => {
    const error = new UnavailableError(`The queue did not answer within ${milliseconds} ms.`)
    givingUp.abort(error)
    reject(error)
  }, milliseconds)
  const working = work(givingUp.signal)
  try {
    return await Promise.race([working, tooLate])
  } finally {
    clearTimeout(timer)
    working.catch(() => undefined)
  }
}
