import type { SignInTenant } from '@jackfield/contract/internal-api'
import type { SignInSite } from './site.ts'

type Tenants = { findTenant(tenantId: string): Promise<SignInTenant | undefined> }

/**
 * Finds a tenant whose people may sign in on this site: on a tenant's host that tenant alone, on a shared host any
 * tenant of the registry. Undefined for every other tenant, so that a sign-in cannot end in another tenant than it
 * began in (T-23).
 */
export async function findTenantOf(
  { findTenant }: Tenants,
  site: SignInSite,
  tenantId: string,
): Promise<SignInTenant | undefined> {
  if (site.kind === 'shared') return findTenant(tenantId)
  return site.tenant.id === tenantId ? site : undefined
}
