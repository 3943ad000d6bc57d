import type { Connection } from '@jackfield/contract/internal/internal-api'
import { type DirectoryFailure, explain } from '../domain/directory-failure.ts'
import { refuse } from '../errors.ts'
import type { Registry } from '../ports.ts'

type Account = { tenantId: string; accountId: string }

/** The connection of an account that exists, or the refusal. */
export async function knownConnection(registry: Registry, { tenantId, accountId }: Account): Promise<Connection> {
  const connection = await registry.findConnection(tenantId, accountId)
  if (!connection) throw refuse('account-not-found')
  if ('kind' in connection) throw refuse('temporarily-unavailable')
  return connection
}

/** The connection of an account that Microsoft can be asked with, or the refusal. */
export async function enabledConnection(registry: Registry, account: Account): Promise<Connection> {
  const connection = await knownConnection(registry, account)
  if (!connection.enabled) throw refuse('account-not-enabled')
  return connection
}

const CODES = {
  throttled: 'microsoft-throttled',
  unavailable: 'microsoft-unavailable',
  'untrusted-certificate': 'microsoft-unavailable',
  'expired-page': 'invalid-cursor',
  'repeated-page': 'microsoft-rejected',
  'endless-list': 'microsoft-rejected',
  'expired-changes': 'microsoft-rejected',
  unauthorised: 'microsoft-refused',
  'consent-missing': 'consent-missing',
  rejected: 'microsoft-rejected',
} as const

/** The refusal that explains what Microsoft answered. */
export function microsoftRefusal(failure: DirectoryFailure) {
  const retry = failure.kind === 'throttled' ? { retryAfter: failure.retryAfterSeconds } : {}
  return refuse(CODES[failure.kind], { detail: explain(failure), ...retry })
}
