const MOST_SHARES = 3
const LONGEST_PAUSE_MS = 250

/**
 * Milliseconds that a run pauses after a page that took `pageMs`, with `others` in flight in this process, so that the
 * first import of a large directory does not keep small accounts waiting.
 */
export function pauseAfterPage(pageMs: number, others: number): number {
  return Math.min(LONGEST_PAUSE_MS, Math.max(0, pageMs) * Math.min(MOST_SHARES, others))
}
