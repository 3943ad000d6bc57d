import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import type { CatalogueApp } from '@jackfield/contract/internal/internal-api'
import { App } from '@jackfield/contract/tenants/app'
import { and, asc, type Database, eq, gt, type Transaction } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import type { Range } from '../../ports.ts'
import { orOutcome } from '../constraint.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { app, appSecret } from './schema.ts'

type AppRecord = App & { version: number }

export function postgresApps(db: Database) {
  return {
    async list({ after, limit }: Range) {
      const rows = await db
        .select()
        .from(app)
        .where(after === undefined ? undefined : gt(app.clientId, after))
        .orderBy(asc(app.clientId))
        .limit(limit)
      return rows.map(toRecord)
    },
    async all(): Promise<CatalogueApp[]> {
      const [rows, secrets] = await Promise.all([
        db.select().from(app).orderBy(asc(app.clientId)),
        db.select({ clientId: appSecret.clientId, hash: appSecret.hash }).from(appSecret),
      ])
      const hashesOf = (clientId: string) =>
        secrets.filter((secret) => secret.clientId === clientId).map(({ hash }) => hash.toString('base64url'))
      return rows.map((row) => ({ ...toRecord(row), secretHashes: hashesOf(row.clientId) }))
    },
    async find(clientId: string) {
      const [row] = await db.select().from(app).where(eq(app.clientId, clientId))
      return row && toRecord(row)
    },
    /** Replaces version `read`; undefined when there was no such app. */
    put: (definition: App, read: number | undefined, entry: AuditEntry) =>
      orOutcome(
        () =>
          inScope(db, EVERY_TENANT, async (tx) => {
            const [row] = read === undefined ? await insert(tx, definition) : await replace(tx, definition, read)
            if (!row) return 'version-conflict' as const
            await insertAuditEvent(tx, entry)
            return toRecord(row)
          }),
        { app_pkey: 'version-conflict' } as const,
      ),
    delete: (clientId: string, read: number, entry: AuditEntry) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const deleted = await tx.delete(app).where(and(eq(app.clientId, clientId), eq(app.version, read)))
        if (deleted.rowCount !== 1) return 'version-conflict' as const
        await insertAuditEvent(tx, entry)
        return 'deleted' as const
      }),
  }
}

function insert(tx: Transaction, definition: App) {
  return tx.insert(app).values(toRow(definition)).returning()
}

function replace(tx: Transaction, definition: App, read: number) {
  return tx
    .update(app)
    .set({ ...toRow(definition), updatedAt: new Date(), version: read + 1 })
    .where(and(eq(app.clientId, definition.clientId), eq(app.version, read)))
    .returning()
}

function toRow({ sharedUrl, backchannelLogoutPath, jwks, jwksUri, ...definition }: App) {
  return {
    ...definition,
    sharedUrl: sharedUrl ?? null,
    backchannelLogoutPath: backchannelLogoutPath ?? null,
    jwks: jwks ?? null,
    jwksUri: jwksUri ?? null,
  }
}

function toRecord({ createdAt: _c, updatedAt: _u, version, ...row }: typeof app.$inferSelect): AppRecord {
  const present = Object.entries(row).filter(([, value]) => value !== null)
  return { ...App.parse(Object.fromEntries(present)), version }
}
