import { z } from 'zod'
import { AdminRole, Scope } from './api-key.ts'

/** An authenticated admin: an API key or a Control session. `id` names it in the audit log. */
export const Principal = z.object({ id: z.string(), scope: Scope, role: AdminRole })
export type Principal = z.infer<typeof Principal>

/**
 * Claims of a token between our services. `iss` the calling service, `aud` the service called, `sub` the admin it calls for, or itself.
 * The role `service` opens the internal routes and nothing else.
 */
export const InternalClaims = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  scope: Scope,
  role: z.enum([...AdminRole.options, 'service']),
})
export type InternalClaims = z.infer<typeof InternalClaims>
