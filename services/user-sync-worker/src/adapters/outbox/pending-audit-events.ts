import { fitAuditEvent, type SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { AuditEntry } from '../../ports.ts'

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
  const events: SentAuditEvent[] = entries.map((entry) => ({ ...fitAuditEvent(entry), id: newId(), at }))
  const text = `insert into roster.pending_audit_event (id, tenant_id, event)
    select * from unnest($1::uuid[], $2::uuid[], $3::jsonb[])`
  const tenants = entries.map(({ tenantId }) => tenantId)
  await client.query(text, [events.map(({ id }) => id), tenants, events.map((event) => JSON.stringify(event))])
}
