import { TENANT_LIMITS, type TenantLimit } from '@jackfield/contract/http/tenant-limits'
import type pg from 'pg'

const LOCK = `select pg_advisory_xact_lock(hashtextextended($1, 0))`
const COUNT = {
  'webhook-endpoints': 'select count(*)::int from roster.webhook_endpoint where tenant_id = $1',
  'phone-systems': 'select count(*)::int from roster.phone_system where tenant_id = $1',
  extensions: 'select count(*)::int from roster.extension where tenant_id = $1 and phone_system_id = $2',
} as const satisfies Partial<Record<TenantLimit, string>>

/**
 * Whether the tenant, or its phone system, has as many rows as it may have, when `more` are added. Locks until the
 * transaction ends, so that two cannot both be the last.
 */
export async function isFull(
  client: pg.PoolClient,
  limit: keyof typeof COUNT,
  of: readonly [tenantId: string, phoneSystemId?: string],
  more = 1,
): Promise<boolean> {
  await client.query(LOCK, [`${limit} of ${of.join(' ')}`])
  const { rows } = await client.query<{ count: number }>(COUNT[limit], [...of])
  return (rows[0]?.count ?? 0) + more > TENANT_LIMITS[limit]
}
