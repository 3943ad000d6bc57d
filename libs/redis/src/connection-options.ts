import { isRefusedByRedis } from '@jackfield/problem/lost-store'
import type { RedisOptions } from 'ioredis'

const CONNECT_PATIENCE_MS = 2_000
/** Also while Redis loads its data: it answers at most this long before the service notices. */
const LONGEST_RETRY_MS = 500
/** A full Redis still answers reads: its connection is replaced this seldom. */
const FULL_PAUSE_MS = 5_000
const FULL = /\b(?:OOM|MISCONF|BUSY)\b/

/**
 * Options of every connection to Redis. One on which a command is refused is replaced: behind the address there may be
 * another primary by now (T-123). One that stays silent for `silenceMs` although it owes a reply is replaced, too.
 */
export function connectionOptions({ silenceMs, onRefusal }: { silenceMs: number; onRefusal: (error: Error) => void }) {
  let replacedAt = Number.NEGATIVE_INFINITY
  return {
    connectTimeout: CONNECT_PATIENCE_MS,
    disconnectTimeout: LONGEST_RETRY_MS,
    maxLoadingRetryTime: LONGEST_RETRY_MS,
    socketTimeout: silenceMs,
    retryStrategy: (times: number) => Math.min(times * 50, LONGEST_RETRY_MS),
    reconnectOnError(error: Error) {
      if (!isRefusedByRedis(error)) return false
      const isTooSoon = FULL.test(error.message) && performance.now() - replacedAt < FULL_PAUSE_MS
      if (isTooSoon) return false
      replacedAt = performance.now()
      onRefusal(error)
      return true
    },
  } satisfies RedisOptions
}
