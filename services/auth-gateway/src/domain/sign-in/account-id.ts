import type { SignInSite } from '../site.ts'

/** A phone user of a tenant. */
export type PersonId = { tenantId: string; userId: string }

const SEPARATOR = '.'

/**
 * What the OpenID Provider of a site calls a person, in sessions, grants and codes. On a shared host the tenant belongs to it: every later
 * question about them is asked in that tenant. Apps are told the phone user's id alone (`sub`), the same as on the tenant's own hosts.
 */
export function accountIdOf(site: SignInSite, { tenantId, userId }: PersonId): string {
  return site.kind === 'tenant' ? userId : tenantId + SEPARATOR + userId
}

/** Undefined for what is no account id of this site. */
export function readAccountId(site: SignInSite, accountId: string): PersonId | undefined {
  if (site.kind === 'tenant') return accountId === '' ? undefined : { tenantId: site.tenant.id, userId: accountId }
  const [tenantId, userId, ...rest] = accountId.split(SEPARATOR)
  return tenantId && userId && rest.length === 0 ? { tenantId, userId } : undefined
}

/** `sub` of every token about this account. */
export function subjectOf(site: SignInSite, accountId: string): string {
  return readAccountId(site, accountId)?.userId ?? accountId
}
