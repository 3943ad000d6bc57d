/** What a piece of work belongs to, by lane: `{ endpoint: '<id>', tenant: '<id>' }`. */
export type LanesOf<Lane extends string> = Readonly<Record<Lane, string>>

export type FairSlots<Lane extends string> = {
  /** Names of the lanes, narrowest first. */
  lanes: readonly Lane[]
  /** How many slots the work of one lane holds. */
  held(lane: Lane, key: string): number
  /** Takes a slot; call the result once to give it back. Undefined when a lane of the work, or everything, is full. */
  take(work: LanesOf<Lane>): (() => void) | undefined
  /** Whether no slot is left for anybody. */
  isFull(): boolean
}

/**
 * Of the slots still free no lane may hold more: the more are busy, the smaller each share, so that a newcomer always
 * finds one.
 */
const LARGEST_SHARE = 1 / 4

/**
 * Bounds work under way that waits for somebody else: `total` at once, and for each key of a lane (a tenant, an
 * endpoint) at most `most[lane]`, narrowest lane first. Counted in this process. One that hangs fills its own lanes and
 * nobody else's (T-130).
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
