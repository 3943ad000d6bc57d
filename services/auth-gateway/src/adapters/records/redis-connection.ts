import { type Command, Redis } from 'ioredis'

const LONGEST_RETRY_MS = 500

/**
 * Connects with bounded waits: 2 s for any answer, and at most half a second until the next attempt to reconnect
 * (DO-05).
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new CorkedRedis(url, {
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    retryStrategy: (times) => Math.min(times * 50, LONGEST_RETRY_MS),
  })
  redis.on('error', onError)
  return redis
}

/**
 * Corks the connection until the end of this turn of the event loop, so that commands of concurrent requests share one
 * system call, which costs several times what a command does. ioredis's own pipelines would make a command wait for the
 * answers to earlier ones, and an outage last longer than 2 s.
 */
class CorkedRedis extends Redis {
  override sendCommand(command: Command, ...rest: unknown[]) {
    const { stream } = this
    if (stream && stream.writableCorked === 0) {
      stream.cork()
      setImmediate(() => stream.uncork())
    }
    return super.sendCommand(command, ...(rest as []))
  }
}
