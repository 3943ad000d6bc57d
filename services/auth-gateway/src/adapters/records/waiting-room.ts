import { LRUCache } from 'lru-cache'
import { givingWay, MOST_WAITING, NoRoomError } from '../../domain/rate-limits.ts'

/** Unfinished sign-ins that have not expired, of one host or of all. */
export type WaitingStore = {
  countWaiting(place?: string): Promise<number>
  /**
   * Removes the oldest of the network that has the most there, with what else they have stored, so that the attempts of
   * a flood give way to others. Returns their number.
   */
  giveWay(place: string | undefined, count: number): Promise<number>
}

export type WaitingRoom = {
  /**
   * Reserves a slot; call the result once the save has settled. Until then the slot counts even though no store has the
   * record.
   *
   * At the limit the oldest unfinished sign-ins are removed, unless this one is stored already.
   *
   * @throws NoRoomError when none can be removed
   */
  admit(place: string, isStored: () => Promise<boolean>): Promise<() => void>
}

/** The last count of the store and the admissions since. */
type Counts = { counted: Promise<number>; admitted: number }

const COUNTED_FOR_MS = 1_000
const EVERYWHERE = ''

/**
 * Limits unfinished sign-ins (T-131). Asks the store at most once a second and adds what this process has admitted since.
 * `factor` multiplies the limits; 0 lifts them.
 */
export function waitingRoom(counts: WaitingStore, factor: number, onFull: (place: string) => void): WaitingRoom {
  const recent = new LRUCache<string, Counts>({ max: 2_000, ttl: COUNTED_FOR_MS })
  /** Saves in flight. The store may or may not count them yet: counting one twice is safe, missing it is not. */
  const inFlight = new Map<string, number>()
  const relieving = new LRUCache<string, Promise<void>>({ max: 2_000 })
  const reported = new LRUCache<string, true>({ max: 100, ttl: 60_000 })

  const countInFlight = (place: string, by: 1 | -1) => {
    const left = (inFlight.get(place) ?? 0) + by
    if (left > 0) inFlight.set(place, left)
    else inFlight.delete(place)
  }

  function countsOf(place: string): Counts {
    const known = recent.get(place) ?? {
      counted: counts.countWaiting(place === EVERYWHERE ? undefined : place),
      admitted: inFlight.get(place) ?? 0,
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

  /** One after the other, so that concurrent requests do not each remove as many. */
  async function makeRoom(place: string, everywhere: Counts, known: Counts, most: number): Promise<void> {
    const earlier = relieving.get(place)
    const relief = (async () => {
      await earlier?.catch(() => undefined)
      if ((await known.counted) + known.admitted <= most) return
      const gone = await counts.giveWay(place === EVERYWHERE ? undefined : place, givingWay(most))
      if (gone === 0) throw new NoRoomError('too many sign-ins wait to be finished')
      for (const each of new Set([everywhere, known])) each.admitted -= gone
    })()
    relieving.set(place, relief)
    await relief
  }

  return {
    async admit(place, isStored) {
      if (factor === 0) return () => undefined
      const places = [place, EVERYWHERE]
      const release = () => {
        for (const each of places.splice(0)) countInFlight(each, -1)
      }
      const known = [countsOf(place), countsOf(EVERYWHERE)] as const
      const asked = [isFull(place, known[0], MOST_WAITING.host), isFull(EVERYWHERE, known[1], MOST_WAITING.platform)]
      for (const each of places) countInFlight(each, 1)
      try {
        const [here, everywhere] = await Promise.all(asked)
        if (!(here || everywhere) || (await isStored())) return release
        const full = here ? place : EVERYWHERE
        if (!reported.has(full)) onFull(here ? 'a host' : 'the platform')
        reported.set(full, true)
        const most = (here ? MOST_WAITING.host : MOST_WAITING.platform) * factor
        await makeRoom(full, known[1], here ? known[0] : known[1], most)
        return release
      } catch (error) {
        release()
        // A refused sign-in is taken off both counts, so that it uses no slot of another host.
        for (const each of known) each.admitted--
        throw error
      }
    },
  }
}
