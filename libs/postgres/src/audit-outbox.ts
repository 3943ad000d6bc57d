import type { Pool } from 'pg'

/** Bounds the work of one look; above the number of slots. */
const MOST_LISTED = 1_000

/**
 * Audit events on their way to the registry, in a table with the columns `id`, `tenant_id`, `event`, `attempts` and
 * `not_before`. Those set aside are never due.
 */
export function auditOutbox<Event>(
  pool: Pick<Pool, 'query'>,
  table: 'roster.pending_audit_event' | 'gateway.pending_audit_event',
) {
  const change = async (text: string, id: string): Promise<void> => {
    await pool.query(`update ${table} set ${text} where id = $1`, [id])
  }
  return {
    async listDue(): Promise<Array<{ id: string; tenant: string }>> {
      const text = `select id, coalesce(tenant_id::text, '') as tenant from ${table} where not_before <= now()
        order by not_before limit ${MOST_LISTED}`
      return (await pool.query<{ id: string; tenant: string }>(text)).rows
    },
    async claim(ids: readonly string[]): Promise<Array<{ id: string; event: Event }>> {
      const text = `update ${table} set not_before = now() + interval '30 seconds', attempts = attempts + 1 where id in (
        select id from ${table} where id = any($1::uuid[]) and not_before <= now() for update skip locked)
        returning id, event`
      return (await pool.query<{ id: string; event: Event }>(text, [ids])).rows
    },
    async remove(id: string): Promise<void> {
      await pool.query(`delete from ${table} where id = $1`, [id])
    },
    postpone: (id: string) =>
      change(`not_before = now() + least(300, 2 ^ least(attempts, 10)) * interval '1 second'`, id),
    putBack: (id: string) => change(`not_before = now() + interval '1 second', attempts = attempts - 1`, id),
    setAside: (id: string) => change(`not_before = 'infinity'`, id),
    async countSetAside(): Promise<number> {
      const text = `select count(*)::int as events from ${table} where not_before = 'infinity'`
      return (await pool.query<{ events: number }>(text)).rows[0]?.events ?? 0
    },
  }
}
