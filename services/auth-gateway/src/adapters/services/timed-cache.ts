import { LRUCache } from 'lru-cache'

export type TimedCacheOptions = {
  /** How long an answer is good, in milliseconds. */
  freshMs: number
  /** How long "there is none" is good. */
  freshAbsentMs?: number
  /** How long an answer may stand in when the source fails. */
  staleIfErrorMs?: number
  max: number
}

type Entry<Value> = { value: Value | undefined; at: number }

/** Remembers answers of another service for a moment; callers who ask at once share one question, which knows the answer before. */
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
    if (entry && performance.now() - entry.at < (entry.value === undefined ? freshAbsentMs : freshMs)) return entry.value
    const under = running.get(key)
    if (under) return under
    const loading = reload(key)
    running.set(key, loading)
    return loading
  }
}
