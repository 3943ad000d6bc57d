import type { NewCredential } from '@jackfield/contract/microsoft-account'
import { reviewCredential } from '../domain/credential.ts'
import { refuse } from '../errors.ts'
import type { Ports, SealedCredential } from '../ports.ts'

/** Refuses what cannot be a working secret, and seals the rest for this account. */
export async function sealCredential(
  { vault, now }: Pick<Ports, 'vault' | 'now'>,
  { tenantId, accountId }: { tenantId: string; accountId: string },
  credential: NewCredential,
): Promise<SealedCredential> {
  const review = reviewCredential(credential, now())
  if (review.kind === 'is-an-id') throw refuse('secret-is-an-id')
  if (review.kind === 'already-expired') throw refuse('secret-already-expired')
  return { summary: review.summary, sealed: await vault.seal(tenantId, accountId, credential.secret) }
}
