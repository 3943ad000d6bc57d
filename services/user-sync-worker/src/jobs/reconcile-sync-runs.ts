import type { Ports } from '../ports.ts'

const RUNS_AT_ONCE = 500

/**
 * Enqueues every run that is due and that nobody works on: after a crash between commit and enqueue, a flushed Redis or
 * a killed worker the rows alone bring the work back (T-110, T-111). Enqueuing twice is harmless.
 */
export function reconcileSyncRuns({ runs, queue }: Pick<Ports, 'runs' | 'queue'>) {
  return async (): Promise<number> => {
    const due = await runs.claimDue(RUNS_AT_ONCE)
    await queue.enqueueAll(due)
    return due.length
  }
}
