import type { FastifyReply } from 'fastify'

export type ProxySlot = {
  /** Call once the service behind has answered or failed. */
  answered(): void
  release(): void
}

/**
 * Holds a slot while a forwarded call uses a connection: until the service behind has answered, even when the client
 * has gone, and until the answer is sent.
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
