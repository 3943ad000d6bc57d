import type { Connection, CredentialProof, CredentialUse } from '@jackfield/contract/internal/internal-api'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import { type AccountRecord, isEnabled } from '../domain/microsoft-account.ts'
import { refuse } from '../errors.ts'
import type { CertificateAndKey, Ports, SealedCredential } from '../ports.ts'
import type { Asker } from './asker.ts'

export type ConnectionPorts = Pick<Ports, 'accounts' | 'vault' | 'audit' | 'certificates' | 'federatedToken' | 'now'>
type Proof = { kind: 'proof'; proof: CredentialProof } | { kind: 'unreadable'; cause: Error } | { kind: NoToken }
type NoToken = 'federation-not-set-up' | 'federation-token-unreadable'

type Unreadable = { kind: 'unreadable'; cause: Error; connection: Connection & { credential: null } }

/**
 * The account with what proves it to Microsoft: its secret in clear, or an assertion by its certificate or by the
 * installation.
 */
export async function openConnection(
  ports: ConnectionPorts,
  request: Asker,
  account: AccountRecord,
): Promise<Connection> {
  const opened = await findConnection(ports, request, account)
  if (opened.kind === 'unreadable') throw refuse('credential-unreadable', { cause: opened.cause })
  return opened.connection
}

/** The same; a credential that no key opens is an outcome, without any credential. It is audited (SE-04). */
export async function findConnection(
  ports: ConnectionPorts,
  request: Asker,
  account: AccountRecord,
): Promise<{ kind: 'opened'; connection: Connection } | Unreadable> {
  const { id: accountId, tenantId, alias, clientId, directoryId, cloud } = account
  const bare = {
    accountId,
    tenantId,
    alias,
    clientId,
    directoryId,
    cloud,
    enabled: isEnabled(account),
    credential: null,
  }
  const stored = await ports.accounts.credentials(tenantId, accountId, ports.now())
  if (!stored) return { kind: 'opened', connection: bare }

  const current = await proofOf(ports, account, stored)
  if (current.kind === 'unreadable') {
    await auditUnreadable(ports, request, account)
    return { kind: 'unreadable', cause: current.cause, connection: bare }
  }
  if (current.kind !== 'proof') throw refuse(current.kind)
  const connection = { ...bare, credential: current.proof }
  if (!stored.previous) return { kind: 'opened', connection }

  const previous = await proofOf(ports, account, stored.previous)
  if (previous.kind === 'unreadable') await auditUnreadable(ports, request, account)
  const rotation = previous.kind === 'proof' ? { rotation: { credentialId: stored.id, previous: previous.proof } } : {}
  return { kind: 'opened', connection: { ...connection, ...rotation } }
}

async function proofOf(
  { vault, certificates, federatedToken }: ConnectionPorts,
  account: AccountRecord,
  { summary, sealed }: SealedCredential,
): Promise<Proof> {
  if (summary.type === 'federated') {
    const read = await federatedToken.read()
    return read.kind === 'read'
      ? { kind: 'proof', proof: { type: 'assertion', assertion: read.token } }
      : { kind: read.kind }
  }
  const opened = await vault.open(account.tenantId, account.id, sealed)
  if (opened.kind === 'unreadable') return opened
  if (summary.type === 'secret') return { kind: 'proof', proof: { type: 'secret', secret: opened.secret } }
  const signer: CertificateAndKey = JSON.parse(opened.secret)
  return { kind: 'proof', proof: { type: 'assertion', assertion: await certificates.assert(signer, account) } }
}

function auditUnreadable({ audit }: ConnectionPorts, request: Asker, { tenantId, id }: AccountRecord): Promise<void> {
  return audit.record(
    auditEntry(request, { action: 'microsoft-account.open-credential', outcome: 'failure', tenantId, target: id }),
  )
}

/** Records which of two credentials Entra ID accepted. */
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
