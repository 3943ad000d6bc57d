import { type FairSender, fairSender } from './fair-sender.ts'
import { fairSlots } from './fair-slots.ts'

type Answer = true | { kind: 'unavailable' } | { kind: 'refused' | 'failed'; reason: string }

/** Audit events that the registry does not have yet. */
export type AuditOutbox<Event> = {
  /** Due events, oldest first, of a bounded number; `tenant` is a key, also for those of the platform. */
  listDue(): Promise<Array<{ id: string; tenant: string }>>
  /** Claims those still due for half a minute. */
  claim(ids: readonly string[]): Promise<Array<{ id: string; event: Event }>>
  remove(id: string): Promise<void>
  /** Each attempt doubles the wait, up to five minutes. */
  postpone(id: string): Promise<void>
  /** Due again in a second, as if it had not been tried. */
  putBack(id: string): Promise<void>
  /** Keeps an event that is refused for people to see to; nothing sends it any more. */
  setAside(id: string): Promise<void>
  countSetAside(): Promise<number>
}

type SenderParts<Event> = {
  outbox: AuditOutbox<Event>
  record(event: Event): Promise<Answer>
  /** Called for each event that is set aside. */
  onSetAside: (error: Error) => void
  onError: (error: unknown) => void
}

const AT_ONCE = 16
const MOST = { tenant: 4 }
const AWAY_MS = 1_000

/**
 * Sends audit events to the registry, which is idempotent: sending twice after a crash is harmless. A refused event is
 * set aside alone; tenants have slots of their own (T-130). While the registry does not answer, nothing is sent for a
 * second.
 */
export function auditSender<Event>({ outbox, record, onSetAside, onError }: SenderParts<Event>): FairSender {
  let awayUntil = 0
  return fairSender({
    slots: fairSlots(AT_ONCE, MOST),
    listDue: async () => (performance.now() < awayUntil ? [] : outbox.listDue()),
    claim: outbox.claim,
    idOf: ({ id }) => id,
    async deliver({ id, event }) {
      const answer = await record(event)
      if (answer === true) {
        await outbox.remove(id)
        return true
      }
      if (answer.kind === 'unavailable') {
        awayUntil = performance.now() + AWAY_MS
        await outbox.putBack(id)
      } else if (answer.kind === 'failed') await outbox.postpone(id)
      else {
        await outbox.setAside(id)
        onSetAside(new Error(`The audit event ${id} was put aside, the registry refuses it: ${answer.reason}`))
      }
      return false
    },
    onError,
  })
}
