import type { SyncQueue } from '../../src/ports.ts'
import type { DueRun } from '../../src/sync-run-ports.ts'
import type { SeededRandom } from './seeded-random.ts'

/**
 * A queue that by chance refuses a job, takes it and says that it did not, loses it, doubles it, or brings it late and
 * out of order. `faults.rate` says how often.
 */
export function faultyQueue(random: SeededRandom, faults: { rate: number; met: number }) {
  const waiting: DueRun[] = []
  const isMet = () => {
    const met = random.chance(faults.rate)
    if (met) faults.met += 1
    return met
  }
  const enqueue = async (run: DueRun): Promise<void> => {
    if (isMet()) throw new Error('The queue did not answer within a second.')
    if (isMet()) return
    waiting.push(run)
    if (isMet()) waiting.push(run)
    if (isMet()) throw new Error('The queue did not answer within a second.')
  }
  const queue: SyncQueue = {
    enqueue,
    async enqueueAll(runs) {
      for (const run of runs) await enqueue(run)
    },
    counts: async () => [
      { name: 'faulty', states: { waiting: waiting.length, active: 0, delayed: 0, completed: 0, failed: 0 } },
    ],
    async proveWrite() {},
    async close() {},
  }
  return {
    queue,
    /** The next job; undefined when none is there, or the rest comes late. */
    take(): DueRun | undefined {
      if (isMet()) return undefined
      return waiting.splice(isMet() ? random.below(waiting.length) : 0, 1)[0]
    },
  }
}
