import { z } from 'zod'
import { Id, Timestamp } from '../http/identifier.ts'
import { PageQuery } from '../http/page.ts'

/** Most characters of each text. Writers cut them by `fitAuditEvent`, so that the registry refuses no event. */
const MOST = { actor: 200, action: 100, target: 200, requestId: 100, detail: 500 } as const

/** Who did what, when, to which tenant, with which outcome. `details` never carries a secret, token or cookie. */
export const NewAuditEvent = z.object({
  tenantId: Id.nullable(),
  actor: z.string().max(MOST.actor),
  action: z
    .string()
    .max(MOST.action)
    .meta({ examples: ['sign-in', 'microsoft-account.create'] }),
  outcome: z.enum(['success', 'refused', 'failure']),
  target: z.string().max(MOST.target).nullable().default(null),
  requestId: z.string().max(MOST.requestId).nullable().default(null),
  details: z.record(z.string(), z.string().max(MOST.detail)).default({}),
})
export type NewAuditEvent = z.input<typeof NewAuditEvent>

/** As other services send it: with its own id and time it may be sent again, and is recorded once. */
export const SentAuditEvent = NewAuditEvent.extend({ id: Id.optional(), at: Timestamp.optional() })
export type SentAuditEvent = z.input<typeof SentAuditEvent>

export const AuditEvent = z.object({ id: Id, at: Timestamp, ...NewAuditEvent.shape }).meta({ id: 'AuditEvent' })
export type AuditEvent = z.infer<typeof AuditEvent>
/** An event before it has its id and time: a change writes its entry in the same transaction. */
export type AuditEntry = Omit<AuditEvent, 'id' | 'at'>
export const AuditEventQuery = PageQuery.extend({ tenantId: Id.optional(), action: z.string().max(100).optional() })

/** The event with texts that the registry accepts and Postgres stores: cut, well-formed Unicode, without NUL. */
export function fitAuditEvent<Event extends NewAuditEvent>(event: Event): Event {
  const fit = (text: string, most: number) => text.slice(0, most).toWellFormed().replaceAll('\0', '')
  const fitNullable = (text: string | null | undefined, most: number) => (text ? fit(text, most) : (text ?? null))
  const details = Object.entries(event.details ?? {}).map(([name, value]) => [name, fit(value, MOST.detail)])
  return {
    ...event,
    actor: fit(event.actor, MOST.actor),
    action: fit(event.action, MOST.action),
    target: fitNullable(event.target, MOST.target),
    requestId: fitNullable(event.requestId, MOST.requestId),
    details: Object.fromEntries(details),
  }
}
