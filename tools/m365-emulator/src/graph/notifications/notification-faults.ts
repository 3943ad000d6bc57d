import { z } from 'zod'

const next = {
  count: z.number().int().min(1).default(1),
  /** Only notifications of this directory. */
  directoryId: z.guid().toLowerCase().optional(),
}

export const NotificationFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('lose'), ...next }),
  z.strictObject({ kind: z.literal('duplicate'), ...next }),
  z.strictObject({ kind: z.literal('wrong-client-state'), ...next }),
  /** Delivers this much later. */
  z.strictObject({
    kind: z.literal('delay'),
    ...next,
    milliseconds: z.number().int().min(0),
  }),
  /** Holds the next `count` notifications until all are there, then delivers them in reverse order. */
  z.strictObject({ kind: z.literal('reorder'), ...next, count: z.number().int().min(2) }),
])
export type NotificationFaultInput = z.input<typeof NotificationFault>

type Planned = z.output<typeof NotificationFault> & { left: number; held: Sent[] }
export type Sent = { address: string; body: Record<string, unknown> }
type Delivery = Sent & { delay: number }

/** Planned faults in order, each for the next `count` notifications. */
export class NotificationFaults {
  #planned: Planned[] = []

  plan(fault: NotificationFaultInput): void {
    const parsed = NotificationFault.parse(fault)
    this.#planned.push({ ...parsed, left: parsed.count, held: [] })
  }

  /** Cancels all, or those of one directory alone. */
  clear(directory?: string): void {
    this.#planned = this.#planned.filter(({ directoryId }) => directory !== undefined && directoryId !== directory)
  }

  /** Returns the deliveries of one notification: none, itself, itself twice, altered or delayed. */
  apply(sent: Sent): Delivery[] {
    const directoryId = sent.body.tenantId ?? sent.body.organizationId
    const fault = this.#planned.find((planned) => (planned.directoryId ?? directoryId) === directoryId)
    if (!fault) return [{ ...sent, delay: 0 }]
    fault.left--
    if (fault.left === 0) this.#planned = this.#planned.filter((planned) => planned !== fault)
    switch (fault.kind) {
      case 'lose':
        return []
      case 'duplicate':
        return [
          { ...sent, delay: 0 },
          { ...sent, delay: 0 },
        ]
      case 'wrong-client-state':
        return [{ address: sent.address, body: { ...sent.body, clientState: 'not-the-state-you-gave' }, delay: 0 }]
      case 'delay':
        return [{ ...sent, delay: fault.milliseconds }]
      case 'reorder':
        fault.held.unshift(sent)
        return fault.left > 0 ? [] : fault.held.map((one) => ({ ...one, delay: 0 }))
    }
  }
}
