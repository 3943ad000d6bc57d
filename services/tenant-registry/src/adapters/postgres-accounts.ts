import { and, asc, eq, gt } from 'drizzle-orm'
import { aliasKey } from '../domain/microsoft-account.ts'
import type { Accounts, Range } from '../ports.ts'
import { accountOf, credentialRow } from './account-row.ts'
import { orOutcome } from './constraint.ts'
import type { Database } from './database.ts'
import { insertAuditEvent } from './postgres-audit.ts'
import { microsoftAccount as account, microsoftCredential as credential } from './schema.ts'

const OUTCOMES = {
  microsoft_account_alias: 'alias-taken',
  microsoft_account_tenant_id_tenant_id_fk: 'tenant-missing',
} as const

/** Every query carries the tenant: an account of another one is not there. */
export function postgresAccounts(db: Database): Accounts {
  const select = (condition: ReturnType<typeof and>) =>
    db.select({ row: account, credential }).from(account).leftJoin(credential, eq(credential.accountId, account.id)).where(condition)
  const ofTenant = (tenantId: string, { after }: Pick<Range, 'after'>) =>
    select(and(eq(account.tenantId, tenantId), after === undefined ? undefined : gt(account.id, after))).orderBy(asc(account.id))

  return {
    create: (values, sealed, entry) =>
      orOutcome(
        () =>
          db.transaction(async (tx) => {
            const [row] = await tx
              .insert(account)
              .values({ ...values, aliasKey: aliasKey(values.alias), status: 'draft' })
              .returning()
            if (!row) throw new Error('The insert returned no row.')
            if (sealed) await tx.insert(credential).values(credentialRow(row.id, sealed))
            await insertAuditEvent(tx, entry)
            return accountOf(row, sealed ? credentialRow(row.id, sealed) : null)
          }),
        OUTCOMES,
      ),
    async find(tenantId, accountId) {
      const [found] = await select(and(eq(account.tenantId, tenantId), eq(account.id, accountId)))
      return found && accountOf(found.row, found.credential)
    },
    async list(tenantId, range) {
      return (await ofTenant(tenantId, range).limit(range.limit)).map((found) => accountOf(found.row, found.credential))
    },
    async listAll(tenantId) {
      return (await ofTenant(tenantId, { after: undefined })).map((found) => accountOf(found.row, found.credential))
    },
    change: (read, values, sealed, entry) =>
      orOutcome(
        () =>
          db.transaction(async (tx) => {
            const { firstReadyAt, lastVerifiedAt, ...members } = values
            const [row] = await tx
              .update(account)
              .set({
                ...members,
                aliasKey: aliasKey(values.alias),
                firstReadyAt: firstReadyAt === null ? null : new Date(firstReadyAt),
                lastVerifiedAt: lastVerifiedAt === null ? null : new Date(lastVerifiedAt),
                updatedAt: new Date(),
                version: read.version + 1,
              })
              .where(and(eq(account.tenantId, read.tenantId), eq(account.id, read.id), eq(account.version, read.version)))
              .returning()
            if (!row) return 'version-conflict' as const
            if (sealed) {
              const stored = credentialRow(read.id, sealed)
              await tx.insert(credential).values(stored).onConflictDoUpdate({ target: credential.accountId, set: stored })
            }
            await insertAuditEvent(tx, entry)
            const record = accountOf(row, sealed ? credentialRow(read.id, sealed) : null)
            return sealed ? record : { ...record, credential: read.credential }
          }),
        { microsoft_account_alias: 'alias-taken' } as const,
      ),
    async sealedCredential(tenantId, accountId) {
      const [found] = await select(and(eq(account.tenantId, tenantId), eq(account.id, accountId)))
      return found?.credential?.sealed
    },
  }
}
