import type { SignInTenant } from '@jackfield/contract/internal-api'
import type { SignInSite } from '../domain/site.ts'
import type { Registry } from '../ports.ts'

/**
 * A tenant whose people may be on this site: its own on a tenant's host, any that is not removed on a shared one. Undefined for every other,
 * so that what began for one tenant ends nowhere else (T-23).
 */
export async function findTenantOf(
  { findTenant }: Pick<Registry, 'findTenant'>,
  site: SignInSite,
  tenantId: string,
): Promise<SignInTenant | undefined> {
  if (site.kind === 'shared') return findTenant(tenantId)
  return site.tenant.id === tenantId ? site : undefined
}
