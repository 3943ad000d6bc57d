/** The keys of a piece of work, by lane: `{ endpoint: '<id>', tenant: '<id>' }`. */
export type LanesOf<Lane extends string> = Readonly<Record<Lane, string>>

export type FairSlots<Lane extends string> = {
  /** Names of the lanes, narrowest first. */
  lanes: readonly Lane[]
  /** Number of slots held by one key of a lane. */
  held(lane: Lane, key: string): number
  /**
   * Takes a slot; call the result once to release it. Undefined when one of the work's lanes, or everything, is full.
   */
  take(work: LanesOf<Lane>): (() => void) | undefined
  /** Whether every slot is taken. */
  isFull(): boolean
}

/**
 * Maximum share of the free slots for one key: the fewer slots are free, the smaller the share, so that a new key
 * always finds one.
 */
const LARGEST_SHARE = 1 / 4

/**
 * Limits concurrent work that waits for an outside party: `total` slots, and for each key of a lane (a tenant, an
 * endpoint) at most `most[lane]`, narrowest lane first. Counts in this process only. A receiver that hangs fills only
 * its own lanes (T-130).
 */
export function fairSlots<Lane extends string>(total: number, most: Readonly<Record<Lane, number>>): FairSlots<Lane> {
  const lanes = Object.keys(most) as Lane[]
  const counts = new Map<string, number>()
  let taken = 0
  const nameOf = (lane: Lane, key: string) => `${lane} ${key}`
  const held = (lane: Lane, key: string) => counts.get(nameOf(lane, key)) ?? 0

  function add(work: LanesOf<Lane>, change: 1 | -1): void {
    taken += change
    for (const lane of lanes) {
      const left = held(lane, work[lane]) + change
      if (left > 0) counts.set(nameOf(lane, work[lane]), left)
      else counts.delete(nameOf(lane, work[lane]))
    }
  }

  return {
    lanes,
    held,
    take(work) {
      if (taken >= total) return undefined
      const share = Math.max(1, Math.floor((total - taken) * LARGEST_SHARE))
      if (lanes.some((lane) => held(lane, work[lane]) >= Math.min(most[lane], share))) return undefined
      add(work, 1)
      let isHeld = true
      return () => {
        if (isHeld) add(work, -1)
        isHeld = false
      }
    },
    isFull: () => taken >= total,
  }
}

/** The key that holds fewest slots comes first, by the widest lane before narrower ones; equals keep their order. */
export function inFairOrder<Lane extends string, Work extends LanesOf<Lane>>(
  waiting: readonly Work[],
  slots: FairSlots<Lane>,
): Work[] {
  return slots.lanes.reduce<Work[]>((works, lane) => {
    const ahead = new Map<string, number>()
    const placed = works.map((work) => {
      const place = ahead.get(work[lane]) ?? slots.held(lane, work[lane])
      ahead.set(work[lane], place + 1)
      return { work, place }
    })
    return placed.sort((left, right) => left.place - right.place).map(({ work }) => work)
  }, waiting.slice())
}
