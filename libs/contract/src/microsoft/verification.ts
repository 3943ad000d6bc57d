import { z } from 'zod'
import { Timestamp } from '../http/identifier.ts'

export const CheckId = z.enum([
  'directory',
  'credential',
  'consent',
  'users',
  'permissions',
  'redirect-uris',
  'changes',
  'notifications',
])
export type CheckId = z.infer<typeof CheckId>

/**
 * One check of the connection test: what is wrong, who can mend it and how. `changes` and
 * `notifications` never fail: they warn, or are skipped.
 */
export const Check = z.object({
  id: CheckId,
  status: z.enum(['passed', 'failed', 'warning', 'skipped']),
  code: z.string().optional().meta({ description: 'AADSTS or Graph error code' }),
  message: z.string(),
  remedy: z.string().meta({ description: 'What to do; empty when there is nothing to do' }),
  link: z.url().optional(),
  correlationId: z.string().optional(),
})
export type Check = z.infer<typeof Check>

/** Result of the connection test. `ok` when no check failed. */
export const Verification = z.object({ ok: z.boolean(), checkedAt: Timestamp, checks: z.array(Check) })
export type Verification = z.infer<typeof Verification>
