import type { Connection } from '@jackfield/contract/internal-api'
import type { FastifyRequest } from 'fastify'
import { type AccountRecord, isEnabled } from '../domain/microsoft-account.ts'
import { refuse } from '../errors.ts'
import type { CertificateAndKey, Ports } from '../ports.ts'
import { auditEntry } from './audit-entry.ts'

/** The account with what proves it to Microsoft: its secret in clear, or an assertion by its certificate or by the installation. A secret that cannot be opened is audited (SE-04). */
export async function openConnection(
  { accounts, vault, audit, certificates, federatedToken }: Pick<Ports, 'accounts' | 'vault' | 'audit' | 'certificates' | 'federatedToken'>,
  request: FastifyRequest,
  account: AccountRecord,
): Promise<Connection> {
  const { id: accountId, tenantId, alias, clientId, directoryId, cloud } = account
  const connection = { accountId, tenantId, alias, clientId, directoryId, cloud, enabled: isEnabled(account) }
  if (account.credential?.type === 'federated') {
    const read = await federatedToken.read()
    if (read.kind !== 'read') throw refuse(read.kind)
    return { ...connection, credential: { type: 'assertion', assertion: read.token } }
  }
  const sealed = await accounts.sealedCredential(tenantId, accountId)
  if (!sealed) return { ...connection, credential: null }

  const opened = await vault.open(tenantId, accountId, sealed)
  if (opened.kind === 'unreadable') {
    await audit.record(
      auditEntry(request, { action: 'microsoft-account.open-credential', outcome: 'failure', tenantId, target: accountId }),
    )
    throw refuse('credential-unreadable', { cause: opened.cause })
  }
  if (account.credential?.type !== 'certificate') return { ...connection, credential: { type: 'secret', secret: opened.secret } }
  const signer: CertificateAndKey = JSON.parse(opened.secret)
  return { ...connection, credential: { type: 'assertion', assertion: await certificates.assert(signer, account) } }
}
