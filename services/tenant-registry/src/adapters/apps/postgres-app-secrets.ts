import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import { UNCHANGING_VERSION, type Versioned } from '@jackfield/contract/http/entity-tag'
import { type AppSecret, MOST_APP_SECRETS } from '@jackfield/contract/tenants/app-secret'
import { and, asc, type Database, eq } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import { v7 } from 'uuid'
import { hashToken, randomToken } from '../access/random-token.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { app, appSecret } from './schema.ts'

/** Secrets of confidential apps. Replacing an app leaves them; deleting it deletes them. */
export function postgresAppSecrets(db: Database) {
  return {
    async list(clientId: string): Promise<AppSecret[]> {
      const rows = await db.select().from(appSecret).where(eq(appSecret.clientId, clientId)).orderBy(asc(appSecret.id))
      return rows.map(toAppSecret)
    },
    create: (clientId: string, entryFor: (id: string) => AuditEntry) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        // The lock on the app orders concurrent creations.
        const [locked] = await tx.select().from(app).where(eq(app.clientId, clientId)).for('update')
        if (!locked) return 'app-not-found' as const
        if ((await tx.$count(appSecret, eq(appSecret.clientId, clientId))) >= MOST_APP_SECRETS)
          return 'too-many-secrets' as const
        const secret = randomToken()
        const values = { id: v7(), clientId, hint: `${secret.slice(0, 4)}…`, hash: hashToken(secret) }
        const [row] = await tx.insert(appSecret).values(values).returning()
        await insertAuditEvent(tx, entryFor(values.id))
        return { ...toAppSecret(row as typeof appSecret.$inferSelect), secret }
      }),
    delete: (clientId: string, id: string, entry: AuditEntry) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const deleted = await tx.delete(appSecret).where(and(eq(appSecret.clientId, clientId), eq(appSecret.id, id)))
        if (deleted.rowCount !== 1) return false
        await insertAuditEvent(tx, entry)
        return true
      }),
  }
}

function toAppSecret({ id, hint, createdAt }: typeof appSecret.$inferSelect): Versioned<AppSecret> {
  return { id, hint, createdAt: createdAt.toISOString(), version: UNCHANGING_VERSION }
}
