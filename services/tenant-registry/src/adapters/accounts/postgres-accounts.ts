import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import type { CredentialUse } from '@jackfield/contract/internal/internal-api'
import type { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import { and, asc, type Database, eq, gt, type Transaction } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import { type AccountRecord, type AccountValues, aliasKey } from '../../domain/microsoft-account.ts'
import type { Range, SealedCredential } from '../../ports.ts'
import { orOutcome } from '../constraint.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import {
  microsoftAccount as account,
  microsoftCredential as credential,
  previousCredential as previous,
} from '../schema.ts'
import { isFull } from '../tenant-limit.ts'
import { accountOf, credentialRow } from './account-row.ts'
import {
  applyUse,
  type CredentialReplacement,
  erasePrevious,
  readCredentials,
  replaceCredential,
} from './postgres-credentials.ts'

const OUTCOMES = {
  microsoft_account_alias: 'alias-taken',
  microsoft_account_tenant_id_tenant_id_fk: 'tenant-missing',
} as const

type NewAccount = Pick<
  AccountRecord,
  'id' | 'tenantId' | 'alias' | 'clientId' | 'directoryId' | 'cloud' | 'redirectPlatform' | 'redirectMode'
>

/** Every query names the tenant and runs in its scope: an account of another tenant is not found. */
export function postgresAccounts(db: Database) {
  const select = (tx: Transaction, condition: ReturnType<typeof and>) =>
    tx
      .select({ row: account, credential, previous })
      .from(account)
      .leftJoin(credential, eq(credential.accountId, account.id))
      .leftJoin(previous, eq(previous.accountId, account.id))
      .where(condition)
  const ofTenant = (tx: Transaction, tenantId: string, { after }: Pick<Range, 'after'>) =>
    select(tx, and(eq(account.tenantId, tenantId), after === undefined ? undefined : gt(account.id, after))).orderBy(
      asc(account.id),
    )

  const one = (tenantId: string, accountId: string) =>
    inScope(db, tenantId, (tx) => select(tx, and(eq(account.tenantId, tenantId), eq(account.id, accountId))))

  return {
    create: (values: NewAccount, sealed: SealedCredential | undefined, entry: AuditEntry) =>
      orOutcome(
        () =>
          inScope(db, values.tenantId, async (tx) => {
            const own = eq(account.tenantId, values.tenantId)
            if (await isFull(tx, 'microsoft-accounts', values.tenantId, account, own)) return 'limit-reached' as const
            const [row] = await tx
              .insert(account)
              .values({ ...values, aliasKey: aliasKey(values.alias), status: 'draft' })
              .returning()
            if (!row) throw new Error('The insert returned no row.')
            if (sealed) await tx.insert(credential).values(credentialRow(row.id, sealed))
            await insertAuditEvent(tx, entry)
            return accountOf(row, sealed ? credentialRow(row.id, sealed) : null, null)
          }),
        OUTCOMES,
      ),
    async find(tenantId: string, accountId: string) {
      const [found] = await one(tenantId, accountId)
      return found && accountOf(found.row, found.credential, found.previous)
    },
    async list(tenantId: string, range: Range) {
      const rows = await inScope(db, tenantId, (tx) => ofTenant(tx, tenantId, range).limit(range.limit))
      return rows.map((found) => accountOf(found.row, found.credential, found.previous))
    },
    async listAll(tenantId: string) {
      const rows = await inScope(db, tenantId, (tx) => ofTenant(tx, tenantId, { after: undefined }))
      return rows.map((found) => accountOf(found.row, found.credential, found.previous))
    },
    /** Ids of the tenants that are connected to a directory, in order. */
    async tenantsOf(directoryId: string) {
      const rows = await inScope(db, EVERY_TENANT, (tx) =>
        tx
          .selectDistinct({ tenantId: account.tenantId })
          .from(account)
          .where(eq(account.directoryId, directoryId))
          .orderBy(asc(account.tenantId)),
      )
      return rows.map(({ tenantId }) => tenantId)
    },
    /** Writes no event without an entry. */
    change: (
      read: AccountRecord,
      values: AccountValues,
      replacement: CredentialReplacement | undefined,
      entry: AuditEntry | undefined,
    ) =>
      orOutcome(
        () =>
          inScope(db, read.tenantId, async (tx) => {
            const { firstReadyAt, offSince, lastVerifiedAt, ...members } = values
            const [row] = await tx
              .update(account)
              .set({
                ...members,
                aliasKey: aliasKey(values.alias),
                firstReadyAt: dateOf(firstReadyAt),
                offSince: dateOf(offSince),
                lastVerifiedAt: dateOf(lastVerifiedAt),
                updatedAt: new Date(),
                version: read.version + 1,
              })
              .where(
                and(eq(account.tenantId, read.tenantId), eq(account.id, read.id), eq(account.version, read.version)),
              )
              .returning({ id: account.id })
            if (!row) return 'version-conflict' as const
            if (replacement) await replaceCredential(tx, read.id, replacement)
            // Another registration: the previous credential does not work for it.
            if (firstReadyAt === null) await erasePrevious(tx, read.id)
            if (entry) await insertAuditEvent(tx, entry)
            const [found] = await select(tx, and(eq(account.tenantId, read.tenantId), eq(account.id, read.id)))
            return found ? accountOf(found.row, found.credential, found.previous) : ('version-conflict' as const)
          }),
        { microsoft_account_alias: 'alias-taken' } as const,
      ),
    delete: (read: AccountRecord, entry: AuditEntry) =>
      inScope(db, read.tenantId, async (tx) => {
        const condition = and(
          eq(account.tenantId, read.tenantId),
          eq(account.id, read.id),
          eq(account.version, read.version),
        )
        const deleted = await tx.delete(account).where(condition)
        if (deleted.rowCount !== 1) return 'version-conflict' as const
        await insertAuditEvent(tx, entry)
        return 'deleted' as const
      }),
    /** As stored, for the vault; without one that has ended by `now`. */
    credentials: (tenantId: string, accountId: string, now: Date) =>
      inScope(db, tenantId, async (tx) => {
        const [found] = await tx
          .select({ id: account.id })
          .from(account)
          .where(and(eq(account.tenantId, tenantId), eq(account.id, accountId)))
        return found && readCredentials(tx, found.id, now)
      }),
    /** False, and nothing is written, when the account changed since it was read. */
    recordSyncHealth: (
      { tenantId, id, version }: Pick<AccountRecord, 'tenantId' | 'id' | 'version'>,
      syncFailure: SyncFailure | null,
      entry: AuditEntry | undefined,
    ) =>
      inScope(db, tenantId, async (tx) => {
        const changed = await tx
          .update(account)
          .set({ syncFailure, updatedAt: new Date(), version: version + 1 })
          .where(and(eq(account.tenantId, tenantId), eq(account.id, id), eq(account.version, version)))
        if (changed.rowCount !== 1) return false
        if (entry) await insertAuditEvent(tx, entry)
        return true
      }),
    /** A proven credential retires the one before it; the entry is written when the use changes something. */
    recordUse: ({ tenantId, id }: Pick<AccountRecord, 'tenantId' | 'id'>, use: CredentialUse, entry: AuditEntry) =>
      inScope(db, tenantId, async (tx) => {
        if (await applyUse(tx, id, use)) await insertAuditEvent(tx, entry)
      }),
  }
}

function dateOf(time: string | null): Date | null {
  return time === null ? null : new Date(time)
}
