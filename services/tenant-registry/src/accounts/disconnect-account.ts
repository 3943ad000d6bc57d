import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyRequest } from 'fastify'
import { type AccountRecord, patched } from '../domain/microsoft-account.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'

/**
 * Switches the account off, so that nothing new begins, then ends what hangs on it at the roster while the credential
 * still works (S49, T-129). Cut short anywhere, it is finished by asking again. A new alias is kept with the first step,
 * so that one that is taken is refused before anybody loses anything.
 */
export async function disconnectAccount(
  { accounts, roster, now }: Pick<Ports, 'accounts' | 'roster' | 'now'>,
  request: Pick<FastifyRequest, 'caller' | 'id'>,
  read: AccountRecord,
  alias: string | undefined,
): Promise<AccountRecord> {
  const { tenantId, id: target } = read
  const action = 'microsoft-account.switch-off'
  const entry = auditEntry(request, { action, tenantId, target, details: { alias: read.alias } })
  const off = await accounts.change(read, patched(read, { alias, status: 'disabled' }, now()), undefined, entry)
  if (typeof off === 'string') throw refuse(off)
  if ((await roster.disconnect(tenantId, target)) === 'unavailable') throw refuse('roster-unavailable')
  return off
}
