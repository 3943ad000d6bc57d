import { Tenant } from '@jackfield/contract/tenants/tenant'
import { auditClient } from '@jackfield/internal-token/audit-client'
import { connectionClient } from '@jackfield/internal-token/connection-client'
import { ServiceCallError, type ServiceClient, unlessUnavailable } from '@jackfield/internal-token/service-client'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import type { Registry } from '../ports.ts'

/** tenant-registry over HTTP. Tenants are cached for some seconds; connections, which carry credentials, never. */
export function registryClient(client: ServiceClient): Registry {
  const known = new LRUCache<string, Pick<Tenant, 'defaultCountry'>>({ max: 10_000, ttl: 10_000 })
  async function findTenant(tenantId: string) {
    const cached = known.get(tenantId)
    if (cached) return cached
    const tenant = await unlessUnavailable(client.find(`/internal/tenants/${tenantId}`, Tenant), {
      kind: 'unavailable' as const,
    })
    if (tenant && !('kind' in tenant)) known.set(tenantId, { defaultCountry: tenant.defaultCountry })
    return tenant
  }
  const connections = connectionClient(client)
  return {
    async hasTenant(tenantId) {
      const tenant = await findTenant(tenantId)
      return tenant && 'kind' in tenant ? tenant : tenant !== undefined
    },
    async countryOf(tenantId) {
      const tenant = await findTenant(tenantId)
      return !tenant || 'kind' in tenant ? null : tenant.defaultCountry
    },
    ...auditClient(client),
    recordCredentialUse: connections.recordCredentialUse,
    async recordSyncHealth(tenantId, accountId, failure) {
      try {
        await client.post(
          `/internal/tenants/${tenantId}/microsoft-accounts/${accountId}/sync-health`,
          { failure },
          z.object({}),
        )
        return true
      } catch (error) {
        // 412: changed by somebody else at that moment. Reported again.
        if (error instanceof ServiceCallError && (error.status === 0 || error.status === 412 || error.status >= 500))
          return { kind: 'unavailable' }
        throw error
      }
    },
    findConnection: (tenantId, accountId) =>
      unlessUnavailable(connections.findConnection(tenantId, accountId), { kind: 'unavailable' }),
  }
}
