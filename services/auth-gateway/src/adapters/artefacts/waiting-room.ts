import { LRUCache } from 'lru-cache'
import { MOST_WAITING, NoRoomError } from '../../domain/sign-in/waiting-sign-ins.ts'

/** Counts the waiting sign-ins that live, of one place or of all. */
export type WaitingCounts = { countWaiting(place?: string): Promise<number> }

export type WaitingRoom = {
  /**
   * Answers what is to be called when the sign-in is kept, or is not: until then it counts, though no store knows it yet.
   * @throws NoRoomError when one more at this place would be too many, unless it has its seat already.
   */
  admit(place: string, hasSeat: () => Promise<boolean>): Promise<() => void>
}

/** What the store counted a moment ago, and what has come since. */
type Counts = { counted: Promise<number>; admitted: number }

const COUNTED_FOR_MS = 1_000
const EVERYWHERE = ''

/**
 * The store is asked once a second at most; what this process admits in between is added to its answer. `factor` stretches the room,
 * 0 lifts its limits.
 */
export function waitingRoom(counts: WaitingCounts, factor: number, onFull: (place: string) => void): WaitingRoom {
  const recent = new LRUCache<string, Counts>({ max: 2_000, ttl: COUNTED_FOR_MS })
  /** On their way to the store, which may or may not have them when it counts: twice is safe, never is not. */
  const underWay = new Map<string, number>()
  const told = new LRUCache<string, true>({ max: 100, ttl: 60_000 })

  const move = (place: string, by: 1 | -1) => {
    const left = (underWay.get(place) ?? 0) + by
    if (left > 0) underWay.set(place, left)
    else underWay.delete(place)
  }

  function countsOf(place: string): Counts {
    const known = recent.get(place) ?? {
      counted: counts.countWaiting(place === EVERYWHERE ? undefined : place),
      admitted: underWay.get(place) ?? 0,
    }
    if (!recent.has(place)) recent.set(place, known)
    return known
  }

  async function isFull(place: string, known: Counts, most: number): Promise<boolean> {
    const taken = known.admitted++
    const counted = await known.counted.catch((error: unknown) => {
      recent.delete(place)
      throw error
    })
    return counted + taken >= most * factor
  }

  return {
    async admit(place, hasSeat) {
      if (factor === 0) return () => undefined
      const places = [place, EVERYWHERE]
      const leave = () => {
        for (const each of places.splice(0)) move(each, -1)
      }
      const known = [countsOf(place), countsOf(EVERYWHERE)] as const
      const asked = [isFull(place, known[0], MOST_WAITING.host), isFull(EVERYWHERE, known[1], MOST_WAITING.platform)]
      for (const each of places) move(each, 1)
      try {
        const [here, everywhere] = await Promise.all(asked)
        if (!(here || everywhere) || (await hasSeat())) return leave
        const full = here ? place : EVERYWHERE
        if (!told.has(full)) onFull(here ? 'a host' : 'the platform')
        told.set(full, true)
        throw new NoRoomError('too many sign-ins wait to be finished')
      } catch (error) {
        leave()
        // Whoever is refused here takes no room from others elsewhere.
        for (const each of known) each.admitted--
        throw error
      }
    },
  }
}
