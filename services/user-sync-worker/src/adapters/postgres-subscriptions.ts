import { createHash, timingSafeEqual } from 'node:crypto'
import type pg from 'pg'
import type { ClaimedSubscription, Subscriptions } from '../ports.ts'
import { insertAuditEvent } from './pending-audit-events.ts'

/** How long one worker has for a subscription before another may try. */
const CLAIM = `interval '60 seconds'`

const ADD_MISSING = `
insert into roster.subscription (account_id, tenant_id, directory_id)
select account_id, tenant_id, directory_id from roster.account_sync a
where not exists (select from roster.subscription s where s.account_id = a.account_id)
on conflict do nothing`

const CLAIM_DUE = `
update roster.subscription s set not_before = now() + ${CLAIM} from roster.account_sync a
where a.account_id = s.account_id and s.account_id in (
  select account_id from roster.subscription where renew_at <= now() and not_before <= now() order by renew_at limit $1 for update skip locked)
returning s.tenant_id as "tenantId", s.account_id as "accountId", a.directory_id as "directoryId",
  case when s.directory_id = a.directory_id then s.subscription_id end as "subscriptionId", s.is_quiet as "isQuiet"`

/** Half of its life later it is renewed. A new one also hints at what happened while nobody told: together, or a crash between loses it. */
const KEEP = `
with hint as (update roster.account_sync set hinted_at = now() where $5 and account_id = $1 and hinted_at is null)
update roster.subscription set subscription_id = $2, expires_at = $3, renew_at = now() + ($3 - now()) / 2, not_before = now(), failures = 0,
  is_quiet = false, quiet_rounds = 0, directory_id = $4 where account_id = $1`

const FAILED = `
update roster.subscription set failures = failures + 1, not_before = now() + greatest($2, least(3600, 15 * 2 ^ least(failures, 8))) * interval '1 second'
where account_id = $1`

// Written once for a burst: a mark that is there already says it all.
const HINT = `update roster.account_sync set hinted_at = now() where account_id = $1 and hinted_at is null`
const HEARD = `
update roster.subscription set last_notified_at = now(), quiet_rounds = 0
where account_id = $1 and (last_notified_at is null or last_notified_at < now() - interval '30 seconds')`
const REFUSED = `
update roster.subscription set last_refused_at = now()
where account_id = $1 and (last_refused_at is null or last_refused_at < now() - interval '1 minute') returning tenant_id`

const AFTER = {
  reauthorizationRequired: [`update roster.subscription set renew_at = now() where account_id = $1`],
  subscriptionRemoved: [
    `update roster.subscription set subscription_id = null, renew_at = now(), not_before = now() where account_id = $1`,
    HINT,
  ],
  missed: [`update roster.account_sync set next_full_at = now() where account_id = $1`],
}

export function postgresSubscriptions(pool: pg.Pool): Subscriptions {
  return {
    async claimDue(limit) {
      await pool.query(ADD_MISSING)
      const { rows } = await pool.query<ClaimedSubscription>(CLAIM_DUE, [limit])
      return rows
    },
    async expectState(accountId, clientState) {
      await pool.query('update roster.subscription set client_state_hash = $2 where account_id = $1', [accountId, hash(clientState)])
    },
    async keep({ accountId, directoryId }, { id, expiresAt }, isNew) {
      await pool.query(KEEP, [accountId, id, expiresAt, directoryId, isNew])
    },
    async postpone(accountId, seconds) {
      await pool.query(FAILED, [accountId, seconds])
    },
    async judge(accountId, told) {
      const text = 'select subscription_id, directory_id, client_state_hash from roster.subscription where account_id = $1'
      const { rows } = await pool.query(text, [accountId])
      const known = rows[0] ?? { subscription_id: '', directory_id: '', client_state_hash: Buffer.alloc(32) }
      return told.map(({ subscriptionId, directoryId, clientState }) => {
        // Always compared, and over hashes, so that the time tells nothing (WH-04).
        const isState = timingSafeEqual(hash(clientState), known.client_state_hash ?? Buffer.alloc(32))
        return isState && rows.length === 1 && subscriptionId === known.subscription_id && directoryId === known.directory_id
      })
    },
    async hint(accountId) {
      await pool.query(HINT, [accountId])
      await pool.query(HEARD, [accountId])
    },
    async follow(accountId, event) {
      for (const text of AFTER[event]) await pool.query(text, [accountId])
    },
    async noteRefusal(accountId, entryFor) {
      const { rows } = await pool.query<{ tenant_id: string }>(REFUSED, [accountId])
      if (rows[0]) await insertAuditEvent(pool, entryFor(rows[0].tenant_id))
    },
  }
}

/** Only the hash is stored: whoever reads the database cannot send notifications (T-94). */
function hash(clientState: string): Buffer {
  return createHash('sha256').update(clientState).digest()
}
