import { RosterOfAccount, RosterOfTenant } from '@jackfield/contract/internal/internal-api'
import { NotificationHealth } from '@jackfield/contract/microsoft/notification-health'
import { ServiceCallError, type ServiceClient, unlessUnavailable } from '@jackfield/internal-token/service-client'
import type { Roster } from '../ports.ts'

/** A big roster is not erased in a moment; the admin's own call waits for 30 s. */
const ERASE_MS = 25_000

/** user-sync-worker over HTTP; one that is not configured is one that does not answer. */
export function rosterClient(client: ServiceClient | undefined): Roster {
  const ofTenant = (tenantId: string) => `/internal/tenants/${tenantId}`
  const ofAccount = (tenantId: string, accountId: string) => `${ofTenant(tenantId)}/microsoft-accounts/${accountId}`
  return {
    async notifications(tenantId, accountId) {
      try {
        return (
          (await client?.post(`${ofAccount(tenantId, accountId)}/notification-check`, {}, NotificationHealth)) ??
          'unavailable'
        )
      } catch (error) {
        if (error instanceof ServiceCallError) return 'unavailable'
        throw error
      }
    },
    ofAccount: (tenantId, accountId) =>
      orUnavailable(client?.find(`${ofAccount(tenantId, accountId)}/roster`, RosterOfAccount)),
    disconnect: (tenantId, accountId) =>
      orUnavailable(client?.post(`${ofAccount(tenantId, accountId)}/disconnect`, {}, RosterOfAccount)),
    endSessions: (tenantId, accountId) =>
      orUnavailable(client?.post(`${ofAccount(tenantId, accountId)}/end-sessions`, {}, RosterOfAccount)),
    ofTenant: (tenantId) => orUnavailable(client?.find(`${ofTenant(tenantId)}/roster`, RosterOfTenant)),
    erase: (tenantId) => orUnavailable(client?.post(`${ofTenant(tenantId)}/erase`, {}, RosterOfTenant, ERASE_MS)),
  }
}

async function orUnavailable<Answer>(call: Promise<Answer | undefined> | undefined): Promise<Answer | 'unavailable'> {
  return (call && (await unlessUnavailable(call, undefined))) ?? 'unavailable'
}
