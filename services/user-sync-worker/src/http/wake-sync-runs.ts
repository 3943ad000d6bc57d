import { setTimeout as sleep } from 'node:timers/promises'
import type { Ports } from '../ports.ts'

const AT_ONCE = 500
/** Least time between two looks for what is due, in milliseconds. */
const PAUSE_MS = 200

/**
 * Makes the runs that notifications have marked due, without waiting for the schedule, which does what fails here. One
 * look serves all notifications that arrive meanwhile.
 */
export function wakeSyncRuns(
  { schedule, queue, inScope }: Pick<Ports, 'schedule' | 'queue' | 'inScope'>,
  onError: (error: unknown) => void,
): () => void {
  let [isLooking, isWanted] = [false, false]
  const look = async () => {
    for (isLooking = true; isWanted; await sleep(PAUSE_MS, undefined, { ref: false })) {
      isWanted = false
      await schedule
        .makeDue(AT_ONCE)
        .then((due) => queue.enqueueAll(due))
        .catch(onError)
    }
    isLooking = false
  }
  return () => {
    isWanted = true
    if (!isLooking) void inScope('every-tenant', look)
  }
}
