import type { Ports } from '../ports.ts'
import type { WorkerLog } from '../worker-log.ts'

/**
 * Says in the log, once, that a run makes no progress; an account whose last success is too old is told of like one
 * whose runs fail.
 */
export function watchProgress({ syncHealth }: Pick<Ports, 'syncHealth'>, log: WorkerLog) {
  return async (): Promise<void> => {
    for (const { id: runId, ...run } of await syncHealth.noteStalled())
      log.warn({ runId, ...run }, 'sync run makes no progress')
    await syncHealth.noteOverdue()
  }
}
