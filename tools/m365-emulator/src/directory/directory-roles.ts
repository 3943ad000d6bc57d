import { z } from 'zod'

export const DirectoryRole = z.enum([
  'Global Administrator',
  'Privileged Role Administrator',
  'Application Administrator',
  'Cloud Application Administrator',
  'User Administrator',
])
export type DirectoryRole = z.infer<typeof DirectoryRole>

/** Application permissions of Microsoft Graph are for these two alone; the lesser application roles end before them. */
export const MAY_CONSENT_TO_GRAPH: readonly DirectoryRole[] = ['Global Administrator', 'Privileged Role Administrator']
const MAY_MANAGE_APPLICATIONS: readonly DirectoryRole[] = [
  'Global Administrator',
  'Application Administrator',
  'Cloud Application Administrator',
]

type Holder = { directoryRoles: readonly DirectoryRole[] }

const holdsAny = ({ directoryRoles }: Holder, roles: readonly DirectoryRole[]) =>
  directoryRoles.some((role) => roles.includes(role))

/**
 * For the whole organization: with application permissions only the two highest, delegated ones the application roles
 * too.
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
