import type { Ports } from '../ports.ts'

const ACCOUNTS_AT_ONCE = 200

/** Makes the runs that are due and brings them to a worker; when that fails the reconciler does it. */
export function scheduleSyncRuns({ runs, queue }: Pick<Ports, 'runs' | 'queue'>) {
  return async (): Promise<number> => {
    const due = await runs.schedule(ACCOUNTS_AT_ONCE)
    for (const run of due) await queue.enqueue(run)
    return due.length
  }
}
