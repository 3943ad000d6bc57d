import { RosterOfAccount } from '@jackfield/contract/internal-api'
import { ServiceCallError, type ServiceClient } from '@jackfield/internal-token/service-client'
import type { Roster } from '../ports.ts'

/** user-sync-worker over HTTP; one that is not configured is one that does not answer. */
export function rosterClient(client: ServiceClient | undefined): Roster {
  const pathOf = (tenantId: string, accountId: string) => `/internal/tenants/${tenantId}/microsoft-accounts/${accountId}`
  return {
    ofAccount: (tenantId, accountId) => orUnavailable(client?.find(`${pathOf(tenantId, accountId)}/roster`, RosterOfAccount)),
    disconnect: (tenantId, accountId) => orUnavailable(client?.post(`${pathOf(tenantId, accountId)}/disconnect`, {}, RosterOfAccount)),
  }
}

async function orUnavailable(call: Promise<RosterOfAccount | undefined> | undefined): Promise<RosterOfAccount | 'unavailable'> {
  try {
    return (await call) ?? 'unavailable'
  } catch (error) {
    if (error instanceof ServiceCallError && (error.status === 0 || error.status >= 500)) return 'unavailable'
    throw error
  }
}
