import { Connection, type CredentialUse } from '@jackfield/contract/internal/internal-api'
import { z } from 'zod'
import type { ServiceClient } from './service-client.ts'

/** The registry's connections of Microsoft accounts. They carry the credential: an answer is never cached. */
export function connectionClient(registry: ServiceClient) {
  const path = ({ tenantId, accountId }: Pick<Connection, 'tenantId' | 'accountId'>) =>
    `/internal/tenants/${tenantId}/microsoft-accounts/${accountId}/connection`
  return {
    findConnection: (tenantId: string, accountId: string) => registry.find(path({ tenantId, accountId }), Connection),
    async recordCredentialUse(of: Pick<Connection, 'tenantId' | 'accountId'>, use: CredentialUse): Promise<void> {
      await registry.post(`${path(of)}/uses`, use, z.unknown())
    },
    async reportWrongPlatform(of: Pick<Connection, 'tenantId' | 'accountId'>): Promise<void> {
      await registry.post(`${path(of)}/wrong-platform`, {}, z.unknown())
    },
  }
}
