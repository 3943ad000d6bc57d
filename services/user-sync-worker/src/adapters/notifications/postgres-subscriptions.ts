import { hash as digest, timingSafeEqual } from 'node:crypto'
import type { GraphNotification, LifecycleEvent } from '@jackfield/contract/microsoft/graph-notification'
import { type NotificationHealth, SubscriptionFailure } from '@jackfield/contract/microsoft/notification-health'
import type pg from 'pg'
import type { AuditEntry } from '../../ports.ts'
import { insertAuditEvent } from '../outbox/pending-audit-events.ts'

/** How long a claim lasts before another worker may try. */
const CLAIM = `interval '60 seconds'`

const ADD_MISSING = `
insert into roster.subscription (account_id, tenant_id, directory_id)
select account_id, tenant_id, directory_id from roster.account_sync a
where not exists (select from roster.subscription s where s.account_id = a.account_id)
on conflict do nothing`

const LIST_DUE = `
select id, tenant from (
  select account_id as id, tenant_id as tenant, renew_at, row_number() over (partition by tenant_id order by renew_at) as place
  from roster.subscription where renew_at <= now() and not_before <= now()) due
where place <= $1 order by renew_at limit 1000`

const CLAIM_DUE = `
update roster.subscription s set not_before = now() + ${CLAIM} from roster.account_sync a
where a.account_id = s.account_id and s.account_id in (
  select account_id from roster.subscription
  where account_id = any($1::uuid[]) and renew_at <= now() and not_before <= now() for update skip locked)
returning s.tenant_id as "tenantId", s.account_id as "accountId", a.directory_id as "directoryId",
  case when s.directory_id = a.directory_id then s.subscription_id end as "subscriptionId", s.is_quiet as "isQuiet", s.wishes`

/**
 * Renewed at half of its life, or at once where that was wished for since the claim. A new subscription also makes a
 * delta due, for changes of the time without one: in one statement, so that a crash cannot lose it.
 */
const KEEP = `
with hint as (update roster.account_sync set hinted_at = now() where $5 and account_id = $1 and hinted_at is null)
update roster.subscription set subscription_id = $2, expires_at = $3, not_before = now(), failures = 0,
  failure = null, failed_at = null, subscribed_at = case when $5 then now() else subscribed_at end, directory_id = $4,
  renew_at = case when wishes = $6 then now() + ($3 - now()) / 2 else renew_at end,
  is_quiet = is_quiet and wishes <> $6, quiet_rounds = case when wishes = $6 then 0 else quiet_rounds end where account_id = $1`

const FAILED = `
update roster.subscription set failures = failures + 1, failure = coalesce($3, failure),
  failed_at = case when $3::jsonb is null then failed_at else now() end,
  not_before = now() + greatest($2, least(3600, 3 * 2 ^ least(failures, 11))) * interval '1 second'
where account_id = $1`

// An admin who asks may have mended something: the next attempt is due at once. A worker's claim stays, and so does a
// wait that Graph asked for.
const RETRY = `
update roster.subscription set not_before = now()
where tenant_id = $1 and account_id = $2 and failed_at < now() - interval '10 seconds' and failure ->> 'kind' <> 'throttled'
  and not_before > now() + ${CLAIM}`

// A subscription of the account's former directory does not count.
const HEALTH = `
select s.subscription_id is not null as "isThere", s.expires_at as "expiresAt", s.subscribed_at as "subscribedAt",
  s.last_notified_at as "lastNotifiedAt", s.is_quiet as "isQuiet", s.failure, s.failed_at as "failedAt"
from roster.account_sync a left join roster.subscription s on s.account_id = a.account_id and s.directory_id = a.directory_id
where a.tenant_id = $1 and a.account_id = $2`
type HealthRow = Record<'expiresAt' | 'subscribedAt' | 'lastNotifiedAt' | 'failedAt', Date | null> & {
  isThere: boolean
  isQuiet: boolean | null
  failure: unknown
}

// Written once for a burst.
const HINT = `update roster.account_sync set hinted_at = now() where account_id = $1 and hinted_at is null`
/** Prepared statements: planning is most of what a notification costs. */
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
  reauthorizationRequired: [
    `update roster.subscription set renew_at = now(), wishes = wishes + 1 where account_id = $1`,
  ],
  // The claim of a worker stays, so that no second one subscribes at the same moment.
  subscriptionRemoved: [
    `update roster.subscription set subscription_id = null, renew_at = now(), wishes = wishes + 1,
      not_before = least(not_before, now() + ${CLAIM}) where account_id = $1`,
    HINT,
  ],
  missed: [`update roster.account_sync set next_full_at = now(), full_wishes = full_wishes + 1 where account_id = $1`],
}

