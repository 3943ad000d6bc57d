import { randomUUID } from 'node:crypto'
import { QUEUES, type QueueDefinition } from '@jackfield/contract/internal/queues'

/** The catalogue under names of their own, for tests that share a store. */
export function ownQueues(own: Partial<QueueDefinition> = {}) {
  const name = `test-${randomUUID()}`
  return {
    syncRuns: { ...QUEUES.syncRuns, ...own, name },
    deltas: { ...QUEUES.deltas, ...own, name: `${name}-deltas` },
  }
}
