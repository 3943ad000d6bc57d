import { whenConnectionCloses } from '@jackfield/http-server/connection-close'
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
  let [isAnswered, isClosed] = [false, false]
  const end = () => {
    takeBack()
    release()
  }
  const close = () => {
    isClosed = true
    // What is still being sent to a connection that is gone would hold the connection to the service behind.
    raw.destroy()
    if (isAnswered) end()
  }
  const takeBack = whenConnectionCloses(raw.req.socket, close)
  raw.once('close', close)
  return {
    answered() {
      isAnswered = true
      if (isClosed) end()
    },
    release: end,
  }
}
