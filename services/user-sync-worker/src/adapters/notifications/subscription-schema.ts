import { boolean, index, integer, jsonb, uuid } from '@jackfield/postgres/drizzle'
import { at, bytea, roster } from '../roster/roster-schema.ts'

/** An account's subscription to change notifications at Microsoft. */
export const subscription = roster.table(
  'subscription',
  {
    accountId: uuid('account_id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    directoryId: uuid('directory_id').notNull(),
    subscriptionId: uuid('subscription_id'),
    /** SHA-256 of the `clientState` that every notification carries. */
    clientStateHash: bytea('client_state_hash'),
    expiresAt: at('expires_at'),
    renewAt: at('renew_at').notNull().defaultNow(),
    /** Rises with each wish for a renewal: an attempt that began before leaves it (T-127). */
    wishes: integer('wishes').notNull().default(0),
    notBefore: at('not_before').notNull().defaultNow(),
    failures: integer('failures').notNull().default(0),
    /** When the present subscription was made. */
    subscribedAt: at('subscribed_at'),
    /** Why the last attempt failed, and when; null when it succeeded. */
    failure: jsonb('failure'),
    failedAt: at('failed_at'),
    lastNotifiedAt: at('last_notified_at'),
    lastRefusedAt: at('last_refused_at'),
    /** Scheduled rounds in a row that found changes without a notification. */
    quietRounds: integer('quiet_rounds').notNull().default(0),
    isQuiet: boolean('is_quiet').notNull().default(false),
  },
  (table) => [index('subscription_due').on(table.renewAt), index('subscription_of_tenant').on(table.tenantId)],
)
