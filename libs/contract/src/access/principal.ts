import { z } from 'zod'
import { Id } from '../http/identifier.ts'
import { AdminRole, Scope } from './api-key.ts'

/** Admins, and the holders of hand-over links, who reach one account's set-up and nothing else. */
const PrincipalRole = z.enum([...AdminRole.options, 'hand-over'])

/**
 * An authenticated admin: an API key or a Control session. `id` names it in the audit log; `accountId` is the one that
 * was handed over; `name` is there of a person who signed in with Microsoft.
 */
export const Principal = z.object({
  id: z.string(),
  scope: Scope,
  role: PrincipalRole,
  accountId: Id.optional(),
  name: z.string().optional(),
})
export type Principal = z.infer<typeof Principal>

/**
 * Claims of a token between our services. `iss` the calling service, `aud` the service called, `sub` the admin it calls
 * for, or itself. The role `service` opens the internal routes and nothing else.
 */
export const InternalClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  scope: Scope,
  role: z.enum([...PrincipalRole.options, 'service']),
})
export type InternalClaims = z.infer<typeof InternalClaims>
