import { z } from 'zod'

export const GrantSeed = z.strictObject({
  appId: z.guid().toLowerCase(),
  /** Application permissions with admin consent. */
  roles: z.array(z.string()).default([]),
  /** Delegated scopes consented for every user of the directory. */
  everyUser: z.boolean().default(true),
  enabled: z.boolean().default(true),
  /** Only assigned users may sign in (AADSTS50105). */
  assignmentRequired: z.boolean().default(false),
  assignedUsers: z.array(z.guid().toLowerCase()).default([]),
})
export type GrantSeed = z.input<typeof GrantSeed>

/** An application in one directory: its service principal and the consent given to it. */
export type ServicePrincipal = {
  id: string
  appId: string
  enabled: boolean
  roles: Set<string>
  /** When each role was granted: a consent takes effect after the replication delay. */
  grantedAt: Map<string, number>
  everyUser: boolean
  assignmentRequired: boolean
  assignedUsers: Set<string>
  consentedUsers: Set<string>
}

export function hasUserConsent(principal: ServicePrincipal | undefined, userId: string): boolean {
  return principal !== undefined && (principal.everyUser || principal.consentedUsers.has(userId))
}

/** The roles granted before `until`. */
export function effectiveRoles({ roles, grantedAt }: ServicePrincipal, until: number): string[] {
  return [...roles].filter((role) => (grantedAt.get(role) ?? 0) <= until)
}
