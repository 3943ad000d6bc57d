import { fairSender } from '@jackfield/http-server/fair-sender'
import { fairSlots } from '@jackfield/http-server/fair-slots'
import type { Ports } from '../ports.ts'

const AT_ONCE = 240
const MOST = { endpoint: 8, tenant: 24 }

/**
 * Sends due webhooks at least once, for one endpoint in order per user. A failed message rests with its endpoint.
 * Endpoints and tenants have slots of their own: hanging receivers delay no others (T-130).
 */
export function sendWebhooks(
  { webhookOutbox, sendWebhook }: Pick<Ports, 'webhookOutbox' | 'sendWebhook'>,
  onError: (error: unknown) => void,
) {
  const slots = fairSlots(AT_ONCE, MOST)
  return fairSender({
    slots,
    async listDue() {
      const due = await webhookOutbox.listDue(MOST.endpoint)
      // A failing endpoint is tried with one message, not with all its slots.
      return due.filter(({ endpoint, isFailing }) => !isFailing || slots.held('endpoint', endpoint) === 0)
    },
    claim: webhookOutbox.claim,
    idOf: ({ seq }) => seq,
    async deliver(message) {
      const outcome = await sendWebhook(message)
      if (outcome.kind === 'failed') await webhookOutbox.failed(message, outcome)
      else await webhookOutbox.delivered(message)
      return outcome.kind === 'delivered'
    },
    onError,
  })
}
