import { z } from 'zod'
import { Id, Timestamp } from '../http/identifier.ts'

/** Where an administrator of the directory gives the application its permissions. */
export const ConsentLink = z.object({ url: z.url(), expiresAt: Timestamp }).meta({ id: 'ConsentLink' })
export type ConsentLink = z.infer<typeof ConsentLink>

/** What begins the state of such a link, to tell its answer from one of a sign-in. */
export const CONSENT_STATE_PREFIX = 'consent-'

/**
 * tenant-registry `POST /internal/consent-returns`: a browser came back from there. What else its address said is not
 * passed on.
 */
export const ConsentAnswer = z.object({
  state: z.string().startsWith(CONSENT_STATE_PREFIX).max(200),
  isDeclined: z.boolean(),
})
export type ConsentAnswer = z.infer<typeof ConsentAnswer>

/** What an app-only token of the directory showed; `granted` is never concluded from what the browser brought. */
export const ConsentReturn = z.object({
  tenantId: Id,
  accountId: Id,
  tenant: z.string(),
  alias: z.string(),
  outcome: z.enum(['granted', 'declined', 'not-seen-yet', 'no-credential', 'not-proven']),
})
export type ConsentReturn = z.infer<typeof ConsentReturn>
