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

/**
 * Caches answers of another service. Concurrent callers share one request, which gets the previous answer for a
 * conditional request. lru-cache's own `fetch` does not serve: it caches no `undefined`, reads a lifetime of 0 as "for
 * ever", and after a failed request it returns stale values of any age.
 */
export function timedCache<Value>(
  load: (key: string, former: Value | undefined) => Promise<Value | undefined>,
  options: TimedCacheOptions,
) {
  const { freshMs, freshAbsentMs = freshMs, staleIfErrorMs = 0, max } = options
  const entries = new LRUCache<string, Entry<Value>>({ max })
  const running = new Map<string, Promise<Value | undefined>>()

  async function reload(key: string): Promise<Value | undefined> {
    try {
      const value = await load(key, entries.get(key)?.value)
      entries.set(key, { value, at: performance.now() })
      return value
    } catch (error) {
      const old = entries.get(key)
      if (old?.value !== undefined && performance.now() - old.at < staleIfErrorMs) return old.value
      throw error
    } finally {
      running.delete(key)
    }
  }

  return async function get(key: string): Promise<Value | undefined> {
    const entry = entries.get(key)
    if (entry && performance.now() - entry.at < (entry.value === undefined ? freshAbsentMs : freshMs))
      return entry.value
    const under = running.get(key)
    if (under) return under
    const loading = reload(key)
    running.set(key, loading)
    return loading
  }
}
