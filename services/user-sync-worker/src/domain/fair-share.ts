/**
 * A run with many pages leaves others this many times what it takes itself, and at most so many milliseconds for each
 * page.
 */
const MOST_SHARES = 3
const LONGEST_PAUSE_MS = 250

/**
 * How long a run pauses after a page that took `pageMs`, while `others` are under way beside it in this process: the
 * first import of a large directory must not keep small accounts from starting. Milliseconds.
 */
export function pauseAfterPage(pageMs: number, others: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(0, pageMs) * Math.min(MOST_SHARES, others))
}
