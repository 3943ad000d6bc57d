import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKey } from '@jackfield/contract/access/api-key'
import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import type { Principal } from '@jackfield/contract/access/principal'
import { UNCHANGING_VERSION, type Versioned } from '@jackfield/contract/http/entity-tag'
import { and, asc, type Database, eq, gt, isNull } from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import type { Range, TenantFilter } from '../../ports.ts'
import { orOutcome } from '../constraint.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { apiKey } from '../schema.ts'
import { isFull } from '../tenant-limit.ts'
import { hashToken, randomToken } from './random-token.ts'

const KEY = /^jf_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/

/** Keys are `jf_<prefix>_<secret>`: found by the public prefix, and compared by hash in constant time. */
export function postgresApiKeys(db: Database, bootstrapKey: string | undefined) {
  /** The first platform admin key ends the bootstrap key for good; a deleted one still counts. */
  async function isBootstrapOver(): Promise<boolean> {
    const condition = and(isNull(apiKey.tenantId), eq(apiKey.role, 'admin'))
    const rows = await inScope(db, EVERY_TENANT, (tx) =>
      tx.select({ id: apiKey.id }).from(apiKey).where(condition).limit(1),
    )
    return rows.length > 0
  }

  return {
    create: ({ id, name, scope, role }: Pick<ApiKey, 'id' | 'name' | 'scope' | 'role'>, entry: AuditEntry) =>
      orOutcome(
        async () => {
          const prefix = randomBytes(8).toString('hex')
          const key = `jf_${prefix}_${randomToken()}`
          return inScope(db, scope === 'platform' ? EVERY_TENANT : scope, async (tx) => {
            const own = and(eq(apiKey.tenantId, scope), isNull(apiKey.deletedAt))
            if (scope !== 'platform' && (await isFull(tx, 'api-keys', scope, apiKey, own)))
              return 'limit-reached' as const
            const tenantId = scope === 'platform' ? null : scope
            const [row] = await tx
              .insert(apiKey)
              .values({ id, name, tenantId, role, prefix, hash: hashToken(key) })
              .returning()
            await insertAuditEvent(tx, entry)
            return { ...toApiKey(row as typeof apiKey.$inferSelect), key }
          })
        },
        { api_key_tenant_id_tenant_id_fk: 'tenant-missing' } as const,
      ),
    async list(only: TenantFilter, { after, limit }: Range) {
      const condition = and(
        isNull(apiKey.deletedAt),
        only === null ? undefined : eq(apiKey.tenantId, only),
        after === undefined ? undefined : gt(apiKey.id, after),
      )
      const rows = await inScope(db, only ?? EVERY_TENANT, (tx) =>
        tx.select().from(apiKey).where(condition).orderBy(asc(apiKey.id)).limit(limit),
      )
      return rows.map(toApiKey)
    },
    async find(id: string) {
      const condition = and(eq(apiKey.id, id), isNull(apiKey.deletedAt))
      const [row] = await inScope(db, EVERY_TENANT, (tx) => tx.select().from(apiKey).where(condition))
      return row && toApiKey(row)
    },
    delete: (id: string, entry: AuditEntry) =>
      inScope(db, EVERY_TENANT, async (tx) => {
        const deleted = await tx
          .update(apiKey)
          .set({ deletedAt: new Date(), hash: null })
          .where(and(eq(apiKey.id, id), isNull(apiKey.deletedAt)))
        if (deleted.rowCount !== 1) return false
        await insertAuditEvent(tx, entry)
        return true
      }),
    async authenticate(key: string): Promise<Principal | undefined> {
      if (bootstrapKey !== undefined && timingSafeEqual(hashToken(key), hashToken(bootstrapKey))) {
        return (await isBootstrapOver()) ? undefined : { id: 'api-key:bootstrap', scope: 'platform', role: 'admin' }
      }
      const prefix = KEY.exec(key)?.[1]
      if (prefix === undefined) return undefined
      const [row] = await inScope(db, EVERY_TENANT, (tx) => tx.select().from(apiKey).where(eq(apiKey.prefix, prefix)))
      if (!row?.hash || !timingSafeEqual(row.hash, hashToken(key))) return undefined
      const { scope, role } = toApiKey(row)
      return { id: `api-key:${row.id}`, scope, role }
    },
  }
}

function toApiKey(row: typeof apiKey.$inferSelect): Versioned<ApiKey> {
  return {
    id: row.id,
    name: row.name,
    scope: row.tenantId ?? 'platform',
    role: row.role as ApiKey['role'],
    hint: `jf_${row.prefix}_…`,
    createdAt: row.createdAt.toISOString(),
    version: UNCHANGING_VERSION,
  }
}
