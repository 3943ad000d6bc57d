import { z } from 'zod'

export const GrantSeed = z.strictObject({
  appId: z.guid().toLowerCase(),
  /** Application permissions with admin consent. */
  roles: z.array(z.string()).default([]),
  /** Delegated scopes consented for every user of the directory. */
  everyUser: z.boolean().default(true),
  enabled: z.boolean().default(true),
})
export type GrantSeed = z.input<typeof GrantSeed>

/** An application as one directory knows it: its object there and what was consented to. */
export type ServicePrincipal = {
  id: string
  appId: string
  enabled: boolean
  roles: Set<string>
  everyUser: boolean
  consentedUsers: Set<string>
}

export function hasUserConsent(principal: ServicePrincipal | undefined, userId: string): boolean {
  return principal !== undefined && (principal.everyUser || principal.consentedUsers.has(userId))
}
