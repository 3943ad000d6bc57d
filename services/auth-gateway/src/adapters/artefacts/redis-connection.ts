import { Redis } from 'ioredis'

const LONGEST_RETRY_MS = 500

/**
 * Connects with bounded waits: 2 s for any answer, and at most half a second until the next attempt to reconnect
 * (DO-05).
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    retryStrategy: (times) => Math.min(times * 50, LONGEST_RETRY_MS),
  })
  redis.on('error', onError)
  return redis
}
