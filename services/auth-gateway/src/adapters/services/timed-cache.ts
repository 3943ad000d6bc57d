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

/** `failure`: why the source has not answered since. */
type Entry<Value> = { value: Value | undefined; at: number; failure?: unknown }

/** lru-cache reads a lifetime of 0 as "for ever". */
const SHORTEST_MS = 1
/** A source that hangs holds up one request in this time, not each. */
const RETRY_MS = 500

/**
 * Caches answers of another service. Concurrent callers share one request, which gets the previous answer for a
 * conditional request. Each call may ask for another `staleIfErrorMs`.
 */
export function timedCache<Value>(
  load: (key: string, former: Value | undefined) => Promise<Value | undefined>,
  { freshMs, freshAbsentMs = freshMs, staleIfErrorMs: usualStaleMs = 0, max }: TimedCacheOptions,
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
      } catch (failure) {
        if (former?.value === undefined) throw failure
        options.ttl = Math.min(freshMs, RETRY_MS)
        return { ...former, failure }
      }
    },
  })
  return async (key: string, staleIfErrorMs = usualStaleMs): Promise<Value | undefined> => {
    const entry = await cache.fetch(key)
    if (entry && 'failure' in entry && performance.now() - entry.at >= staleIfErrorMs) throw entry.failure
    return entry?.value
  }
}
