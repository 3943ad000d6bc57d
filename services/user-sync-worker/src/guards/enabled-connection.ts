import type { Connection } from '@jackfield/contract/internal-api'
import { refuse } from '../errors.ts'
import type { Registry } from '../ports.ts'

/** The account's connection, or the refusal that says why Microsoft cannot be asked now. */
export async function enabledConnection(
  registry: Registry,
  params: { tenantId: string; accountId: string },
): Promise<Connection> {
  const connection = await registry.findConnection(params.tenantId, params.accountId)
  if (!connection) throw refuse('account-not-found')
  if ('kind' in connection) throw refuse('temporarily-unavailable')
  if (!connection.enabled) throw refuse('account-not-enabled')
  return connection
}
