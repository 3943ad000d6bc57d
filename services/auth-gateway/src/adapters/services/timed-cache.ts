import { LRUCache } from 'lru-cache'

export type TimedCacheOptions = {
  /** How long an answer is valid, in milliseconds. */
  freshMs: number
  /** How long the answer "there is none" is valid. */
  freshAbsentMs?: number
  /** How old an answer may be that is used because the source fails. */
  staleIfErrorMs?: number
  max: number
}

type Entry<Value> = { value: Value | undefined; at: number }

/** lru-cache reads a lifetime of 0 as "for ever". */
const SHORTEST_MS = 1

/**
 * Caches answers of another service. Concurrent callers share one request, which gets the previous answer for a
 * conditional request.
 */
export function timedCache<Value>(
  load: (key: string, former: Value | undefined) => Promise<Value | undefined>,
  { freshMs, freshAbsentMs = freshMs, staleIfErrorMs = 0, max }: TimedCacheOptions,
) {
  const cache = new LRUCache<string, Entry<Value>>({
    max,
    ttl: freshMs,
    ttlResolution: 0, // no timer for each millisecond
    noDeleteOnFetchRejection: true,
    ignoreFetchAbort: true, // an entry that is evicted while it loads is answered all the same
    async fetchMethod(key, former, { options }) {
      try {
        const value = await load(key, former?.value)
        if (value === undefined) options.ttl = Math.max(SHORTEST_MS, freshAbsentMs)
        return { value, at: performance.now() }
      } catch (error) {
        if (former?.value === undefined || performance.now() - former.at >= staleIfErrorMs) throw error
        options.ttl = SHORTEST_MS
        return former
      }
    },
  })
  return async (key: string): Promise<Value | undefined> => (await cache.fetch(key))?.value
}
