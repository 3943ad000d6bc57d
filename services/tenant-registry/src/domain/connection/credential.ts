import type { CredentialSummary, NewCredential } from '@jackfield/contract/microsoft/microsoft-account'

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export type CredentialReview =
  | { kind: 'accepted'; summary: CredentialSummary }
  | { kind: 'is-an-id' }
  | { kind: 'already-expired' }

/** Entra ID shows a secret's id beside its value, and people copy the wrong one (S25). */
export function reviewSecret(credential: Extract<NewCredential, { type: 'secret' }>, now: Date): CredentialReview {
  if (GUID.test(credential.secret)) return { kind: 'is-an-id' }
  // A date without a time means its first moment in UTC: warnings then come early rather than late.
  const expiresAt = new Date(credential.expiresAt)
  if (expiresAt <= now) return { kind: 'already-expired' }
  return {
    kind: 'accepted',
    summary: {
      type: 'secret',
      hint: hintOf(credential.secret),
      createdAt: now.toISOString(),
      expiresAt: expiresAt.toISOString(),
    },
  }
}

/** Enough to recognise a secret in Entra ID; nothing of one so short that three characters would help to guess it. */
function hintOf(secret: string): string {
  return secret.length >= 16 ? secret.slice(-3) : ''
}
