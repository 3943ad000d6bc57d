import { type MicrosoftAccount, MicrosoftAccount as Schema } from '@jackfield/contract/microsoft-account'
import type { AccountRecord } from '../domain/microsoft-account.ts'
import type { SealedCredential } from '../ports.ts'
import type { microsoftAccount, microsoftCredential } from './schema.ts'

type AccountRow = typeof microsoftAccount.$inferSelect
type CredentialRow = typeof microsoftCredential.$inferSelect
// Text columns that hold one of a few words: parsed here, at the border.
const Words = Schema.pick({ cloud: true, redirectPlatform: true, redirectMode: true, status: true })

/** The account as the domain knows it: with a summary of its credential, never the sealed secret. */
export function accountOf({ aliasKey: _, ...row }: AccountRow, credential: CredentialRow | null): AccountRecord {
  return {
    ...row,
    ...Words.parse(row),
    credential: credential && summaryOf(credential),
    firstReadyAt: row.firstReadyAt?.toISOString() ?? null,
    lastVerifiedAt: row.lastVerifiedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}

/** `hint` is what people recognise the credential by. */
function summaryOf({ type, hint, createdAt, expiresAt }: CredentialRow): MicrosoftAccount['credential'] {
  const times = { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() }
  return type === 'certificate' ? { type, thumbprint: hint, ...times } : { type: 'secret', hint, ...times }
}

export function credentialRow(accountId: string, { sealed, summary }: SealedCredential): CredentialRow {
  const { type, createdAt, expiresAt } = summary
  const hint = summary.type === 'secret' ? summary.hint : summary.thumbprint
  return { accountId, sealed, type, hint, createdAt: new Date(createdAt), expiresAt: new Date(expiresAt) }
}
