import { type FairSlots, inFairOrder, type LanesOf } from './fair-slots.ts'

export type FairQueue<Lane extends string> = {
  /**
   * Waits for a slot; call the result once to release it. Undefined when none became free in time, or the queue is
   * full.
   */
  enter(work: LanesOf<Lane>): Promise<(() => void) | undefined>
}

/**
 * A bounded queue for slots: work waits at most `waitMs`, in as many places as `places` has slots. A released slot goes
 * to the key with the fewest slots, not to the longest wait (T-130).
 */
export function fairQueue<Lane extends string>(
  slots: FairSlots<Lane>,
  places: FairSlots<Lane>,
  waitMs: number,
): FairQueue<Lane> {
  type Waiting = LanesOf<Lane> & { begin(slot: (() => void) | undefined): void }
  const queue = new Set<Waiting>()

  const passOn = (release: () => void) => () => {
    release()
    for (const waiting of inFairOrder<Lane, Waiting>([...queue], slots)) {
      const slot = slots.take(waiting)
      if (slot) waiting.begin(passOn(slot))
    }
  }

  return {
    async enter(work) {
      const slot = slots.take(work)
      if (slot) return passOn(slot)
      const place = places.take(work)
      if (!place) return undefined
      const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>()
      const waiting: Waiting = {
        ...work,
        begin(begun) {
          clearTimeout(timer)
          queue.delete(waiting)
          place()
          resolve(begun)
        },
      }
      const timer = setTimeout(() => waiting.begin(undefined), waitMs)
      queue.add(waiting)
      return promise
    },
  }
}
