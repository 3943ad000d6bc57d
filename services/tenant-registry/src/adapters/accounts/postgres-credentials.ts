import type { CredentialUse } from '@jackfield/contract/internal/internal-api'
import { and, eq, exists, isNull, lte, type Transaction } from '@jackfield/postgres/drizzle'
import { v7 } from 'uuid'
import type { StandIn } from '../../domain/connection/credential-rotation.ts'
import type { SealedCredential } from '../../ports.ts'
import { microsoftCredential as credential, microsoftAccount, previousCredential as previous } from '../schema.ts'
import { credentialRow, summaryOf } from './account-row.ts'

export type CredentialReplacement = { sealed: SealedCredential; standIn: StandIn }
/** `previous` is there while the credential with `id` is unproven. */
type StoredCredentials = SealedCredential & { id: string; previous?: SealedCredential }

/** Stores the new credential. The caller's transaction holds a lock on the account's row. */
export async function replaceCredential(
  tx: Transaction,
  accountId: string,
  { sealed, standIn }: CredentialReplacement,
): Promise<void> {
  const [current] = await tx.select().from(credential).where(eq(credential.accountId, accountId))
  const [before] = await tx.select({ id: previous.accountId }).from(previous).where(eq(previous.accountId, accountId))
  if (standIn === 'none') await erasePrevious(tx, accountId)
  else if (current && keepsCurrent(standIn, before !== undefined)) {
    const { id: _, refusedAt: __, ...kept } = current
    await tx.insert(previous).values(kept).onConflictDoUpdate({ target: previous.accountId, set: kept })
  }
  const stored = { ...credentialRow(accountId, sealed), id: v7(), refusedAt: null }
  await tx.insert(credential).values(stored).onConflictDoUpdate({ target: credential.accountId, set: stored })
}

/** The previous credential may have been retired since it was read; then the current one is proven and is kept. */
function keepsCurrent(standIn: StandIn, hasPrevious: boolean): boolean {
  return standIn === 'current' || !hasPrevious
}

export async function erasePrevious(tx: Transaction, accountId: string): Promise<void> {
  await tx.delete(previous).where(eq(previous.accountId, accountId))
}

/** Both credentials as stored. Erases a previous one that has expired. */
export async function readCredentials(
  tx: Transaction,
  accountId: string,
  now: Date,
): Promise<StoredCredentials | undefined> {
  const [current] = await tx.select().from(credential).where(eq(credential.accountId, accountId))
  const [before] = await tx.select().from(previous).where(eq(previous.accountId, accountId))
  if (!current) return undefined
  const isOver = before?.expiresAt && before.expiresAt <= now
  if (isOver) await tx.delete(previous).where(and(eq(previous.accountId, accountId), lte(previous.expiresAt, now)))
  const stored = { id: current.id, summary: summaryOf(current), sealed: current.sealed }
  return before && !isOver ? { ...stored, previous: { summary: summaryOf(before), sealed: before.sealed } } : stored
}

/**
 * Applies a use: `new` ends the rotation, the first `previous` marks the new credential as refused. False when nothing
 * changed.
 */
export async function applyUse(
  tx: Transaction,
  accountId: string,
  { credentialId, worked }: CredentialUse,
): Promise<boolean> {
  // Serialises with replacements: proof of a credential that was replaced meanwhile must not retire the one kept for
  // the next.
  await tx
    .select({ id: microsoftAccount.id })
    .from(microsoftAccount)
    .where(eq(microsoftAccount.id, accountId))
    .for('update')
  const named = and(eq(credential.accountId, accountId), eq(credential.id, credentialId))
  const changed =
    worked === 'new'
      ? await tx
          .delete(previous)
          .where(and(eq(previous.accountId, accountId), exists(tx.select().from(credential).where(named))))
      : await tx
          .update(credential)
          .set({ refusedAt: new Date() })
          .where(and(named, isNull(credential.refusedAt)))
  return changed.rowCount === 1
}
