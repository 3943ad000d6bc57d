import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  primaryKey,
  sql,
  text,
  unique,
  uniqueIndex,
  uuid,
} from '@jackfield/postgres/drizzle'
import { at, bytea, roster } from '../roster/roster-schema.ts'

// Runs, and what keeps accounts in step.

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
    /** The rules that a preview tries; any other run follows its account's. */
    rules: jsonb('rules'),
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
    /** What the run had to leave out. */
    warnings: jsonb('warnings').notNull().default([]),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    checkpoint: text('checkpoint'),
    /** Rises with every slice; a page commits only under the token its slice took (fencing). */
    leaseToken: bigint('lease_token', { mode: 'number' }).notNull().default(0),
    leaseExpiresAt: at('lease_expires_at'),
    /** Slices since the last committed page. */
    fruitless: integer('fruitless').notNull().default(0),
    notBefore: at('not_before'),
    /** Why the run goes on not before that; of no meaning later. */
    waitingFor: text('waiting_for'),
    /** When a page was committed last, or the run took another step. */
    progressedAt: at('progressed_at'),
    /** When it was said in the log that the run makes no progress; once for each time that it stops. */
    stalledAt: at('stalled_at'),
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
    check(
      'sync_run_status',
      sql`${table.status} in ('queued', 'running', 'awaiting-approval', 'succeeded', 'failed', 'cancelled')`,
    ),
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
    foreignKey({
      name: 'sync_run_selection_run',
      columns: [table.tenantId, table.runId],
      foreignColumns: [syncRun.tenantId, syncRun.id],
    }),
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

/**
 * What a run is going to change, kept apart until all of it is known: a run that would remove too many changes nothing
 * (S50).
 */
export const stagedChange = roster.table(
  'staged_change',
  {
    tenantId: uuid('tenant_id').notNull(),
    runId: uuid('run_id').notNull(),
    objectId: uuid('object_id').notNull(),
    status: text('status').notNull(),
    /** The person as the directory tells them; null where only the status is known to change. */
    person: jsonb('person'),
    /** The ticks an import or a rule gives; null where they stay. */
    sync: boolean('sync'),
    sso: boolean('sso'),
  },
  (table) => [
    primaryKey({ name: 'staged_change_user', columns: [table.runId, table.objectId] }),
    foreignKey({
      name: 'staged_change_run',
      columns: [table.tenantId, table.runId],
      foreignColumns: [syncRun.tenantId, syncRun.id],
    }),
  ],
)

/** People of the roster whom a full comparison has met, page by page: the others are missing in the directory. */
export const syncRunMet = roster.table(
  'sync_run_met',
  {
    tenantId: uuid('tenant_id').notNull(),
    runId: uuid('run_id').notNull(),
    objectIds: uuid('object_ids').array().notNull(),
  },
  (table) => [
    index('sync_run_met_of_run').on(table.runId),
    foreignKey({
      name: 'sync_run_met_run',
      columns: [table.tenantId, table.runId],
      foreignColumns: [syncRun.tenantId, syncRun.id],
    }),
  ],
)

/** Who is synced without being ticked by hand. */
export const importRules = roster.table(
  'import_rules',
  {
    accountId: uuid('account_id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    rules: jsonb('rules').notNull(),
    version: integer('version').notNull().default(1),
    /** Groups and licences whose members are in directory_set_member. */
    setsRead: text('sets_read').array().notNull().default([]),
  },
  (table) => [index('import_rules_of_tenant').on(table.tenantId)],
)

/**
 * Who is in the groups and has the licences that an account's import rules name, as its last finished run read them.
 */
export const directorySetMember = roster.table(
  'directory_set_member',
  {
    tenantId: uuid('tenant_id').notNull(),
    accountId: uuid('account_id').notNull(),
    setKey: text('set_key').notNull(),
    objectId: uuid('object_id').notNull(),
  },
  (table) => [
    primaryKey({ name: 'directory_set_member_id', columns: [table.accountId, table.objectId, table.setKey] }),
  ],
)

/** The same, as a run reads them. */
export const syncRunSetMember = roster.table(
  'sync_run_set_member',
  {
    tenantId: uuid('tenant_id').notNull(),
    runId: uuid('run_id').notNull(),
    setKey: text('set_key').notNull(),
    objectId: uuid('object_id').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sync_run_set_member_id', columns: [table.runId, table.objectId, table.setKey] }),
    foreignKey({
      name: 'sync_run_set_member_run',
      columns: [table.tenantId, table.runId],
      foreignColumns: [syncRun.tenantId, syncRun.id],
    }),
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
    /** Why the last run failed, and since when they do; null after a run that did not. */
    failure: jsonb('failure'),
    failingSince: at('failing_since'),
    /** When the registry is to be told next whether the account is in step; null when it knows. */
    tellAt: at('tell_at'),
    /** Whether it was told last that the account is not. */
    isToldFailing: boolean('is_told_failing').notNull().default(false),
  },
  (table) => [
    index('account_sync_next').on(table.nextDeltaAt),
    index('account_sync_of_tenant').on(table.tenantId),
    index('account_sync_to_tell').on(table.tellAt).where(sql`${table.tellAt} is not null`),
  ],
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
    /** Since when there is the present one. */
    subscribedAt: at('subscribed_at'),
    /** What the last attempt met, and when; null when it succeeded. */
    failure: jsonb('failure'),
    failedAt: at('failed_at'),
    lastNotifiedAt: at('last_notified_at'),
    lastRefusedAt: at('last_refused_at'),
    /** Scheduled rounds in a row that found changes of which nobody told. */
    quietRounds: integer('quiet_rounds').notNull().default(0),
    isQuiet: boolean('is_quiet').notNull().default(false),
  },
  (table) => [index('subscription_due').on(table.renewAt), index('subscription_of_tenant').on(table.tenantId)],
)
