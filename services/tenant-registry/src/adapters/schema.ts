import {
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  sql,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from '@jackfield/postgres/drizzle'

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })
export const created = () => instant('created_at').notNull().defaultNow()
export const updated = () => instant('updated_at').notNull().defaultNow()
/** Goes up with every change: updates name the version they read. */
export const version = () => integer('version').notNull().default(1)

export const registry = pgSchema('registry')

export const tenant = registry.table('tenant', {
  id: uuid('id').primaryKey(),
  slug: text('slug').notNull().unique('tenant_slug_key'),
  name: text('name').notNull(),
  /** Its removal began: nothing is opened for it any more. */
  removing: boolean('removing').notNull().default(false),
  /** ISO 3166 alpha-2, for phone numbers in national form. */
  defaultCountry: text('default_country'),
  branding: jsonb('branding').notNull().default({ displayName: null, accentColour: null, language: null, logo: null }),
  createdAt: created(),
  updatedAt: updated(),
  version: version(),
})

const tenantId = () =>
  uuid('tenant_id')
    .notNull()
    .references(() => tenant.id, { onDelete: 'cascade' })

/** The bytes that the tenant's branding names; apart from it, because every request of a person reads the tenant. */
export const tenantLogo = registry.table('tenant_logo', {
  tenantId: tenantId().primaryKey(),
  bytes: bytea('bytes').notNull(),
})

/** Leads to its tenant once it is proven. */
export const tenantHost = registry.table(
  'tenant_host',
  {
    hostname: text('hostname').primaryKey(),
    tenantId: tenantId(),
    proof: uuid('proof').notNull().defaultRandom(),
    provenAt: instant('proven_at'),
  },
  (table) => [index('tenant_host_tenant').on(table.tenantId)],
)

/** The key of a tenant's secrets, itself sealed with a key-encryption key. */
export const tenantDataKey = registry.table('tenant_data_key', {
  tenantId: tenantId().primaryKey(),
  sealed: bytea('sealed').notNull(),
  /** Data keys that no key-encryption key opened when the next was made: they count again once their key is back. */
  lost: bytea('lost').array().notNull().default([]),
  createdAt: created(),
})

export const microsoftAccount = registry.table(
  'microsoft_account',
  {
    id: uuid('id').primaryKey(),
    tenantId: tenantId(),
    alias: text('alias').notNull(),
    /** What aliases are compared by: the database's own lower() depends on its locale. */
    aliasKey: text('alias_key').notNull(),
    clientId: uuid('client_id').notNull(),
    directoryId: uuid('directory_id').notNull(),
    cloud: text('cloud').notNull(),
    redirectPlatform: text('redirect_platform').notNull(),
    redirectMode: text('redirect_mode').notNull(),
    registeredRedirectUris: text('registered_redirect_uris').array(),
    /** Failed checks and warnings of the last connection test. */
    findings: jsonb('findings').notNull().default([]),
    /** Why the account's runs do not keep it in step; null when they do. */
    syncFailure: jsonb('sync_failure'),
    /** When it is tested next without being asked to. */
    nextCheckAt: instant('next_check_at').notNull().default(sql`now() + interval '24 hours'`),
    status: text('status').notNull(),
    firstReadyAt: instant('first_ready_at'),
    /** Since when an account that was enabled is not. */
    offSince: instant('off_since'),
    lastVerifiedAt: instant('last_verified_at'),
    createdAt: created(),
    updatedAt: updated(),
    version: version(),
  },
  (table) => [
    uniqueIndex('microsoft_account_alias').on(table.tenantId, table.aliasKey),
    index('microsoft_account_next_check').on(table.nextCheckAt),
  ],
)

const credentialColumns = () => ({
  accountId: uuid('account_id')
    .primaryKey()
    .references(() => microsoftAccount.id, { onDelete: 'cascade' }),
  type: text('type').notNull(),
  sealed: bytea('sealed').notNull(),
  hint: text('hint').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at'),
})

