import type { Ports } from '../ports.ts'

const ACCOUNTS_AT_ONCE = 500

/**
 * Makes the runs that are due, however many at once, and brings them to a worker; when that fails the reconciler does
 * it.
 */
export function scheduleSyncRuns({ runs, queue }: Pick<Ports, 'runs' | 'queue'>) {
  return async (): Promise<number> => {
    for (let made = 0; ; ) {
      const due = await runs.schedule(ACCOUNTS_AT_ONCE)
      await queue.enqueueAll(due)
      made += due.length
      if (due.length < ACCOUNTS_AT_ONCE) return made
    }
  }
}
