import type { Ports } from '../ports.ts'

const AT_ONCE = 500
type Needs = Pick<Ports, 'schedule' | 'queue'>

/** Makes all runs that are due and enqueues them; where that fails, `reconcileSyncRuns` does it. Returns how many. */
export function scheduleSyncRuns({ schedule, queue }: Needs) {
  return async (): Promise<number> => {
    for (let made = 0; ; ) {
      const due = await schedule.makeDue(AT_ONCE)
      await queue.enqueueAll(due)
      made += due.length
      if (due.length < AT_ONCE) return made
    }
  }
}

/**
 * Enqueues every due run without a worker: after a crash between commit and enqueue, a flushed Redis or a killed worker
 * the rows bring the work back (T-110, T-111). Enqueuing twice is harmless. Returns how many.
 */
export function reconcileSyncRuns({ schedule, queue }: Needs) {
  return async (): Promise<number> => {
    const due = await schedule.claimDue(AT_ONCE)
    await queue.enqueueAll(due)
    return due.length
  }
}
