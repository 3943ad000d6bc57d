import type { AccountRecord } from '../domain/microsoft-account.ts'
import type { TenantRecord } from '../domain/tenant.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

/** What goes with a tenant, and some of its people. */
export async function tenantRemoval({ roster, tenants }: Pick<Ports, 'roster' | 'tenants'>, tenant: TenantRecord) {
  const people = await roster.ofTenant(tenant.id)
  if (people === 'unavailable') throw refuse('roster-unavailable')
  const { sample, ...counts } = people
  return { summary: { ...counts, ...(await tenants.countParts(tenant.id)), hosts: tenant.customHosts }, sample }
}

/** What goes with a Microsoft account, and some of its people. */
export async function accountRemoval({ roster }: Pick<Ports, 'roster'>, account: AccountRecord) {
  const people = await roster.ofAccount(account.tenantId, account.id)
  if (people === 'unavailable') throw refuse('roster-unavailable')
  const { sample, ...counts } = people
  return { summary: { ...counts, credential: account.credential }, sample }
}
