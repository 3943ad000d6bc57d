import type { NewCredential } from '@jackfield/contract/microsoft/microsoft-account'
import { reviewSecret } from '../domain/connection/credential.ts'
import { refuse } from '../errors.ts'
import type { CertificateAndKey, Ports, SealedCredential } from '../ports.ts'

type Needed = Pick<Ports, 'vault' | 'now' | 'certificates' | 'federatedToken'>
type Place = { tenantId: string; accountId: string }

/** Refuses what cannot work, and seals the rest for this account. */
export function sealCredential(ports: Needed, place: Place, credential: NewCredential): Promise<SealedCredential> {
  switch (credential.type) {
    case 'secret':
      return sealSecret(ports, place, credential)
    case 'certificate':
      return sealCertificate(ports, place, credential)
    case 'federated':
      return sealTrust(ports, place)
  }
}

async function sealSecret(
  { vault, now }: Needed,
  { tenantId, accountId }: Place,
  credential: Extract<NewCredential, { type: 'secret' }>,
): Promise<SealedCredential> {
  const review = reviewSecret(credential, now())
  if (review.kind === 'is-an-id') throw refuse('secret-is-an-id')
  if (review.kind === 'already-expired') throw refuse('secret-already-expired')
  return { summary: review.summary, sealed: await vault.seal(tenantId, accountId, credential.secret) }
}

async function sealCertificate(
  { vault, now, certificates }: Needed,
  { tenantId, accountId }: Place,
  { certificate, privateKey }: CertificateAndKey,
): Promise<SealedCredential> {
  const read = certificates.read(certificate, privateKey)
  if (read.kind !== 'read') throw refuse(read.kind)
  if (read.expiresAt <= now()) throw refuse('certificate-already-expired')
  const { thumbprint } = read
  const times = { createdAt: now().toISOString(), expiresAt: read.expiresAt.toISOString() }
  const sealed = await vault.seal(tenantId, accountId, JSON.stringify({ certificate, privateKey }))
  return { summary: { type: 'certificate', thumbprint, ...times }, sealed }
}

/** No secret is kept: the sealed text only says what an administrator had to enter in Entra ID. */
async function sealTrust(
  { vault, now, federatedToken }: Needed,
  { tenantId, accountId }: Place,
): Promise<SealedCredential> {
  const read = await federatedToken.read()
  if (read.kind !== 'read') throw refuse(read.kind)
  const { issuer, subject, audience } = read
  const sealed = await vault.seal(tenantId, accountId, JSON.stringify({ issuer, subject, audience }))
  return {
    summary: { type: 'federated', issuer, subject, audience, createdAt: now().toISOString(), expiresAt: null },
    sealed,
  }
}
