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
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { at, roster } from '../roster/roster-schema.ts'

/** A run is the truth about its job: what was asked for, how far it came (`checkpoint`), who works on it (`lease_*`). */
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
    /** Of an import of everybody. */
    filter: jsonb('filter'),
    /** The import rules that a preview tries, or those that the account had when the run began to read. */
    rules: jsonb('rules'),
    /** `full_wishes` of the account when the run began to read. */
    fullWishes: integer('full_wishes'),
    /** Graph's delta link: taken before the listing began, moved by each round of changes. */
    deltaLink: text('delta_link'),
    /** When the run asked an admin about removals (S50), by which limits and about how many; who approved them, and when. */
    askedAt: at('asked_at'),
    limits: jsonb('limits'),
    heldRemovals: integer('held_removals').notNull().default(0),
    heldDisabled: integer('held_disabled').notNull().default(0),
    heldDeleted: integer('held_deleted').notNull().default(0),
    approvedBy: text('approved_by'),
    approvedAt: at('approved_at'),
    /** The ticks of an import of everybody; null when sync_run_selection has the chosen users. */
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
    /** Users changed before the listing started again: it meets them once more, then unchanged. */
    changedBeforeRestart: integer('changed_before_restart').notNull().default(0),
    restarts: integer('restarts').notNull().default(0),
    /** What the run had to leave out. */
    warnings: jsonb('warnings').notNull().default([]),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    checkpoint: text('checkpoint'),
    /** Rises with every slice: a page commits only under the token of its slice (fencing). */
    leaseToken: bigint('lease_token', { mode: 'number' }).notNull().default(0),
    leaseExpiresAt: at('lease_expires_at'),
    /** Slices since the last committed page. */
    fruitless: integer('fruitless').notNull().default(0),
    notBefore: at('not_before'),
    /** Why the run waits until `not_before`. */
    waitingFor: text('waiting_for'),
    /** The last step, such as a committed page. */
    progressedAt: at('progressed_at'),
    /** When the log said that the run makes no progress. */
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
    index('sync_run_waiting').on(table.tenantId, table.directoryId).where(sql`${table.status} = 'awaiting-approval'`),
    index('sync_run_open_of_tenant').on(table.tenantId).where(sql`${table.status} in ('queued', 'running')`),
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

// Of tables whose rows belong to a run.
const ofRun = { tenantId: uuid('tenant_id').notNull(), runId: uuid('run_id').notNull() }
const runOf = (name: string, table: Record<'tenantId' | 'runId', AnyPgColumn>) =>
  foreignKey({ name, columns: [table.tenantId, table.runId], foreignColumns: [syncRun.tenantId, syncRun.id] })

export const syncRunSelection = roster.table(
  'sync_run_selection',
  {
    ...ofRun,
    objectId: uuid('object_id').notNull(),
    sync: boolean('sync').notNull(),
    sso: boolean('sso').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sync_run_selection_user', columns: [table.runId, table.objectId] }),
    runOf('sync_run_selection_run', table),
    check('sync_run_selection_sso_needs_sync', sql`${table.sync} or not ${table.sso}`),
  ],
)

export const syncRunSkippedUser = roster.table(
  'sync_run_skipped_user',
  {
    ...ofRun,
    objectId: uuid('object_id').notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sync_run_skipped_user_id', columns: [table.runId, table.objectId] }),
    runOf('sync_run_skipped_user_run', table),
  ],
)

/** Planned changes, staged until the whole run is known, so that the removal limit can be checked (S50). */
export const stagedChange = roster.table(
  'staged_change',
  {
    ...ofRun,
    objectId: uuid('object_id').notNull(),
    status: text('status').notNull(),
    /** The person as read from the directory; null where only the status changes. */
    person: jsonb('person'),
    /** The ticks an import or a rule gives; null where they stay. */
    sync: boolean('sync'),
    sso: boolean('sso'),
    /** A removal that waits for an approval. */
    held: boolean('held').notNull().default(false),
  },
  (table) => [
    primaryKey({ name: 'staged_change_user', columns: [table.runId, table.objectId] }),
    runOf('staged_change_run', table),
  ],
)

/** People who were removed without an approval: they count for hours, in whichever run (T-128). */
export const recentRemoval = roster.table(
  'recent_removal',
  {
    tenantId: uuid('tenant_id').notNull(),
    directoryId: uuid('directory_id').notNull(),
    objectId: uuid('object_id').notNull(),
    decidedAt: at('decided_at').notNull(),
  },
  ({ tenantId, directoryId, objectId }) => [
    primaryKey({ name: 'recent_removal_of_person', columns: [tenantId, directoryId, objectId] }),
  ],
)

/** People of the roster that a full comparison has met, page by page; the others are missing in the directory. */
export const syncRunMet = roster.table(
  'sync_run_met',
  {
    ...ofRun,
    objectIds: uuid('object_ids').array().notNull(),
  },
  (table) => [index('sync_run_met_of_run').on(table.runId), runOf('sync_run_met_run', table)],
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

/** Members of the groups, and holders of the licences, that import rules name, as the last finished run read them. */
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

/** The same as the present run reads them. */
export const syncRunSetMember = roster.table(
  'sync_run_set_member',
  {
    ...ofRun,
    setKey: text('set_key').notNull(),
    objectId: uuid('object_id').notNull(),
  },
  (table) => [
    primaryKey({ name: 'sync_run_set_member_id', columns: [table.runId, table.objectId, table.setKey] }),
    runOf('sync_run_set_member_run', table),
  ],
)

/** An account that is kept in step: its delta link, and when its next runs are due. */
export const accountSync = roster.table(
  'account_sync',
  {
    accountId: uuid('account_id').primaryKey(),
    tenantId: uuid('tenant_id').notNull(),
    directoryId: uuid('directory_id').notNull(),
    deltaLink: text('delta_link'),
    /** When a notification announced a change. */
    hintedAt: at('hinted_at'),
    nextDeltaAt: at('next_delta_at').notNull(),
    nextFullAt: at('next_full_at').notNull(),
    /** Rises with each wish for a full comparison: the end of an older run leaves a younger wish (T-127). */
    fullWishes: integer('full_wishes').notNull().default(0),
    /** Failed runs in a row. */
    failures: integer('failures').notNull().default(0),
    syncedAt: at('synced_at'),
    /** Why the last run failed, and when the first in a row did; null after a success. */
    failure: jsonb('failure'),
    failingSince: at('failing_since'),
    /** When to tell the registry whether the account is in step; null when it knows. */
    tellAt: at('tell_at'),
    /** What the registry was told last. */
    isToldFailing: boolean('is_told_failing').notNull().default(false),
  },
  (table) => [
    index('account_sync_next').on(table.nextDeltaAt),
    index('account_sync_of_tenant').on(table.tenantId),
    index('account_sync_to_tell').on(table.tellAt).where(sql`${table.tellAt} is not null`),
  ],
)
