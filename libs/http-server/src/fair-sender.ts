import { type FairSlots, inFairOrder, type LanesOf } from './fair-slots.ts'

type FairSenderParts<Lane extends string, Due extends LanesOf<Lane> & { id: string }, Message> = {
  slots: FairSlots<Lane>
  /**
   * What waits and is due, oldest first: of each key of the narrowest lane at least as much as its slots could take.
   */
  listDue(): Promise<Due[]>
  /** Those of these messages that no other process claimed meanwhile. */
  claim(ids: string[]): Promise<Message[]>
  idOf(message: Message): string
  /** Sends one and notes in the outbox what became of it. True when it was delivered. */
  deliver(message: Message): Promise<boolean>
  onError(error: unknown): void
  /** How often messages are looked for that became due while others are under way. */
  pollMs?: number
}

/**
 * Sends until nothing is due and nothing under way; once `stopping` is aborted, begins nothing more. Answers how many
 * were delivered.
 */
export type FairSender = (stopping?: AbortSignal) => Promise<number>

/**
 * Empties an outbox through fair slots, without rounds: a slot that is given back takes the next due message at once,
 * so that nobody waits for the slowest of a batch. Not to be called again before it has ended.
 */
export function fairSender<Lane extends string, Due extends LanesOf<Lane> & { id: string }, Message>(
  parts: FairSenderParts<Lane, Due, Message>,
): FairSender {
  const { slots, onError, pollMs = 1_000 } = parts
  return async (stopping) => {
    let [underWay, delivered] = [0, 0]
    let wake = Promise.withResolvers<void>()

    /** Answers how many it began. */
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
      underWay += 1
      const sent = parts.deliver(message).then((isDelivered) => {
        delivered += isDelivered ? 1 : 0
      })
      sent.catch(onError).finally(() => {
        release()
        underWay -= 1
        wake.resolve()
      })
    }

    for (;;) {
      const begun = stopping?.aborted ? 0 : await begin().catch(onError)
      if (!begun && underWay === 0) return delivered
      const poll = setTimeout(() => wake.resolve(), pollMs)
      await wake.promise
      clearTimeout(poll)
      wake = Promise.withResolvers()
    }
  }
}
