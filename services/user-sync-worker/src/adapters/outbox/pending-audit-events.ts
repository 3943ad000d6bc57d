import { LONGEST_AUDIT_DETAIL, type SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { AuditEntry } from '../../ports.ts'

/** How long a claim lasts before another sender may try. */
const CLAIM = `interval '30 seconds'`

const CLAIM_DUE = `
update roster.pending_audit_event set not_before = now() + ${CLAIM}, attempts = attempts + 1
where id in (select id from roster.pending_audit_event where not_before <= now() order by id limit $1 for update skip locked)
returning id, event`

/** Writes an audit event in the transaction of its cause, so that neither exists without the other. */
export async function insertAuditEvent(client: pg.PoolClient | pg.Pool, entry: AuditEntry): Promise<void> {
  await insertAuditEvents(client, [entry])
}

export async function insertAuditEvents(
  client: pg.PoolClient | pg.Pool,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return
  const at = new Date().toISOString()
  const events: SentAuditEvent[] = entries.map((entry) => ({ ...entry, details: cut(entry.details), id: newId(), at }))
  const text = `insert into roster.pending_audit_event (id, tenant_id, event)
    select * from unnest($1::uuid[], $2::uuid[], $3::jsonb[])`
  const tenants = entries.map(({ tenantId }) => tenantId)
  await client.query(text, [events.map(({ id }) => id), tenants, events.map((event) => JSON.stringify(event))])
}

/** Cuts texts that are too long, or ill-formed: the registry would refuse the event. */
function cut(details: AuditEntry['details'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, value.slice(0, LONGEST_AUDIT_DETAIL).toWellFormed()]),
  )
}

/** Audit events on their way to the registry. */
export function pendingAuditEvents(pool: pg.Pool) {
  return {
    /** The oldest that are due. */
    async claim(limit: number): Promise<Array<{ id: string; event: SentAuditEvent }>> {
      const { rows } = await pool.query<{ id: string; event: SentAuditEvent }>(CLAIM_DUE, [limit])
      return rows.sort((left, right) => (left.id < right.id ? -1 : 1))
    },
    async delete(ids: readonly string[]): Promise<void> {
      await pool.query('delete from roster.pending_audit_event where id = any($1::uuid[])', [ids])
    },
    /** Each attempt doubles the wait, up to five minutes. */
    async postpone(ids: readonly string[]): Promise<void> {
      const text = `update roster.pending_audit_event set not_before = now() + least(300, 2 ^ least(attempts, 10)) * interval '1 second'
        where id = any($1::uuid[])`
      await pool.query(text, [ids])
    },
    /** Keeps an event that the registry refuses for people to see to; nothing sends it any more. */
    async setAside(id: string): Promise<void> {
      await pool.query(`update roster.pending_audit_event set not_before = 'infinity' where id = $1`, [id])
    },
    async countSetAside(): Promise<number> {
      const text = `select count(*)::int as events from roster.pending_audit_event where not_before = 'infinity'`
      return (await pool.query<{ events: number }>(text)).rows[0]?.events ?? 0
    },
  }
}
