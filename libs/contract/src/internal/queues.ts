import { z } from 'zod'
import { Id } from '../http/identifier.ts'

// Every queue: what it is called, what its jobs carry, how often one is tried, what is kept of it. Producers, workers
// and the job board read it here. Jobs carry ids only, so that no store of jobs holds a secret or a person; the rows in
// Postgres say what is to be done.

export type QueueDefinition<Payload extends z.ZodType = z.ZodType> = {
  name: string
  description: string
  /** Strict: producer and consumer refuse a job with other members. */
  payload: Payload
  /** How often a job is tried before it is among the failed. */
  attempts: number
  /** Before the second attempt, then twice as long each time; `jitter` is the share of it that is random. */
  backoff: { milliseconds: number; jitter: number }
  /** What is kept of jobs that are over: the newest, and none that is older. */
  keepCompleted: { count: number; seconds: number }
  keepFailed: { count: number; seconds: number }
  /** How many events of the engine's own stream are kept. */
  keepEvents: number
}

export const SyncRunJob = z.strictObject({ tenantId: Id, runId: Id })
export type SyncRunJob = z.infer<typeof SyncRunJob>

const OF_RUNS = {
  payload: SyncRunJob,
  attempts: 5,
  backoff: { milliseconds: 1_000, jitter: 0.5 },
  keepCompleted: { count: 100, seconds: 3_600 },
  keepFailed: { count: 1_000, seconds: 7 * 24 * 3_600 },
  keepEvents: 1_000,
} as const

/** Deltas have a queue of their own: none waits behind imports and comparisons (T-130). */
export const QUEUES = {
  syncRuns: {
    name: 'sync-runs',
    description: 'Imports and full comparisons of Microsoft 365 accounts, a slice of a run at a time',
    ...OF_RUNS,
  },
  deltas: {
    name: 'deltas',
    description: 'Changes of Microsoft 365 accounts since their last run',
    ...OF_RUNS,
  },
} as const satisfies Record<string, QueueDefinition>
export type QueueName = keyof typeof QUEUES
