import type { FastifyReply } from 'fastify'

export type ProxySlot = {
  /** The service behind has answered, or will not any more. */
  answered(): void
  release(): void
}

/**
 * Holds a slot for a forwarded call as long as it holds a connection: until the service behind has answered, whether or not the client
 * still waits for it, and until the answer is out.
 */
export function holdSlot({ raw }: FastifyReply, release: () => void): ProxySlot {
  let isAnswered = false
  raw.once('close', () => {
    if (isAnswered) release()
  })
  return {
    answered() {
      isAnswered = true
      if (raw.destroyed) release()
    },
    release,
  }
}
