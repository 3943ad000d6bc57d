import type pg from 'pg'
import type { WaitingMessage, WebhookFailure } from '../../ports.ts'
import { openSecret } from './webhook-endpoints.ts'

/** How long a claim lasts before another sender may try. */
const CLAIM = `interval '60 seconds'`

// The first undelivered message of each user: the next waits until it has arrived (S52).
const LIST_DUE = `
select due.seq as id, e.id as endpoint, e.tenant_id as tenant, e.failures > 0 as "isFailing"
from roster.webhook_endpoint e cross join lateral (
  select w.seq from roster.webhook_message w
  where w.endpoint_id = e.id and w.delivered_at is null and w.not_before <= now()
    and not exists (select from roster.webhook_message earlier where earlier.endpoint_id = w.endpoint_id and earlier.user_id = w.user_id
      and earlier.delivered_at is null and earlier.seq < w.seq)
  order by w.seq limit case when e.failures > 0 then 1 else $1::int end) due
where e.status = 'active' and e.not_before <= now()
order by due.seq`

const CLAIM_DUE = `
update roster.webhook_message m set not_before = now() + ${CLAIM} from roster.webhook_endpoint e
where e.id = m.endpoint_id and m.seq in (
  select seq from roster.webhook_message where seq = any($1::bigint[]) and delivered_at is null and not_before <= now()
  for update skip locked)
returning m.seq, m.id, m.tenant_id, m.endpoint_id, m.payload, e.url, e.sealed_secret`

const DELIVERED = `
with sent as (update roster.webhook_message set delivered_at = now() where seq = $1 returning endpoint_id)
update roster.webhook_endpoint set failures = 0, failing_since = null, last_error = null, last_delivered_at = now()
where id = (select endpoint_id from sent)`

// A failing endpoint rests as a whole, with backoff. After a day, or when it answers 410, it is parked. Messages that were
// in flight together count as one failure, so that the first rest is a short one.
const FAILED = `
with back as (update roster.webhook_message set not_before = now() where seq = $1)
update roster.webhook_endpoint set failures = failures + case when not_before <= now() then 1 else 0 end,
  failing_since = coalesce(failing_since, now()), last_error = $3,
  not_before = greatest(not_before, now() + interval '1 second' * greatest($5,
    case when not_before <= now() then least(3600, 5 * 2 ^ least(failures, 10)) * (0.8 + random() * 0.4) end)),
  status = case when $4 or failing_since < now() - interval '24 hours' then 'parked' else status end
where id = $2`

/** Nothing can be signed for an endpoint whose secret no key opens. Its messages wait for a replay. */
const PARK = `
update roster.webhook_endpoint set status = 'parked', failing_since = coalesce(failing_since, now()),
  last_error = 'The signing secret cannot be opened any more: make the endpoint anew.'
where id = any($1::uuid[])`

/** How long messages can be replayed; undelivered ones are deleted with them. */
const FORGET_OLD = `delete from roster.webhook_message where seq in (
  select seq from roster.webhook_message where created_at < now() - interval '30 days' limit 5000)`

type Row = Record<'seq' | 'id' | 'tenant_id' | 'endpoint_id' | 'url', string> & {
  payload: unknown
  sealed_secret: Buffer
}

type DueMessage = { id: string; endpoint: string; tenant: string; isFailing: boolean }

/**
 * Webhooks on their way to their receivers, written in the transactions of their causes. `onUnopened` is called for each
 * endpoint that is parked because no key opens its secret.
 */
export function webhookOutbox(pool: pg.Pool, sealingKeys: readonly Buffer[], onUnopened: () => void) {
  function toMessage({ seq, id, url, payload, ...row }: Row): WaitingMessage | undefined {
    const secret = openSecret(row.sealed_secret, sealingKeys, row.tenant_id, row.endpoint_id)
    return secret && { seq, id, endpointId: row.endpoint_id, url, secret, body: JSON.stringify(payload) }
  }
  return {
    /** What may be sent now, oldest first, at most `limitOfEndpoint` of each endpoint. `id` is a message's `seq`. */
    async listDue(limitOfEndpoint: number): Promise<DueMessage[]> {
      return (await pool.query<DueMessage>(LIST_DUE, [limitOfEndpoint])).rows
    },
    /** Those of `seqs` that are still due. */
    async claim(seqs: readonly string[]): Promise<WaitingMessage[]> {
      const { rows } = await pool.query<Row>(CLAIM_DUE, [seqs])
      const unopened = new Set<string>()
      const messages = rows.flatMap((row) => {
        const message = toMessage(row)
        if (!message) unopened.add(row.endpoint_id)
        return message ?? []
      })
      if (unopened.size > 0) await pool.query(PARK, [[...unopened]])
      for (const _ of unopened) onUnopened()
      return messages
    },
    async delivered({ seq }: WaitingMessage): Promise<void> {
      await pool.query(DELIVERED, [seq])
    },
    async failed({ seq, endpointId }: WaitingMessage, failure: WebhookFailure): Promise<void> {
      await pool.query(FAILED, [seq, endpointId, failure.reason, failure.isGone, failure.retryAfterSeconds])
    },
    async forgetOld(): Promise<void> {
      await pool.query(FORGET_OLD)
    },
  }
}
