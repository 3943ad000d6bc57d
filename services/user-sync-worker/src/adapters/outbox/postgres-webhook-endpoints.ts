import { randomBytes } from 'node:crypto'
import type { WebhookEndpoint } from '@jackfield/contract/webhook-endpoint'
import { isUuid, pageStart, toPage } from '@jackfield/postgres/cursor'
import { inTransaction } from '@jackfield/postgres/transaction'
import { seal } from '@jackfield/sealing/seal'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { WebhookEndpoints } from '../../ports.ts'
import { insertAuditEvent } from './pending-audit-events.ts'

const READ = `
select e.*, (select count(*)::int from roster.webhook_message m where m.endpoint_id = e.id and m.delivered_at is null) as waiting
from roster.webhook_endpoint e`

const REPLAY = `
update roster.webhook_message set delivered_at = null, not_before = now()
where tenant_id = $1 and endpoint_id = $2 and (delivered_at is null or created_at >= $3::timestamptz)`

const WAKE = `
update roster.webhook_endpoint set status = 'active', failures = 0, failing_since = null, last_error = null, not_before = now()
where tenant_id = $1 and id = $2`

type Row = {
  id: string
  tenant_id: string
  url: string
  event_types: WebhookEndpoint['eventTypes']
  status: WebhookEndpoint['status']
  waiting: number
  failing_since: Date | null
  last_error: string | null
  last_delivered_at: Date | null
  created_at: Date
}

/** A sealed secret fits its own row only. */
export function secretContext(tenantId: string, endpointId: string): string {
  return `webhook-endpoint ${tenantId} ${endpointId}`
}

export function postgresWebhookEndpoints(pool: pg.Pool, sealingKeys: readonly Buffer[]): WebhookEndpoints {
  const [key] = sealingKeys
  return {
    async create(tenantId, { url, eventTypes }, entryFor) {
      if (!key) return undefined
      const id = newId()
      const secret = randomBytes(32)
      const sealed = seal(secret, key, secretContext(tenantId, id))
      await inTransaction(pool, async (client) => {
        const text =
          'insert into roster.webhook_endpoint (id, tenant_id, url, event_types, sealed_secret) values ($1, $2, $3, $4, $5)'
        await client.query(text, [id, tenantId, url, eventTypes ?? null, sealed])
        await insertAuditEvent(client, entryFor(id))
        return true
      })
      return { id, secret: `whsec_${secret.toString('base64')}` }
    },
    async list(tenantId, { cursor, limit }) {
      const [after] = pageStart(cursor, isUuid) ?? []
      if (after === undefined) return { kind: 'bad-cursor' }
      const text = `${READ} where e.tenant_id = $1 and ($2::uuid is null or e.id > $2) order by e.id limit $3`
      const { rows } = await pool.query<Row>(text, [tenantId, after, limit + 1])
      return toPage(rows.map(toEndpoint), limit, ({ id }) => [id])
    },
    async has(tenantId, id) {
      const { rows } = await pool.query('select from roster.webhook_endpoint where tenant_id = $1 and id = $2', [
        tenantId,
        id,
      ])
      return rows.length === 1
    },
    async delete(tenantId, id, entry) {
      const deleted = await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          'delete from roster.webhook_endpoint where tenant_id = $1 and id = $2',
          [tenantId, id],
        )
        if (rowCount !== 1) return undefined
        await insertAuditEvent(client, entry)
        return true
      })
      return deleted ?? false
    },
    async replay(tenantId, id, since, entry) {
      const replayed = await inTransaction(pool, async (client) => {
        if ((await client.query(WAKE, [tenantId, id])).rowCount !== 1) return undefined
        const { rowCount } = await client.query(REPLAY, [tenantId, id, since ?? 'infinity'])
        await insertAuditEvent(client, entry)
        return { messages: rowCount ?? 0 }
      })
      return replayed
    },
  }
}

function toEndpoint(row: Row): WebhookEndpoint {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    url: row.url,
    eventTypes: row.event_types,
    status: row.status,
    waiting: row.waiting,
    failingSince: row.failing_since?.toISOString() ?? null,
    lastError: row.last_error,
    lastDeliveredAt: row.last_delivered_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  }
}
