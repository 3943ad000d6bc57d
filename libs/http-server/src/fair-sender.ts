import { type FairSlots, inFairOrder, type LanesOf } from './fair-slots.ts'

type FairSenderParts<Lane extends string, Due extends LanesOf<Lane> & { id: string }, Message> = {
  slots: FairSlots<Lane>
  /** Due messages, oldest first: for each key of the narrowest lane at least as many as it has slots. */
  listDue(): Promise<Due[]>
  /** Claims these messages; returns those that no other process claimed meanwhile. */
  claim(ids: string[]): Promise<Message[]>
  idOf(message: Message): string
  /** Sends a message and records the outcome in the outbox. True when it was delivered. */
  deliver(message: Message): Promise<boolean>
  onError(error: unknown): void
  /** Milliseconds between checks for newly due messages while others are in flight. */
  pollMs?: number
}

/**
 * Sends until no message is due or in flight; after `stopping` aborts, starts no more. Returns the number delivered.
 */
export type FairSender = (stopping?: AbortSignal) => Promise<number>

/**
 * Empties an outbox through fair slots, without batches: a released slot takes the next due message at once, so that no
 * message waits for the slowest of a batch. Must not be called again before it has returned.
 */
export function fairSender<Lane extends string, Due extends LanesOf<Lane> & { id: string }, Message>(
  parts: FairSenderParts<Lane, Due, Message>,
): FairSender {
  const { slots, onError, pollMs = 1_000 } = parts
  return async (stopping) => {
    let [inFlight, delivered] = [0, 0]
    let wake = Promise.withResolvers<void>()

    /** Starts due messages; returns their number. */
    async function begin(): Promise<number> {
      const releases = new Map<string, () => void>()
      for (const due of inFairOrder(await parts.listDue(), slots)) {
        const release = slots.take(due)
        if (release) releases.set(due.id, release)
      }
      if (releases.size === 0) return 0
      try {
        const messages = await parts.claim([...releases.keys()])
        for (const message of messages) {
          const release = releases.get(parts.idOf(message))
          if (release) send(message, release)
          releases.delete(parts.idOf(message))
        }
        return messages.length
      } finally {
        for (const release of releases.values()) release()
      }
    }

    function send(message: Message, release: () => void): void {
      inFlight += 1
      const sent = parts.deliver(message).then((isDelivered) => {
        delivered += isDelivered ? 1 : 0
      })
      sent.catch(onError).finally(() => {
        release()
        inFlight -= 1
        wake.resolve()
      })
    }

    for (;;) {
      const begun = stopping?.aborted ? 0 : await begin().catch(onError)
      if (!begun && inFlight === 0) return delivered
      const poll = setTimeout(() => wake.resolve(), pollMs)
      await wake.promise
      clearTimeout(poll)
      wake = Promise.withResolvers()
    }
  }
}
