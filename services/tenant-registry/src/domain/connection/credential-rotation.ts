import type { CredentialSummary } from '@jackfield/contract/microsoft/microsoft-account'
import type { AccountRecord } from '../microsoft-account.ts'

/** Which credential stands in while a new one is unproven. */
export type StandIn = 'none' | 'current' | 'previous'

/**
 * A new credential takes the place of the current one; the one that is known to work stays beside it until the new one
 * is proven (SE-07). While there is a previous one the current has not proven itself, and is the one to go.
 */
export function chooseStandIn(
  account: Pick<AccountRecord, 'firstReadyAt' | 'credential' | 'previousCredential'>,
  now: Date,
): StandIn {
  // Nothing ever worked for this registration, so nothing is interrupted.
  if (account.firstReadyAt === null) return 'none'
  if (account.previousCredential && !isOver(account.previousCredential, now)) return 'previous'
  return account.credential && !isOver(account.credential, now) ? 'current' : 'none'
}

function isOver({ expiresAt }: CredentialSummary, now: Date): boolean {
  return expiresAt !== null && new Date(expiresAt) <= now
}
