import type { AccountRecord } from '../domain/microsoft-account.ts'
import type { TenantRecord } from '../domain/tenant.ts'
import { tenantHealth } from '../domain/tenant-health.ts'
import type { Ports } from '../ports.ts'

/** What the API shows of one tenant. */
export async function presentTenant(ports: Pick<Ports, 'watch' | 'now'>, tenant: TenantRecord): Promise<TenantRecord> {
  return (await presentTenants(ports, [tenant]))[0] ?? tenant
}

/** The tenants, each with the health of its accounts. */
export async function presentTenants(
  { watch, now }: Pick<Ports, 'watch' | 'now'>,
  tenants: readonly TenantRecord[],
): Promise<TenantRecord[]> {
  if (tenants.length === 0) return []
  const byTenant = new Map<string, AccountRecord[]>()
  for (const account of await watch.ofTenants(tenants.map(({ id }) => id)))
    byTenant.set(account.tenantId, [...(byTenant.get(account.tenantId) ?? []), account])
  return tenants.map((tenant) => ({ ...tenant, health: tenantHealth(byTenant.get(tenant.id) ?? [], now()) }))
}
