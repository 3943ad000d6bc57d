import { TENANT_LIMITS, type TenantLimit } from '@jackfield/contract/http/tenant-limits'
import { type SQL, sql, type Transaction } from '@jackfield/postgres/drizzle'
import type { PgTable } from 'drizzle-orm/pg-core'

/**
 * Whether the tenant has as many rows as it may have. Locks until the transaction ends, so that two cannot both be the
 * last.
 */
export async function isFull(
  tx: Transaction,
  limit: TenantLimit,
  tenantId: string,
  table: PgTable,
  condition: SQL | undefined,
): Promise<boolean> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${limit} of ${tenantId}`}, 0))`)
  return (await tx.$count(table, condition)) >= TENANT_LIMITS[limit]
}
