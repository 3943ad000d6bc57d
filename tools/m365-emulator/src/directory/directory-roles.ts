import { z } from 'zod'

export const DirectoryRole = z.enum([
  'Global Administrator',
  'Privileged Role Administrator',
  'Application Administrator',
  'Cloud Application Administrator',
  'User Administrator',
])
export type DirectoryRole = z.infer<typeof DirectoryRole>

/**
 * The only roles that may consent to application permissions of Microsoft Graph; application administrators may not.
 */
const MAY_CONSENT_TO_GRAPH: readonly DirectoryRole[] = ['Global Administrator', 'Privileged Role Administrator']
const MAY_MANAGE_APPLICATIONS: readonly DirectoryRole[] = [
  'Global Administrator',
  'Application Administrator',
  'Cloud Application Administrator',
]

type Holder = { directoryRoles: readonly DirectoryRole[] }

const holdsAny = ({ directoryRoles }: Holder, roles: readonly DirectoryRole[]) =>
  directoryRoles.some((role) => roles.includes(role))

/**
 * Consent for the whole organization: application permissions take one of the two highest roles, delegated ones an
 * application role.
 */
export function mayConsentForOrganization(holder: Holder, asked: { hasApplicationPermissions: boolean }): boolean {
  return (
    holdsAny(holder, MAY_CONSENT_TO_GRAPH) ||
    (!asked.hasApplicationPermissions && holdsAny(holder, MAY_MANAGE_APPLICATIONS))
  )
}

export function mayManageEveryApplication(holder: Holder): boolean {
  return holdsAny(holder, MAY_MANAGE_APPLICATIONS)
}
