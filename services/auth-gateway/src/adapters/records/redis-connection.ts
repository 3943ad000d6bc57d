import { connectionOptions } from '@jackfield/redis/connection-options'
import { type Command, Redis } from 'ioredis'

const PATIENCE_MS = 2_000

/**
 * Connects with bounded waits: 2 s for any answer, and at most half a second until the next attempt to reconnect
 * (DO-05). A command whose reply is lost with the connection fails at once and is not repeated. One that finds no
 * connection waits for the next attempt.
 */
export function connectRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new RecordsRedis(url, {
    ...connectionOptions({ silenceMs: PATIENCE_MS, onRefusal: onError }),
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  })
  redis.on('error', onError)
  return redis
}

/**
 * Corks the connection until the end of this turn of the event loop, so that commands of concurrent requests share one
 * system call, which costs several times what a command does. ioredis's own pipelines would make a command wait for the
 * answers to earlier ones, and an outage last longer than 2 s.
 */
class RecordsRedis extends Redis {
  override sendCommand(command: Command, ...rest: unknown[]) {
    // ioredis sends what waited for the connection even if it was given up meanwhile, and answered 503.
    if (command.isSettled) return command.promise
    const { stream } = this
    if (stream && stream.writableCorked === 0) {
      stream.cork()
      setImmediate(() => stream.uncork())
    }
    return super.sendCommand(command, ...(rest as []))
  }
}
