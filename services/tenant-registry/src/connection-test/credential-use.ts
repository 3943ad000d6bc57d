import type { CredentialUse } from '@jackfield/contract/internal-api'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { Asker } from '../audit/asker.ts'
import type { AccountRecord } from '../domain/microsoft-account.ts'
import type { Ports } from '../ports.ts'

/** Keeps which of two credentials Entra ID took. */
export function keepUse(
  { accounts }: Pick<Ports, 'accounts'>,
  request: Asker,
  account: AccountRecord,
  use: CredentialUse,
) {
  const deed =
    use.worked === 'new'
      ? { action: 'microsoft-account.retire-credential' }
      : { action: 'microsoft-account.new-credential-refused', outcome: 'failure' as const }
  return accounts.recordUse(
    account,
    use,
    auditEntry(request, { ...deed, tenantId: account.tenantId, target: account.id }),
  )
}
