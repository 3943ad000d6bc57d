import { z } from 'zod'
import { Timestamp } from '../http/identifier.ts'
import { AdminRole, Scope } from './api-key.ts'

/** A link that opens Control once, for an admin who has no other way in yet. */
export const NewControlSignInLink = z.strictObject({
  scope: Scope.default('platform'),
  role: AdminRole.default('admin'),
})
/** The token stands in the link's fragment, so that it reaches no log. */
export const ControlSignInLink = z.object({ token: z.string(), expiresAt: Timestamp })
export const ControlSignInRedemption = z.strictObject({ token: z.string().min(1).max(200) })
