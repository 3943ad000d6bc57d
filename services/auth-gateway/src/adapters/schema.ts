import { customType, index, integer, jsonb, pgSchema, sql, text, timestamp, uuid } from '@jackfield/postgres/drizzle'
import { KEY_USES } from '../domain/key-rotation.ts'

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const gateway = pgSchema('gateway')

/**
 * Codes, sessions, grants, refresh tokens, pending logins. Keys are hashes, payloads are sealed: a copy of the table
 * opens nothing (T-94).
 */
export const shortLivedRecord = gateway.table(
  'short_lived_record',
  {
    key: text('key').primaryKey(),
    kind: text('kind').notNull(),
    payload: bytea('payload').notNull(),
    grantKey: text('grant_key'),
    uidKey: text('uid_key'),
    /** The host of an unfinished sign-in, hashed, so that they can be counted. */
    waitsAt: text('waits_at'),
    /** The network of its browser, hashed: of the largest one the oldest give way. */
    waitsFrom: text('waits_from'),
    /** Keys and uid keys of records that end when it gives way. */
    waitsWith: text('waits_with').array().notNull().default([]),
    /** Records that are read in the same round: some by key, one by its uid key. */
    relatedKeys: text('related_keys').array().notNull(),
    relatedUidKey: text('related_uid_key'),
    /** Lists of the record, hashed, in the order of `listedAs`. */
    tenantList: text('tenant_list'),
    personList: text('person_list'),
    listedAs: uuid('listed_as'),
    listGroup: text('list_group'),
    consumedAt: moment('consumed_at'),
    expiresAt: moment('expires_at').notNull(),
  },
  (table) => [
    index('short_lived_record_grant_key').on(table.grantKey),
    index('short_lived_record_uid_key').on(table.uidKey),
    index('short_lived_record_expires_at').on(table.expiresAt),
    index('short_lived_record_tenant_list')
      .on(table.tenantList, table.listedAs)
      .where(sql`${table.tenantList} is not null`),
    index('short_lived_record_person_list')
      .on(table.personList, table.listedAs)
      .where(sql`${table.personList} is not null`),
    index('short_lived_record_list_group').on(table.listGroup).where(sql`${table.listGroup} is not null`),
    index('short_lived_record_waits_at').on(table.waitsAt, table.expiresAt).where(sql`${table.waitsAt} is not null`),
  ],
)

/** Logout notices for apps, kept until delivered or given up. */
export const logoutNotice = gateway.table(
  'logout_notice',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Null in rows from before this column. */
    tenantId: text('tenant_id'),
    issuer: text('issuer').notNull(),
    clientId: text('client_id').notNull(),
    url: text('url').notNull(),
    sub: text('sub').notNull(),
    sid: text('sid').notNull(),
    attempts: integer('attempts').notNull().default(0),
    notBefore: moment('not_before').notNull().defaultNow(),
  },
  (table) => [index('logout_notice_not_before').on(table.notBefore)],
)

/** Events for the audit log, kept until the registry has them; not so where Redis keeps the records (T-137). */
export const pendingAuditEvent = gateway.table(
  'pending_audit_event',
  {
    id: uuid('id').primaryKey(),
    tenantId: uuid('tenant_id'),
    event: jsonb('event').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    /** `infinity`: set aside, as the registry refuses it. */
    notBefore: moment('not_before').notNull().defaultNow(),
    attempts: integer('attempts').notNull().default(0),
  },
  (table) => [index('pending_audit_event_due').on(table.notBefore)],
)

/** Sealed keys of the platform. Of those of one use that are not retired the oldest signs; all verify. */
export const signingKey = gateway.table('signing_key', {
  id: text('id').primaryKey(),
  use: text('use', { enum: KEY_USES }).notNull(),
  sealed: bytea('sealed').notNull(),
  createdAt: moment('created_at').notNull().defaultNow(),
  /** Since then the key no longer signs; it verifies until it is removed. */
  retiredAt: moment('retired_at'),
})
