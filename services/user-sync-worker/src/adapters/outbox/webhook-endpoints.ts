import { randomBytes } from 'node:crypto'
import { UNCHANGING_VERSION, type Versioned } from '@jackfield/contract/http/entity-tag'
import type { NewWebhookEndpoint, WebhookEndpoint } from '@jackfield/contract/webhooks/webhook-endpoint'
import type { Range } from '@jackfield/postgres/list-page'
import { inTransaction } from '@jackfield/postgres/transaction'
import { seal, sealedPrefix, UnsealError, unseal } from '@jackfield/sealing/seal'
import type pg from 'pg'
import { v7 as newId } from 'uuid'
import type { AuditEntry } from '../../ports.ts'
import { isFull } from '../tenant-limit.ts'
import { insertAuditEvent } from './pending-audit-events.ts'

const READ = `
select e.*, (select count(*)::int from roster.webhook_message m where m.endpoint_id = e.id and m.delivered_at is null) as waiting
from roster.webhook_endpoint e`
const FIND = `${READ} where e.tenant_id = $1 and e.id = $2`
const LIST = `${READ}
where e.tenant_id = $1 and ($2::uuid is null or e.id > $2) order by e.id limit $3`

const INSERT = `
insert into roster.webhook_endpoint (id, tenant_id, url, event_types, sealed_secret) values ($1, $2, $3, $4, $5)`

const REPLAY = `
update roster.webhook_message set delivered_at = null, not_before = now()
where tenant_id = $1 and endpoint_id = $2 and (delivered_at is null or created_at >= $3::timestamptz)`

const WAKE = `
update roster.webhook_endpoint set status = 'active', failures = 0, failing_since = null, last_error = null, not_before = now()
where tenant_id = $1 and id = $2`

const SEALED_BY_OTHERS = `
select id, tenant_id, sealed_secret as sealed from roster.webhook_endpoint
where substring(sealed_secret from 1 for $1) <> $2 and ($3::uuid is null or id > $3) order by id limit $4`

const RESEAL = `
update roster.webhook_endpoint e set sealed_secret = n.sealed
from unnest($1::uuid[], $2::bytea[], $3::bytea[]) as n (id, old, sealed) where e.id = n.id and e.sealed_secret = n.old`
const RESEALED_AT_ONCE = 500

type Row = Pick<WebhookEndpoint, 'id' | 'url' | 'status' | 'waiting'> & {
  tenant_id: string
  event_types: WebhookEndpoint['eventTypes']
  failing_since: Date | null
  last_error: string | null
  last_delivered_at: Date | null
  created_at: Date
}
type SealedRow = { id: string; tenant_id: string; sealed: Buffer }

/** The secret of an endpoint; undefined when no key opens it. A sealed secret fits its own row only. */
export function openSecret(sealed: Buffer, keys: readonly Buffer[], tenantId: string, id: string): Buffer | undefined {
  try {
    return unseal(sealed, keys, secretContext(tenantId, id))
  } catch (error) {
    if (error instanceof UnsealError) return undefined
    throw error
  }
}
export const secretContext = (tenantId: string, id: string) => `webhook-endpoint ${tenantId} ${id}`

/** Receivers of webhooks. */
export function postgresWebhookEndpoints(pool: pg.Pool, [key]: readonly Buffer[]) {
  return {
    /** Undefined where no key is set to seal the secret with. */
    async create(tenantId: string, { url, eventTypes }: NewWebhookEndpoint, entryFor: (id: string) => AuditEntry) {
      if (!key) return undefined
      const id = newId()
      const secret = randomBytes(32)
      const sealed = seal(secret, key, secretContext(tenantId, id))
      return inTransaction(pool, async (client) => {
        if (await isFull(client, 'webhook-endpoints', [tenantId])) return 'limit-reached' as const
        await client.query(INSERT, [id, tenantId, url, eventTypes ?? null, sealed])
        await insertAuditEvent(client, entryFor(id))
        const { rows } = await client.query<Row>(FIND, [tenantId, id])
        return { ...toEndpoint(rows[0] as Row), secret: `whsec_${secret.toString('base64')}` }
      })
    },
    async list(tenantId: string, { after, limit }: Range): Promise<WebhookEndpoint[]> {
      return (await pool.query<Row>(LIST, [tenantId, after, limit])).rows.map(toEndpoint)
    },
    async find(tenantId: string, id: string): Promise<Versioned<WebhookEndpoint> | undefined> {
      const { rows } = await pool.query<Row>(FIND, [tenantId, id])
      return rows[0] && toEndpoint(rows[0])
    },
    async delete(tenantId: string, id: string, entry: AuditEntry): Promise<boolean> {
      const text = 'delete from roster.webhook_endpoint where tenant_id = $1 and id = $2'
      const deleted = await inTransaction(pool, async (client) => {
        if ((await client.query(text, [tenantId, id])).rowCount !== 1) return undefined
        await insertAuditEvent(client, entry)
        return true
      })
      return deleted ?? false
    },
    /** Undefined when there is no such endpoint. */
    replay: (tenantId: string, id: string, since: string | undefined, entry: AuditEntry) =>
      inTransaction(pool, async (client) => {
        if ((await client.query(WAKE, [tenantId, id])).rowCount !== 1) return undefined
        const { rowCount } = await client.query(REPLAY, [tenantId, id, since ?? 'infinity'])
        await insertAuditEvent(client, entry)
        return { messages: rowCount ?? 0 }
      }),
  }
}

/**
 * Seals all secrets by the first of `keys`, in slices; a crash leaves each under one key or the other (SE-05). Safe in
 * many processes at once. Answers the endpoints whose secret no key opens: they stay as they are.
 */
export async function resealWebhookSecrets(pool: pg.Pool, keys: readonly Buffer[]): Promise<string[]> {
  const unreadable: string[] = []
  const [current] = keys
  if (!current) return unreadable
  const prefix = sealedPrefix(current)
  for (let after: string | null = null; ; ) {
    const values: unknown[] = [prefix.length, prefix, after, RESEALED_AT_ONCE]
    const rows: SealedRow[] = (await pool.query<SealedRow>(SEALED_BY_OTHERS, values)).rows
    const last = rows.at(-1)
    if (!last) return unreadable
    after = last.id
    const opened = rows.flatMap(({ id, tenant_id: tenantId, sealed }) => {
      const secret = openSecret(sealed, keys, tenantId, id)
      if (!secret) unreadable.push(id)
      return secret ? [{ id, old: sealed, next: seal(secret, current, secretContext(tenantId, id)) }] : []
    })
    await pool.query(RESEAL, [opened.map(({ id }) => id), opened.map(({ old }) => old), opened.map(({ next }) => next)])
  }
}

function toEndpoint(row: Row): Versioned<WebhookEndpoint> {
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
    version: UNCHANGING_VERSION,
  }
}