export const microsoftCredential = registry.table('microsoft_credential', {
  ...credentialColumns(),
  id: uuid('id').notNull().defaultRandom(),
  /** When Entra ID was first seen to take the previous credential only. */
  refusedAt: instant('refused_at'),
})

/** Thresholds before a credential's end of which its admins were told. */
export const expiryNotice = registry.table(
  'expiry_notice',
  { tenantId: tenantId(), credentialId: uuid('credential_id').notNull(), threshold: integer('threshold').notNull() },
  (table) => [
    primaryKey({ name: 'expiry_notice_threshold', columns: [table.credentialId, table.threshold] }),
    index('expiry_notice_tenant').on(table.tenantId),
  ],
)

/** Stands in until the new credential is proven. */
export const previousCredential = registry.table('previous_credential', credentialColumns())

/** Deleted keys stay as rows without their hash: the bootstrap key must not come back to life. */
export const apiKey = registry.table(
  'api_key',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    tenantId: uuid('tenant_id').references(() => tenant.id, { onDelete: 'cascade' }),
    role: text('role').notNull(),
    prefix: text('prefix').notNull().unique('api_key_prefix_key'),
    hash: bytea('hash'),
    createdAt: created(),
    deletedAt: instant('deleted_at'),
  },
  (table) => [index('api_key_tenant').on(table.tenantId)],
)

/** People who enter Control with Microsoft. `tenantId` is their scope, null for the platform's. */
export const administrator = registry.table(
  'administrator',
  {
    id: uuid('id').primaryKey(),
    tenantId: uuid('tenant_id').references(() => tenant.id, { onDelete: 'cascade' }),
    /** Without a cascade: a tenant through which the platform's own sign in is not removed under their feet. */
    signInTenantId: uuid('sign_in_tenant_id')
      .notNull()
      .references(() => tenant.id),
    directoryId: uuid('directory_id').notNull(),
    objectId: uuid('object_id').notNull(),
    role: text('role').notNull(),
    displayName: text('display_name').notNull(),
    createdAt: created(),
    updatedAt: updated(),
    version: version(),
  },
  (table) => [
    uniqueIndex('administrator_identity').on(table.signInTenantId, table.directoryId, table.objectId),
    index('administrator_tenant').on(table.tenantId),
  ],
)

export const controlSignInLink = registry.table('control_sign_in_link', {
  id: uuid('id').primaryKey(),
  tenantId: uuid('tenant_id').references(() => tenant.id, { onDelete: 'cascade' }),
  role: text('role').notNull(),
  tokenHash: bytea('token_hash').notNull().unique('control_sign_in_link_token_key'),
  createdAt: created(),
  expiresAt: instant('expires_at').notNull(),
  redeemedAt: instant('redeemed_at'),
})

export const consentRequest = registry.table(
  'consent_request',
  {
    id: uuid('id').primaryKey(),
    tenantId: tenantId(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => microsoftAccount.id, { onDelete: 'cascade' }),
    stateHash: bytea('state_hash').notNull().unique('consent_request_state_key'),
    createdAt: created(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('consent_request_account').on(table.accountId)],
)

export const handOverLink = registry.table(
  'hand_over_link',
  {
    id: uuid('id').primaryKey(),
    tenantId: tenantId(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => microsoftAccount.id, { onDelete: 'cascade' }),
    tokenHash: bytea('token_hash').notNull().unique('hand_over_link_token_key'),
    createdBy: text('created_by').notNull(),
    createdAt: created(),
    expiresAt: instant('expires_at').notNull(),
    openedAt: instant('opened_at'),
  },
  (table) => [index('hand_over_link_account').on(table.accountId)],
)

/** Outlives the tenants it tells of, therefore without a reference to them. */
export const auditEvent = registry.table(
  'audit_event',
  {
    id: uuid('id').primaryKey(),
    at: instant('at').notNull(),
    tenantId: uuid('tenant_id'),
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    outcome: text('outcome').notNull(),
    target: text('target'),
    requestId: text('request_id'),
    details: jsonb('details').$type<Record<string, string>>().notNull(),
  },
  (table) => [index('audit_event_tenant').on(table.tenantId, table.id)],
)
