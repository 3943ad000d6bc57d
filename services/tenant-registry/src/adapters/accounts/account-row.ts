import { type CredentialSummary, MicrosoftAccount as Schema } from '@jackfield/contract/microsoft/microsoft-account'
import { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import { Check } from '@jackfield/contract/microsoft/verification'
import { z } from 'zod'
import type { AccountRecord } from '../../domain/microsoft-account.ts'
import type { SealedCredential } from '../../ports.ts'
import type { microsoftAccount, previousCredential } from '../schema.ts'

type AccountRow = typeof microsoftAccount.$inferSelect
/** What both credentials of an account have. */
type CredentialRow = typeof previousCredential.$inferSelect
// Text columns that hold one of a few words: parsed here, at the border.
const Trust = z.object({ issuer: z.string(), subject: z.string(), audience: z.string() })
const Findings = z.array(Check)
const Words = Schema.pick({ cloud: true, redirectPlatform: true, redirectMode: true, status: true })

/** The account as the domain knows it: with a summary of its credential, never the sealed secret. */
export function accountOf(
  { aliasKey: _, nextCheckAt: __, ...row }: AccountRow,
  credential: CredentialRow | null,
  previous: CredentialRow | null,
): AccountRecord {
  return {
    ...row,
    ...Words.parse(row),
    findings: Findings.parse(row.findings),
    syncFailure: SyncFailure.nullable().parse(row.syncFailure),
    credential: credential && summaryOf(credential),
    ...(previous && { previousCredential: summaryOf(previous) }),
    offSince: row.offSince?.toISOString() ?? null,
    firstReadyAt: row.firstReadyAt?.toISOString() ?? null,
    lastVerifiedAt: row.lastVerifiedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}

/** `hint` is what people recognise the credential by. */
export function summaryOf({ type, hint, createdAt: at, expiresAt }: CredentialRow): CredentialSummary {
  const createdAt = at.toISOString()
  if (expiresAt === null) return { type: 'federated', ...Trust.parse(JSON.parse(hint)), createdAt, expiresAt }
  const times = { createdAt, expiresAt: expiresAt.toISOString() }
  return type === 'certificate' ? { type, thumbprint: hint, ...times } : { type: 'secret', hint, ...times }
}

export function credentialRow(accountId: string, { sealed, summary }: SealedCredential): CredentialRow {
  const { type, createdAt, expiresAt } = summary
  return {
    accountId,
    sealed,
    type,
    hint: hintOf(summary),
    createdAt: new Date(createdAt),
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
  }
}

function hintOf(summary: SealedCredential['summary']): string {
  if (summary.type === 'secret') return summary.hint
  return summary.type === 'certificate' ? summary.thumbprint : JSON.stringify(Trust.parse(summary))
}
