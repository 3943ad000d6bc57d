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

/** Template ids, which the claim `wids` names; the last is everybody's. */
const TEMPLATES: Readonly<Record<DirectoryRole, string>> = {
  'Global Administrator': '62e90394-69f5-4237-9190-012177145e10',
  'Privileged Role Administrator': 'e8611ab8-c189-46e8-94e1-60213ab1f814',
  'Application Administrator': '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3',
  'Cloud Application Administrator': '158c047a-c907-4556-b7ef-446551a6b5f7',
  'User Administrator': 'fe930be7-5e62-47db-91af-98c3a49a38b1',
}
const EVERY_MEMBER = 'b79fbf4d-3ef9-4689-8143-76b194e85509'

export function roleTemplateIds({ directoryRoles }: Holder): string[] {
  return [...directoryRoles.map((role) => TEMPLATES[role]), EVERY_MEMBER]
}

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
