import type { Redis } from 'ioredis'

/**
 * Called before a command, it holds back what is written to Redis until this turn of the event loop is over, so that what several requests
 * ask at once goes out together: a system call costs several times what a command does.
 */
export function gatherWrites(redis: Pick<Redis, 'stream'>): () => void {
  let held: Redis['stream'] | undefined
  return () => {
    const { stream } = redis
    if (!stream || held === stream) return // not connected yet, or held already
    held = stream
    stream.cork()
    setImmediate(() => {
      held = undefined
      stream.uncork()
    })
  }
}
