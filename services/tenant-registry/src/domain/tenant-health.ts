import type { TenantHealth } from '@jackfield/contract/tenants/tenant'
import { type AccountRecord, mayHavePeople, presentAccount } from './microsoft-account.ts'

/** How a tenant's accounts are, by the worst of them. */
export function tenantHealth(records: readonly AccountRecord[], now: Date): TenantHealth {
  const accounts = records.map((record) => presentAccount(record, now))
  const warnings = accounts.flatMap((account) => account.warnings)
  const [since = null] = warnings.flatMap((warning) => warning.since ?? []).sort()
  if (accounts.some(({ status }) => status === 'failing')) return { status: 'failing', since }
  if (warnings.some(({ severity }) => severity !== 'info')) return { status: 'attention', since }
  return { status: records.some(mayHavePeople) ? 'ok' : 'unconnected', since }
}
