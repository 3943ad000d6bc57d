/** A run pauses up to this many times as long as its page took, and at most `LONGEST_PAUSE_MS`. */
const MOST_SHARES = 3
const LONGEST_PAUSE_MS = 250

/**
 * The pause in milliseconds after a page that took `pageMs`, with `others` runs in flight in this process: the first
 * import of a large directory must not keep small accounts from starting.
 */
export function pauseAfterPage(pageMs: number, others: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(0, pageMs) * Math.min(MOST_SHARES, others))
}
