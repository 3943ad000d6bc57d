import { type FairSlots, inFairOrder, type LanesOf } from './fair-slots.ts'

export type FairQueue<Lane extends string> = {
  /** A slot; call the result once to give it back. Undefined when none came in time, or too much waits already. */
  enter(work: LanesOf<Lane>): Promise<(() => void) | undefined>
}

/**
 * A bounded wait for slots: `waitMs` at most, for as much work as `places` has slots. A slot that is given back goes to
 * whoever holds least, not to whoever waits longest (T-130).
 */
export function fairQueue<Lane extends string>(
  slots: FairSlots<Lane>,
  places: FairSlots<Lane>,
  waitMs: number,
): FairQueue<Lane> {
  type Waiting = LanesOf<Lane> & { begin(slot: (() => void) | undefined): void }
  const queue = new Set<Waiting>()

  const givingOn = (release: () => void) => () => {
    release()
    for (const waiting of inFairOrder<Lane, Waiting>([...queue], slots)) {
      const slot = slots.take(waiting)
      if (slot) waiting.begin(givingOn(slot))
    }
  }

  return {
    async enter(work) {
      const slot = slots.take(work)
      if (slot) return givingOn(slot)
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
