import type { SignInSite } from '../site.ts'

/** A phone user of a tenant. */
export type PersonId = { tenantId: string; userId: string }

const SEPARATOR = '.'

/**
 * Account id of a person in sessions, grants and codes of one site; on a shared host it contains the tenant. Apps get the
 * phone user's id (`sub`), the same as on the tenant's own hosts.
 */
export function accountIdOf(site: SignInSite, { tenantId, userId }: PersonId): string {
  return site.kind === 'tenant' ? userId : tenantId + SEPARATOR + userId
}

/** Undefined for an invalid account id of this site. */
export function readAccountId(site: SignInSite, accountId: string): PersonId | undefined {
  if (site.kind === 'tenant') return accountId === '' ? undefined : { tenantId: site.tenant.id, userId: accountId }
  const [tenantId, userId, ...rest] = accountId.split(SEPARATOR)
  return tenantId && userId && rest.length === 0 ? { tenantId, userId } : undefined
}

/** `sub` of every token about this account. */
export function subjectOf(site: SignInSite, accountId: string): string {
  return readAccountId(site, accountId)?.userId ?? accountId
}
