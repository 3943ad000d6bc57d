import { z } from 'zod'
import { Id, TenantParams, Timestamp } from '../http/identifier.ts'
import { PageQuery } from '../http/page.ts'

/** What is signed in: a browser, a desk phone by device code, or a native app, which rests on a browser's session. */
export const SessionKind = z.enum(['browser', 'device', 'app']).meta({ id: 'SessionKind' })
export type SessionKind = z.infer<typeof SessionKind>

const Client = z.object({
  browser: z.string().nullable().meta({ description: 'Name of the browser, or of the one that connected a device' }),
  system: z.string().nullable(),
  address: z.string().nullable().meta({ description: 'Address of a device when it asked for its code' }),
})

/** A sign-in of a person that has not ended. */
export const Session = z
  .object({
    id: Id,
    kind: SessionKind,
    userId: Id,
    host: z.string().meta({ description: 'The host that the person signed in on', examples: ['acme.phone.example'] }),
    apps: z.array(z.object({ clientId: z.string(), name: z.string() })),
    createdAt: Timestamp,
    lastUsedAt: Timestamp.meta({ description: 'Of devices and apps: to within ten minutes' }),
    expiresAt: Timestamp.meta({ description: 'Unless it is used or ended before' }),
    client: Client,
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const SessionQuery = PageQuery.extend({ kind: SessionKind.optional() })
export const SessionParams = TenantParams.extend({ sessionId: Id })

/** Which sessions of a person end: all, unless narrowed. */
export const SessionRevocation = z.strictObject({
  kinds: z.array(SessionKind).min(1).max(3).optional(),
  exceptIds: z.array(Id).max(100).optional().meta({ description: 'Sessions that are kept' }),
})
export const SessionsRevoked = z.object({ ended: z.int().meta({ description: 'How many sessions ended' }) })
