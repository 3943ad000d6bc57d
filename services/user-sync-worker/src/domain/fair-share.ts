const MOST_SHARES = 3
const LONGEST_PAUSE_MS = 250

/**
 * Milliseconds that a run pauses after a page that took `pageMs`, with `others` in flight in this process, so that the
 * first import of a large directory does not keep small accounts waiting.
 */
export function pauseAfterPage(pageMs: number, others: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(0, pageMs) * Math.min(MOST_SHARES, others))
}

/** Slots of one worker for runs of one sort, and how many of them the runs of one tenant may hold. */
type Slots = { all: number; ofTenant: number }
export type RunSlots = Record<'listings' | 'deltas', Slots>

/**
 * Slots of a worker with `concurrency`. Deltas have slots of their own, as they bring disablements and must not wait for
 * imports and comparisons. No tenant holds more than half of either, so that another finds one (T-130).
 */
export function slotsForRuns(concurrency: number): RunSlots {
  const slots = (all: number): Slots => ({ all, ofTenant: Math.max(1, Math.floor(all / 2)) })
  return { listings: slots(concurrency), deltas: slots(Math.ceil(concurrency / 2)) }
}