type KnownRow = { subscription_id: string | null; directory_id: string; client_state_hash: Buffer | null }
type Told = Pick<GraphNotification, 'subscriptionId' | 'directoryId' | 'clientState'>
export type ClaimedSubscription = Record<'tenantId' | 'accountId' | 'directoryId', string> & {
  /** Null when there is none at Microsoft, or one of another directory. */
  subscriptionId: string | null
  isQuiet: boolean
  wishes: number
}

/** What is known of the subscriptions at Microsoft. */
export function postgresSubscriptions(pool: pg.Pool) {
  return {
    /** Subscriptions to be made or renewed now, by the id of their account; of a tenant at most `limitOfTenant`. */
    async listDue(limitOfTenant: number): Promise<Array<{ id: string; tenant: string }>> {
      await pool.query(ADD_MISSING)
      return (await pool.query<{ id: string; tenant: string }>(LIST_DUE, [limitOfTenant])).rows
    },
    async claim(accountIds: readonly string[]): Promise<ClaimedSubscription[]> {
      return (await pool.query<ClaimedSubscription>(CLAIM_DUE, [accountIds])).rows
    },
    async expectState(accountId: string, clientState: string): Promise<void> {
      const text = 'update roster.subscription set client_state_hash = $2 where account_id = $1'
      await pool.query(text, [accountId, hash(clientState)])
    },
    /** `isNew`: changes were not notified for a while. */
    async keep(
      { accountId, directoryId, wishes }: ClaimedSubscription,
      { id, expiresAt }: { id: string; expiresAt: Date },
      isNew: boolean,
    ): Promise<void> {
      await pool.query(KEEP, [accountId, id, expiresAt, directoryId, isNew, wishes])
    },
    /** Backoff, at least `seconds`. `failure` is Graph's. */
    async postpone(accountId: string, seconds: number, failure?: SubscriptionFailure): Promise<void> {
      await pool.query(FAILED, [accountId, seconds, failure === undefined ? null : JSON.stringify(failure)])
    },
    /** Null when the account is not kept in step. A failed subscription is tried again soon. */
    async check(tenantId: string, accountId: string): Promise<NotificationHealth['subscription']> {
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
    /** Which notifications come from the account's own subscription. */
    async judge(accountId: string, told: readonly Told[]): Promise<boolean[]> {
      const { rows } = await pool.query<KnownRow>({ ...KNOWN, values: [accountId] })
      return judged(rows[0], told)
    },
    /** `judge`, and one that does makes a delta due. */
    async hear(accountId: string, told: readonly Told[]): Promise<boolean[]> {
      // A genuine batch names one subscription; a forged one may name any number.
      const different = [...new Map(told.map((each) => [keyOf(each), each])).values()]
      const values = [
        accountId,
        different.map((each) => each.subscriptionId),
        different.map((each) => each.directoryId),
        different.map(({ clientState }) => hash(clientState)),
      ]
      const { rows } = await pool.query<KnownRow>({ ...HEAR, values })
      return judged(rows[0], told)
    },
    async follow(accountId: string, event: LifecycleEvent): Promise<void> {
      for (const text of AFTER[event]) await pool.query(text, [accountId])
    },
    /** At most once a minute for an account, and never for an unknown one. */
    async noteRefusal(accountId: string, entryFor: (tenantId: string) => AuditEntry): Promise<void> {
      const { rows } = await pool.query<{ tenant_id: string }>(REFUSED, [accountId])
      if (rows[0]) await insertAuditEvent(pool, entryFor(rows[0].tenant_id))
    },
  }
}

/** No part of a genuine notification holds a space. */
function keyOf({ subscriptionId, directoryId, clientState }: Told): string {
  return `${subscriptionId} ${directoryId} ${clientState}`
}

const textOf = (time: Date | null) => time?.toISOString() ?? null

/** Hashes are compared, also for an unknown account, so that timing reveals nothing (WH-04). */
function judged(row: KnownRow | undefined, told: readonly Told[]): boolean[] {
  const expected = row?.client_state_hash ?? Buffer.alloc(32)
  const isState = new Map<string, boolean>()
  for (const { clientState } of told)
    if (!isState.has(clientState)) isState.set(clientState, timingSafeEqual(hash(clientState), expected))
  return told.map(
    ({ subscriptionId, directoryId, clientState }) =>
      isState.get(clientState) === true && subscriptionId === row?.subscription_id && directoryId === row.directory_id,
  )
}

/** Only the hash is stored: a reader of the database cannot forge notifications (T-94). */
function hash(clientState: string): Buffer {
  return digest('sha256', clientState, 'buffer')
}
