import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'

// The roster's tables. Every foreign key carries the tenant, so that no row can point into another one.

export const roster = pgSchema('roster')
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

export const phoneUser = roster.table(
  'phone_user',
  {
    id: uuid('id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    accountId: uuid('account_id').notNull(),
    directoryId: uuid('directory_id').notNull(),
    objectId: uuid('object_id').notNull(),
    displayName: text('display_name').notNull(),
    givenName: text('given_name'),
    surname: text('surname'),
    userPrincipalName: text('user_principal_name').notNull(),
    mail: text('mail'),
    businessPhones: text('business_phones').array().notNull(),
    mobilePhone: text('mobile_phone'),
    jobTitle: text('job_title'),
    department: text('department'),
    userType: text('user_type').notNull(),
    status: text('status').notNull(),
    sync: boolean('sync').notNull(),
    sso: boolean('sso').notNull(),
    sessionsValidAfter: at('sessions_valid_after'),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    unique('phone_user_identity').on(table.tenantId, table.directoryId, table.objectId),
    unique('phone_user_of_tenant').on(table.tenantId, table.id),
    index('phone_user_by_name').on(table.tenantId, sql`lower(${table.displayName})`, table.id),
    check('phone_user_sso_needs_sync', sql`${table.sync} or not ${table.sso}`),
    check('phone_user_status', sql`${table.status} in ('active', 'disabled', 'deleted')`),
    check('phone_user_type', sql`${table.userType} in ('Member', 'Guest')`),
  ],
)

export const phoneSystem = roster.table(
  'phone_system',
  {
    id: uuid('id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    name: text('name').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [unique('phone_system_of_tenant').on(table.tenantId, table.id)],
)

export const extension = roster.table(
  'extension',
  {
    tenantId: uuid('tenant_id').notNull(),
    phoneSystemId: uuid('phone_system_id').notNull(),
    number: text('number').notNull(),
    name: text('name'),
  },
  (table) => [
    primaryKey({ name: 'extension_number', columns: [table.tenantId, table.phoneSystemId, table.number] }),
    foreignKey({
      name: 'extension_phone_system',
      columns: [table.tenantId, table.phoneSystemId],
      foreignColumns: [phoneSystem.tenantId, phoneSystem.id],
    }),
    index('extension_in_order').on(table.phoneSystemId, sql`length(${table.number})`, table.number),
  ],
)

/** Who answers which extension. The row outlives the person's ticks and status, so that re-enabling restores it (S45). */
export const binding = roster.table(
  'binding',
  {
    tenantId: uuid('tenant_id').notNull(),
    userId: uuid('user_id').notNull(),
    phoneSystemId: uuid('phone_system_id').notNull(),
    extension: text('extension').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: 'binding_of_user', columns: [table.userId, table.phoneSystemId] }),
    unique('binding_extension').on(table.phoneSystemId, table.extension),
    foreignKey({ name: 'binding_user', columns: [table.tenantId, table.userId], foreignColumns: [phoneUser.tenantId, phoneUser.id] }),
    foreignKey({
      name: 'binding_to_extension',
      columns: [table.tenantId, table.phoneSystemId, table.extension],
      foreignColumns: [extension.tenantId, extension.phoneSystemId, extension.number],
    }),
  ],
)

/** A run is the truth about its job: what is asked, how far it came (`checkpoint`), who works on it (`lease_*`). */
export const syncRun = roster.table(
  'sync_run',
  {
    id: uuid('id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    accountId: uuid('account_id').notNull(),
    directoryId: uuid('directory_id').notNull(),
    kind: text('kind').notNull(),
    status: text('status').notNull(),
    requestedBy: text('requested_by').notNull(),
    preview: boolean('preview').notNull().default(false),
    /** Whom an import of everybody is for. */
    filter: jsonb('filter'),
    /** The run's place in the directory's changes: taken before it began to list, moved by each round of changes. */
    deltaLink: text('delta_link'),
    /** Who let a run go on that would disable or delete very many (S50). */
    approvedBy: text('approved_by'),
    /** The ticks of an import of everybody; both null when the users are chosen one by one in sync_run_selection. */
    allSync: boolean('all_sync'),
    allSso: boolean('all_sso'),
    total: integer('total'),
    seen: integer('seen').notNull().default(0),
    created: integer('created').notNull().default(0),
    updated: integer('updated').notNull().default(0),
    unchanged: integer('unchanged').notNull().default(0),
    disabled: integer('disabled').notNull().default(0),
    deleted: integer('deleted').notNull().default(0),
    skipped: integer('skipped').notNull().default(0),
    /** Users changed before the listing had to start again: they will be met once more, then unchanged. */
    changedBeforeRestart: integer('changed_before_restart').notNull().default(0),
    restarts: integer('restarts').notNull().default(0),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    checkpoint: text('checkpoint'),
    /** Rises with every slice; a page commits only under the token its slice took (fencing). */
    leaseToken: bigint('lease_token', { mode: 'number' }).notNull().default(0),
    leaseExpiresAt: at('lease_expires_at'),
    /** Slices since the last committed page. */
    fruitless: integer('fruitless').notNull().default(0),
    notBefore: at('not_before'),
    enqueuedAt: at('enqueued_at'),
    revision: integer('revision').notNull().default(1),
    createdAt: at('created_at').notNull().defaultNow(),
    startedAt: at('started_at'),
    finishedAt: at('finished_at'),
  },
  (table) => [
    uniqueIndex('sync_run_one_running').on(table.accountId).where(sql`${table.status} = 'running'`),
    index('sync_run_open').on(table.accountId, table.id).where(sql`${table.status} in ('queued', 'running')`),
    index('sync_run_of_tenant').on(table.tenantId, table.id),
    unique('sync_run_id_of_tenant').on(table.tenantId, table.id),
    check('sync_run_kind', sql`${table.kind} in ('import', 'delta', 'full')`),
    check('sync_run_status', sql`${table.status} in ('queued', 'running', 'awaiting-approval', 'succeeded', 'failed', 'cancelled')`),
    check('sync_run_sso_needs_sync', sql`${table.allSync} or not ${table.allSso}`),
  ],
)

export const syncRunSelection = roster.table(
  'sync_run_selection',
  {
    tenantId: uuid('tenant_id').notNull(),
    runId: uuid('run_id').notNull(),
    objectId: uuid('object_id').notNull(),
    sync: boolean('sync').notNull(),
    sso: boolean('sso').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sync_run_selection_user', columns: [table.runId, table.objectId] }),
    foreignKey({ name: 'sync_run_selection_run', columns: [table.tenantId, table.runId], foreignColumns: [syncRun.tenantId, syncRun.id] }),
    check('sync_run_selection_sso_needs_sync', sql`${table.sync} or not ${table.sso}`),
  ],
)

export const syncRunSkippedUser = roster.table(
  'sync_run_skipped_user',
  {
    tenantId: uuid('tenant_id').notNull(),
    runId: uuid('run_id').notNull(),
    objectId: uuid('object_id').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sync_run_skipped_user_id', columns: [table.runId, table.objectId] }),
    foreignKey({
      name: 'sync_run_skipped_user_run',
      columns: [table.tenantId, table.runId],
      foreignColumns: [syncRun.tenantId, syncRun.id],
    }),
  ],
)

/** Audit events on their way to the registry: written with their cause, deleted once the registry has them. */
export const pendingAuditEvent = roster.table(
  'pending_audit_event',
  {
    id: uuid('id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    event: jsonb('event').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    notBefore: at('not_before').notNull().defaultNow(),
    attempts: integer('attempts').notNull().default(0),
  },
  (table) => [index('pending_audit_event_due').on(table.notBefore)],
)

/** What a run is going to change, kept apart until all of it is known: a run that would remove too many changes nothing (S50). */
export const stagedChange = roster.table(
  'staged_change',
  {
    tenantId: uuid('tenant_id').notNull(),
    runId: uuid('run_id').notNull(),
    objectId: uuid('object_id').notNull(),
    status: text('status').notNull(),
    /** The person as the directory tells them; null where only the status is known to change. */
    person: jsonb('person'),
    /** The ticks an import gives; null where they stay. */
    sync: boolean('sync'),
    sso: boolean('sso'),
  },
  (table) => [
    primaryKey({ name: 'staged_change_user', columns: [table.runId, table.objectId] }),
    foreignKey({ name: 'staged_change_run', columns: [table.tenantId, table.runId], foreignColumns: [syncRun.tenantId, syncRun.id] }),
  ],
)

/** People of the roster whom a full comparison has met: the others are missing in the directory. */
export const syncRunMet = roster.table(
  'sync_run_met',
  { tenantId: uuid('tenant_id').notNull(), runId: uuid('run_id').notNull(), objectId: uuid('object_id').notNull() },
  (table) => [
    primaryKey({ name: 'sync_run_met_user', columns: [table.runId, table.objectId] }),
    foreignKey({ name: 'sync_run_met_run', columns: [table.tenantId, table.runId], foreignColumns: [syncRun.tenantId, syncRun.id] }),
  ],
)

/** An account that is kept in step: where its changes go on, and when it is looked at next. */
export const accountSync = roster.table(
  'account_sync',
  {
    accountId: uuid('account_id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    directoryId: uuid('directory_id').notNull(),
    deltaLink: text('delta_link'),
    /** Since when a notification says that something changed. */
    hintedAt: at('hinted_at'),
    nextDeltaAt: at('next_delta_at').notNull(),
    nextFullAt: at('next_full_at').notNull(),
    /** Runs that failed since the last one that did not. */
    failures: integer('failures').notNull().default(0),
    syncedAt: at('synced_at'),
  },
  (table) => [index('account_sync_next').on(table.nextDeltaAt), index('account_sync_of_tenant').on(table.tenantId)],
)

/** An account's subscription to change notifications at Microsoft. */
export const subscription = roster.table(
  'subscription',
  {
    accountId: uuid('account_id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    directoryId: uuid('directory_id').notNull(),
    subscriptionId: uuid('subscription_id'),
    /** SHA-256 of what Graph has to say with every notification. */
    clientStateHash: bytea('client_state_hash'),
    expiresAt: at('expires_at'),
    renewAt: at('renew_at').notNull().defaultNow(),
    notBefore: at('not_before').notNull().defaultNow(),
    failures: integer('failures').notNull().default(0),
    lastNotifiedAt: at('last_notified_at'),
    lastRefusedAt: at('last_refused_at'),
    /** Scheduled rounds in a row that found changes of which nobody told. */
    quietRounds: integer('quiet_rounds').notNull().default(0),
    isQuiet: boolean('is_quiet').notNull().default(false),
  },
  (table) => [index('subscription_due').on(table.renewAt), index('subscription_of_tenant').on(table.tenantId)],
)

/** Addresses of phone systems that are told what changed (S52). */
export const webhookEndpoint = roster.table(
  'webhook_endpoint',
  {
    id: uuid('id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    url: text('url').notNull(),
    /** Null: every event. */
    eventTypes: text('event_types').array(),
    /** The signing secret, sealed for this row. */
    sealedSecret: bytea('sealed_secret').notNull(),
    status: text('status').notNull().default('active'),
    notBefore: at('not_before').notNull().defaultNow(),
    failures: integer('failures').notNull().default(0),
    failingSince: at('failing_since'),
    lastError: text('last_error'),
    lastDeliveredAt: at('last_delivered_at'),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (table) => [
    unique('webhook_endpoint_of_tenant').on(table.tenantId, table.id),
    check('webhook_endpoint_status', sql`${table.status} in ('active', 'parked')`),
  ],
)

/** The outbox: written by triggers in the transaction of the change, one row for each endpoint that wants to know. */
export const webhookMessage = roster.table(
  'webhook_message',
  {
    seq: bigint('seq', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    id: uuid('id').notNull().defaultRandom(),
    tenantId: uuid('tenant_id').notNull(),
    endpointId: uuid('endpoint_id').notNull(),
    userId: uuid('user_id').notNull(),
    payload: jsonb('payload').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    notBefore: at('not_before').notNull().defaultNow(),
    deliveredAt: at('delivered_at'),
  },
  (table) => [
    foreignKey({
      name: 'webhook_message_endpoint',
      columns: [table.tenantId, table.endpointId],
      foreignColumns: [webhookEndpoint.tenantId, webhookEndpoint.id],
    }).onDelete('cascade'),
    index('webhook_message_waiting').on(table.endpointId, table.userId, table.seq).where(sql`${table.deliveredAt} is null`),
    index('webhook_message_age').on(table.createdAt),
  ],
)

/** By which rules a tenant's extensions are proposed. */
export const bindingRules = roster.table('binding_rules', {
  tenantId: uuid('tenant_id').primaryKey(),
  rules: jsonb('rules').notNull(),
  version: integer('version').notNull().default(1),
})
