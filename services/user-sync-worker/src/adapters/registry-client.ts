import { Tenant } from '@jackfield/contract/tenant'
import { connectionClient } from '@jackfield/internal-token/connection-client'
import { ServiceCallError, type ServiceClient, unlessUnavailable } from '@jackfield/internal-token/service-client'
import { z } from 'zod'
import type { Registry } from '../ports.ts'

const TENANT_LIFETIME_MS = 10_000
const MOST_TENANTS = 10_000
/** Nothing gets through now, whatever is sent. */
const AWAY = new Set([0, 429, 502, 503, 504])
/** It is what was sent that is wrong. */
const REFUSES_BODY = new Set([400, 413, 422])

/**
 * tenant-registry over HTTP. That a tenant exists is remembered for some seconds; connections, which carry the
 * credential, never.
 */
export function registryClient(client: ServiceClient, now: () => number = Date.now): Registry {
  const knownUntil = new Map<string, number>()
  const connections = connectionClient(client)
  return {
    async hasTenant(tenantId) {
      if ((knownUntil.get(tenantId) ?? 0) > now()) return true
      const tenant = await unlessUnavailable(client.find(`/internal/tenants/${tenantId}`, Tenant), {
        kind: 'unavailable',
      })
      if (!tenant) return false
      if ('kind' in tenant) return tenant
      if (knownUntil.size >= MOST_TENANTS) knownUntil.clear()
      knownUntil.set(tenantId, now() + TENANT_LIFETIME_MS)
      return true
    },
    async recordAuditEvent(event) {
      try {
        return (await client.post('/internal/audit-events', event, z.object({})))
          ? true
          : { kind: 'failed', reason: 'no such address' }
      } catch (error) {
        if (!(error instanceof ServiceCallError)) throw error
        if (AWAY.has(error.status)) return { kind: 'unavailable' }
        return { kind: REFUSES_BODY.has(error.status) ? 'refused' : 'failed', reason: error.message }
      }
    },
    recordCredentialUse: connections.recordCredentialUse,
    async recordSyncHealth(tenantId, accountId, failure) {
      const path = `/internal/tenants/${tenantId}/microsoft-accounts/${accountId}/sync-health`
      try {
        await client.post(path, { failure }, z.object({}))
        return true
      } catch (error) {
        // Changed by somebody else in that moment, or not there: told again.
        if (error instanceof ServiceCallError && (error.status === 0 || error.status === 412 || error.status >= 500))
          return { kind: 'unavailable' }
        throw error
      }
    },
    findConnection: (tenantId, accountId) =>
      unlessUnavailable(connections.findConnection(tenantId, accountId), { kind: 'unavailable' }),
  }
}
