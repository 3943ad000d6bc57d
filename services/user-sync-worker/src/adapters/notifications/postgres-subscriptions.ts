import { hash as digest, timingSafeEqual } from 'node:crypto'
import { SubscriptionFailure } from '@jackfield/contract/notification-health'
import type pg from 'pg'
import type { ClaimedSubscription, Subscriptions } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'

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

/**
 * Half of its life later it is renewed. A new one also hints at what happened while nobody told: together, or a crash
 * between loses it.
 */
const KEEP = `
with hint as (update roster.account_sync set hinted_at = now() where $5 and account_id = $1 and hinted_at is null)
update roster.subscription set subscription_id = $2, expires_at = $3, renew_at = now() + ($3 - now()) / 2, not_before = now(), failures = 0,
  failure = null, failed_at = null, subscribed_at = case when $5 then now() else subscribed_at end,
  is_quiet = false, quiet_rounds = 0, directory_id = $4 where account_id = $1`

const FAILED = `
update roster.subscription set failures = failures + 1, failure = coalesce($3, failure),
  failed_at = case when $3::jsonb is null then failed_at else now() end,
  not_before = now() + greatest($2, least(3600, 3 * 2 ^ least(failures, 11))) * interval '1 second'
where account_id = $1`

// Whoever asks has perhaps mended something. The claim of a worker that is trying just now stays, and so does a wait
// that Graph asked for.
const RETRY = `
update roster.subscription set not_before = now()
where tenant_id = $1 and account_id = $2 and failed_at < now() - interval '10 seconds' and failure ->> 'kind' <> 'throttled'
  and not_before > now() + ${CLAIM}`

// One of the directory that the account was connected to before is none.
const HEALTH = `
select s.subscription_id is not null as "isThere", s.expires_at as "expiresAt", s.subscribed_at as "subscribedAt",
  s.last_notified_at as "lastNotifiedAt", s.is_quiet as "isQuiet", s.failure, s.failed_at as "failedAt"
from roster.account_sync a left join roster.subscription s on s.account_id = a.account_id and s.directory_id = a.directory_id
where a.tenant_id = $1 and a.account_id = $2`
type HealthRow = {
  isThere: boolean
  expiresAt: Date | null
  subscribedAt: Date | null
  lastNotifiedAt: Date | null
  isQuiet: boolean | null
  failure: unknown
  failedAt: Date | null
}

// Written once for a burst: a mark that is there already says it all.
const HINT = `update roster.account_sync set hinted_at = now() where account_id = $1 and hinted_at is null`
/** Both have names: planned once for a connection, they are most of what a notification costs. */
const KNOWN = {
  name: 'known-subscription',
  text: 'select subscription_id, directory_id, client_state_hash from roster.subscription where account_id = $1',
}
const HEAR = {
  name: 'hear',
  text: `
with known as (
  select s.subscription_id, s.directory_id, s.client_state_hash, exists (
    select from unnest($2::text[], $3::text[], $4::bytea[]) as told (subscription_id, directory_id, hash)
    where told.subscription_id = s.subscription_id::text and told.directory_id = s.directory_id::text and told.hash = s.client_state_hash
  ) as is_ours
  from roster.subscription s where s.account_id = $1
), heard as (
  update roster.subscription set last_notified_at = now(), quiet_rounds = 0 where account_id = $1 and (select is_ours from known)
    and (last_notified_at is null or last_notified_at < now() - interval '30 seconds')
), hinted as (${HINT} and (select is_ours from known))
select subscription_id, directory_id, client_state_hash from known`,
}
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

type KnownRow = { subscription_id: string | null; directory_id: string; client_state_hash: Buffer | null }
type Told = Parameters<Subscriptions['judge']>[1][number]

export function postgresSubscriptions(pool: pg.Pool): Subscriptions {
  return {
    async claimDue(limit) {
      await pool.query(ADD_MISSING)
      const { rows } = await pool.query<ClaimedSubscription>(CLAIM_DUE, [limit])
      return rows
    },
    async expectState(accountId, clientState) {
      await pool.query('update roster.subscription set client_state_hash = $2 where account_id = $1', [
        accountId,
        hash(clientState),
      ])
    },
    async keep({ accountId, directoryId }, { id, expiresAt }, isNew) {
      await pool.query(KEEP, [accountId, id, expiresAt, directoryId, isNew])
    },
    async postpone(accountId, seconds, failure) {
      await pool.query(FAILED, [accountId, seconds, failure === undefined ? null : JSON.stringify(failure)])
    },
    async check(tenantId, accountId) {
      const { rows } = await pool.query<HealthRow>(HEALTH, [tenantId, accountId])
      const [row] = rows
      if (!row) return null
      await pool.query(RETRY, [tenantId, accountId])
      const { isThere, expiresAt, subscribedAt, lastNotifiedAt, failedAt } = row
      const failure = failedAt && SubscriptionFailure.parse(row.failure)
      return {
        until: isThere ? textOf(expiresAt) : null,
        since: isThere ? textOf(subscribedAt) : null,
        lastNotifiedAt: textOf(lastNotifiedAt),
        isQuiet: row.isQuiet ?? false,
        failure: failure && { ...failure, at: failedAt.toISOString() },
      }
    },
    async judge(accountId, told) {
      const { rows } = await pool.query<KnownRow>({ ...KNOWN, values: [accountId] })
      return judged(rows[0], told)
    },
    async hear(accountId, told) {
      // A true batch says one and the same; a false one may say anything.
      const changing = told.filter((each, index) => index === 0 || !isSame(each, told[index - 1] as Told))
      const different = [...new Map(changing.map((each) => [JSON.stringify(each), each])).values()]
      const hashes = different.map(({ clientState }) => hash(clientState))
      const [subscriptions, directories] = [
        different.map((each) => each.subscriptionId),
        different.map((each) => each.directoryId),
      ]
      const { rows } = await pool.query<KnownRow>({ ...HEAR, values: [accountId, subscriptions, directories, hashes] })
      return judged(rows[0], told)
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

function isSame(one: Told, other: Told): boolean {
  return (
    one.subscriptionId === other.subscriptionId &&
    one.directoryId === other.directoryId &&
    one.clientState === other.clientState
  )
}

const textOf = (time: Date | null) => time?.toISOString() ?? null

/** Always compared, and over hashes, so that the time tells nothing (WH-04). */
function judged(row: KnownRow | undefined, told: readonly Told[]): boolean[] {
  const known = row ?? { subscription_id: '', directory_id: '', client_state_hash: Buffer.alloc(32) }
  const isState = new Map<string, boolean>()
  for (const { clientState } of told) {
    if (isState.has(clientState)) continue
    isState.set(clientState, timingSafeEqual(hash(clientState), known.client_state_hash ?? Buffer.alloc(32)))
  }
  return told.map(({ subscriptionId, directoryId, clientState }) => {
    const isOurs = row !== undefined && subscriptionId === known.subscription_id && directoryId === known.directory_id
    return isState.get(clientState) === true && isOurs
  })
}

/** Only the hash is stored: whoever reads the database cannot send notifications (T-94). */
function hash(clientState: string): Buffer {
  return digest('sha256', clientState, 'buffer')
}
