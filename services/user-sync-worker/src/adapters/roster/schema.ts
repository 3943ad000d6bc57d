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

// People, phone systems and bindings. Every foreign key carries the tenant, so that no row refers to another tenant.

const MAY_SIGN_IN = sql`sso and status = 'active'`
const addressHash = (name: string, value: ReturnType<typeof sql>) =>
  bigint(name, { mode: 'bigint' }).generatedAlwaysAs(value)
/** Hashes of an address and of its domain, in lower case. The collation C costs a tenth; other letters are rare. */
const hashOf = (column: 'user_principal_name' | 'mail') => `hashtextextended(lower(${column} collate "C"), 0)`
const domainHashOf = (column: 'user_principal_name' | 'mail') =>
  `hashtextextended(split_part(lower(${column} collate "C"), '@', 2), 0)`
/** Mail that equals the principal name is found by the latter's hash. */
const ofOtherMail = (hash: string) => sql.raw(`case when mail <> user_principal_name then ${hash} end`)

/** True for every row; only statements that repeat it can use the index of names. No update changes the column. */
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
    /** When the status changed last; a trigger keeps it. */
    statusSince: at('status_since').notNull().defaultNow(),
    sync: boolean('sync').notNull(),
    sso: boolean('sso').notNull(),
    /** Who gave the ticks; rules never change ticks given by hand. */
    chosenBy: text('chosen_by').notNull().default('hand'),
    /** When an admin asked for the ticks; a run that was asked for earlier leaves them (T-127). */
    chosenAt: at('chosen_at'),
    sessionsValidAfter: at('sessions_valid_after'),
    // Find a person across tenants by address. Hashes, as only comparisons of numbers are leakproof, and row-level
    // security lets an index answer no others.
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
    // No other index begins with what a look-up of one person states. With statistics of an empty tenant, all indexes that
    // begin with the tenant cost the same, and Postgres read the whole tenant for each person (FC-62).
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

/** Who answers which extension. The row outlives the person's ticks and status: re-enabling restores it (S45). */
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

/** Bindings that were released after their person left; on return the person gets the extension back while it is free. */
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

/** Rules for a tenant's binding suggestions. */
export const bindingRules = roster.table('binding_rules', {
  tenantId: uuid('tenant_id').primaryKey(),
  rules: jsonb('rules').notNull(),
  version: integer('version').notNull().default(1),
})

/** Audit events on their way to the registry: written with their cause, deleted when the registry has them. */
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

/** People whose sessions ended, until the gateway has notified their apps; a trigger writes the rows (S45). */
export const revocation = roster.table(
  'revocation',
  {
    tenantId: uuid('tenant_id').notNull(),
    userId: uuid('user_id').notNull(),
    validAfter: at('valid_after').notNull(),
    notBefore: at('not_before').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ name: 'revocation_of_user', columns: [table.tenantId, table.userId] }),
    foreignKey({
      name: 'revocation_user',
      columns: [table.tenantId, table.userId],
      foreignColumns: [phoneUser.tenantId, phoneUser.id],
    }).onDelete('cascade'),
    index('revocation_due').on(table.notBefore),
  ],
)

/** Tenants that were erased or are being erased: a trigger refuses inserts for them (AD-10). */
export const removedTenant = roster.table('removed_tenant', {
  tenantId: uuid('tenant_id').primaryKey(),
  removedAt: at('removed_at').notNull().defaultNow(),
})
