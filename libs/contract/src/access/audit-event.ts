import { z } from 'zod'
import { Id, Timestamp } from '../http/identifier.ts'
import { PageQuery } from '../http/page.ts'

/** The longest value in an event's details; who writes one cuts it there. */
export const LONGEST_AUDIT_DETAIL = 500

/** Who did what, when, to which tenant, with which outcome. `details` never carries a secret, token or cookie. */
export const NewAuditEvent = z.object({
  tenantId: Id.nullable(),
  actor: z.string().max(200),
  action: z
    .string()
    .max(100)
    .meta({ examples: ['sign-in', 'microsoft-account.create'] }),
  outcome: z.enum(['success', 'refused', 'failure']),
  target: z.string().max(200).nullable().default(null),
  requestId: z.string().max(100).nullable().default(null),
  details: z.record(z.string(), z.string().max(LONGEST_AUDIT_DETAIL)).default({}),
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
