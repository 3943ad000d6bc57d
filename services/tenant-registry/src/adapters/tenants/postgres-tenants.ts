import type { AuditEntry } from '@jackfield/contract/access/audit-event'
import { Branding } from '@jackfield/contract/tenants/branding'
import {
  and,
  asc,
  type Database,
  eq,
  gt,
  inArray,
  isNotNull,
  isNull,
  notInArray,
  type SQL,
  sql,
  type Transaction,
} from '@jackfield/postgres/drizzle'
import { EVERY_TENANT, inScope } from '@jackfield/postgres/tenant-scope'
import type { TenantRecord } from '../../domain/tenant.ts'
import type { Range, TenantFilter } from '../../ports.ts'
import { orOutcome } from '../constraint.ts'
import { insertAuditEvent } from '../postgres-audit.ts'
import { apiKey, microsoftAccount, tenant, tenantHost } from '../schema.ts'

const OUTCOMES = { tenant_slug_key: 'slug-taken', tenant_host_pkey: 'host-taken' } as const

type TenantValues = Pick<TenantRecord, 'slug' | 'name' | 'customHosts' | 'branding' | 'defaultCountry'>

export function postgresTenants(db: Database) {
  return {
    create: (values: Omit<TenantValues, 'branding'> & { id: string }, entry: AuditEntry) =>
      orOutcome(
        () =>
          inScope(db, values.id, async (tx) => {
            const [row] = await tx
              .insert(tenant)
              .values({ id: values.id, slug: values.slug, name: values.name, defaultCountry: values.defaultCountry })
              .returning()
            await replaceHosts(tx, values.id, values.customHosts)
            await insertAuditEvent(tx, entry)
            return toRecord(row as Row, values.customHosts)
          }),
        OUTCOMES,
      ),
    find: (id: string) => inScope(db, id, (tx) => findOne(tx, eq(tenant.id, id))),
    // The tenant of a slug is unknown before the look-up.
    findBySlug: (slug: string) => inScope(db, EVERY_TENANT, (tx) => findOne(tx, eq(tenant.slug, slug))),
    /** By a proven host. */
    findByCustomHost: (hostname: string) =>
      inScope(db, EVERY_TENANT, (tx) => {
        const ids = tx
          .select({ id: tenantHost.tenantId })
          .from(tenantHost)
          .where(and(eq(tenantHost.hostname, hostname), isNotNull(tenantHost.provenAt)))
        return findOne(tx, inArray(tenant.id, ids))
      }),
    list: (only: TenantFilter, { after, limit }: Range) =>
      inScope(db, only ?? EVERY_TENANT, (tx) =>
        select(
          tx,
          and(only === null ? undefined : eq(tenant.id, only), after === undefined ? undefined : gt(tenant.id, after)),
          limit,
        ),
      ),
    change: (read: TenantRecord, values: TenantValues, entry: AuditEntry) =>
      orOutcome(
        () =>
          inScope(db, read.id, async (tx) => {
            const [row] = await tx
              .update(tenant)
              .set({
                slug: values.slug,
                name: values.name,
                branding: values.branding,
                defaultCountry: values.defaultCountry,
                updatedAt: new Date(),
                version: read.version + 1,
              })
              .where(and(eq(tenant.id, read.id), eq(tenant.version, read.version)))
              .returning()
            if (!row) return 'version-conflict' as const
            await replaceHosts(tx, read.id, values.customHosts)
            await insertAuditEvent(tx, entry)
            return toRecord(row, values.customHosts)
          }),
        OUTCOMES,
      ),
    /** How much would be deleted with the tenant. */
    countParts: (id: string) =>
      inScope(db, id, async (tx) => ({
        microsoftAccounts: await tx.$count(microsoftAccount, eq(microsoftAccount.tenantId, id)),
        apiKeys: await tx.$count(apiKey, and(eq(apiKey.tenantId, id), isNull(apiKey.deletedAt))),
      })),
    /** Its hosts stop to resolve at once. */
    beginRemoval: (read: TenantRecord, entry: AuditEntry) =>
      inScope(db, read.id, async (tx) => {
        const [row] = await tx
          .update(tenant)
          .set({ removing: true, updatedAt: new Date(), version: read.version + 1 })
          .where(and(eq(tenant.id, read.id), eq(tenant.version, read.version)))
          .returning()
        if (!row) return 'version-conflict' as const
        await insertAuditEvent(tx, entry)
        return toRecord(row, read.customHosts)
      }),
    /** Deletes all of the tenant but its audit log. Without its data key no copy of its secrets can be opened. */
    delete: (read: TenantRecord, entry: AuditEntry) =>
      inScope(db, read.id, async (tx) => {
        const deleted = await tx.delete(tenant).where(and(eq(tenant.id, read.id), eq(tenant.version, read.version)))
        if (deleted.rowCount !== 1) return 'version-conflict' as const
        await insertAuditEvent(tx, entry)
        return 'deleted' as const
      }),
  }
}

type Row = typeof tenant.$inferSelect
type Condition = SQL | undefined

async function findOne(tx: Transaction, condition: Condition): Promise<TenantRecord | undefined> {
  const [record] = await select(tx, condition, 1)
  return record
}

async function select(tx: Transaction, condition: Condition, limit: number): Promise<TenantRecord[]> {
  const hosts = sql<
    string[]
  >`array(select ${tenantHost.hostname} from ${tenantHost} where ${tenantHost.tenantId} = ${tenant.id} order by 1)`
  const rows = await tx
    .select({ row: tenant, hosts })
    .from(tenant)
    .where(condition)
    .orderBy(asc(tenant.id))
    .limit(limit)
  return rows.map(({ row, hosts }) => toRecord(row, hosts))
}

async function replaceHosts(tx: Transaction, tenantId: string, hosts: TenantValues['customHosts']): Promise<void> {
  const own = eq(tenantHost.tenantId, tenantId)
  await tx.delete(tenantHost).where(hosts.length > 0 ? and(own, notInArray(tenantHost.hostname, [...hosts])) : own)
  // Hosts that remain keep their proof.
  const kept = new Set(
    (await tx.select({ hostname: tenantHost.hostname }).from(tenantHost).where(own)).map(({ hostname }) => hostname),
  )
  const added = hosts.filter((hostname) => !kept.has(hostname))
  if (added.length > 0) await tx.insert(tenantHost).values(added.map((hostname) => ({ hostname, tenantId })))
}

export function toRecord({ removing, ...row }: Row, customHosts: readonly string[]): TenantRecord {
  return {
    ...row,
    ...(removing ? { removing } : {}),
    customHosts: customHosts.toSorted(),
    branding: Branding.parse(row.branding),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}
