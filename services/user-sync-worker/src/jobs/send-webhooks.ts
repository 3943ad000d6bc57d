import type { Ports } from '../ports.ts'

const AT_ONCE = 40
const MOST_ROUNDS = 25

/** Sends what waits: at least once, and for one endpoint in order per user. A message that fails rests with its endpoint. */
export function sendWebhooks({ webhookOutbox, sendWebhook }: Pick<Ports, 'webhookOutbox' | 'sendWebhook'>) {
  return async (): Promise<number> => {
    let delivered = 0
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const messages = await webhookOutbox.claim(AT_ONCE)
      if (messages.length === 0) break
      const outcomes = await Promise.all(
        messages.map(async (message) => {
          const outcome = await sendWebhook(message)
          if (outcome.kind === 'failed') await webhookOutbox.failed(message, outcome)
          else await webhookOutbox.delivered(message)
          return outcome.kind
        }),
      )
      delivered += outcomes.filter((kind) => kind === 'delivered').length
    }
    return delivered
  }
}
