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
  uuid,
} from '@jackfield/postgres/drizzle'
import { at, roster } from './roster-schema.ts'

// People, phone systems and who answers what. Every foreign key carries the tenant, so that no row can point into
// another one.

const MAY_SIGN_IN = sql`sso and status = 'active'`
const addressHash = (name: string, value: ReturnType<typeof sql>) =>
  bigint(name, { mode: 'bigint' }).generatedAlwaysAs(value)
/**
 * An address without its case, and its domain: by the collation C, a tenth of the work; what else has a case is rare in
 * them.
 */
const hashOf = (column: 'user_principal_name' | 'mail') => `hashtextextended(lower(${column} collate "C"), 0)`
const domainHashOf = (column: 'user_principal_name' | 'mail') =>
  `hashtextextended(split_part(lower(${column} collate "C"), '@', 2), 0)`
/** Mail that is the principal name too is found by that. */
const ofOtherMail = (hash: string) => sql.raw(`case when mail <> user_principal_name then ${hash} end`)

/**
 * True of every row: only a statement that says so can be planned by the index of names. Of a column that no update
 * changes.
 */
export const IN_ORDER_OF_NAMES = `created_at > '-infinity'`

export const phoneUser = roster.table(
  'phone_user',
  {
    id: uuid('id').notNull(),
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
    employeeId: text('employee_id'),
    userType: text('user_type').notNull(),
    status: text('status').notNull(),
    /** Kept by a trigger: when the status changed last. */
    statusSince: at('status_since').notNull().defaultNow(),
    sync: boolean('sync').notNull(),
    sso: boolean('sso').notNull(),
    /** Who gave the ticks: rules never touch what was ticked or unticked by hand. */
    chosenBy: text('chosen_by').notNull().default('hand'),
    sessionsValidAfter: at('sessions_valid_after'),
    // By what a person is found who does not say of which tenant: hashes, because only comparisons of numbers are
    // leakproof, so that row-level security lets an index answer them.
    upnHash: addressHash('upn_hash', sql.raw(hashOf('user_principal_name'))),
    upnDomainHash: addressHash('upn_domain_hash', sql.raw(domainHashOf('user_principal_name'))),
    mailHash: addressHash('mail_hash', ofOtherMail(hashOf('mail'))),
    mailDomainHash: addressHash('mail_domain_hash', ofOtherMail(domainHashOf('mail'))),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (table) => [
    unique('phone_user_identity').on(table.tenantId, table.directoryId, table.objectId),
    // Of the indexes that a look-up of one person could use, none but its own begins with what it states: where the
    // statistics say that a tenant has hardly anybody, all that begin with the tenant cost the same, and Postgres read
    // the whole tenant for each person (FC-62).
    primaryKey({ name: 'phone_user_of_tenant', columns: [table.id, table.tenantId] }),
    index('phone_user_by_name')
      .on(table.tenantId, sql`lower(${table.displayName})`, table.id)
      .where(sql.raw(IN_ORDER_OF_NAMES)),
    index('phone_user_by_upn').on(table.upnDomainHash, table.upnHash).where(MAY_SIGN_IN),
    index('phone_user_by_mail')
      .on(table.mailDomainHash, table.mailHash)
      .where(sql`${MAY_SIGN_IN} and mail_hash is not null`),
    index('phone_user_gone').on(table.statusSince).where(sql`${table.status} <> 'active'`),
    check('phone_user_sso_needs_sync', sql`${table.sync} or not ${table.sso}`),
    check('phone_user_chosen_by', sql`${table.chosenBy} in ('hand', 'rule')`),
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

/**
 * Who answers which extension. The row outlives the person's ticks and status, so that re-enabling restores it (S45).
 */
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
    foreignKey({
      name: 'binding_user',
      columns: [table.tenantId, table.userId],
      foreignColumns: [phoneUser.tenantId, phoneUser.id],
    }),
    foreignKey({
      name: 'binding_to_extension',
      columns: [table.tenantId, table.phoneSystemId, table.extension],
      foreignColumns: [extension.tenantId, extension.phoneSystemId, extension.number],
    }),
  ],
)

/**
 * Bindings that ended because their person had left for long: whoever returns gets the extension back when it is free.
 */
export const releasedBinding = roster.table(
  'released_binding',
  {
    tenantId: uuid('tenant_id').notNull(),
    userId: uuid('user_id').notNull(),
    phoneSystemId: uuid('phone_system_id').notNull(),
    extension: text('extension').notNull(),
    releasedAt: at('released_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: 'released_binding_of_user', columns: [table.userId, table.phoneSystemId] }),
    foreignKey({
      name: 'released_binding_user',
      columns: [table.tenantId, table.userId],
      foreignColumns: [phoneUser.tenantId, phoneUser.id],
    }),
    foreignKey({
      name: 'released_binding_to_extension',
      columns: [table.tenantId, table.phoneSystemId, table.extension],
      foreignColumns: [extension.tenantId, extension.phoneSystemId, extension.number],
    }),
  ],
)

/** By which rules a tenant's extensions are proposed. */
export const bindingRules = roster.table('binding_rules', {
  tenantId: uuid('tenant_id').primaryKey(),
  rules: jsonb('rules').notNull(),
  version: integer('version').notNull().default(1),
})

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
