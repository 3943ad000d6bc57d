import { bigint, check, foreignKey, index, integer, jsonb, sql, text, unique, uuid } from '@jackfield/postgres/drizzle'
import { at, bytea, roster } from '../roster/roster-schema.ts'

/** Receivers of webhooks, such as phone systems (S52). */
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

/** The outbox: triggers write it in the transaction of the change, one row for each endpoint that wants the event. */
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
    index('webhook_message_waiting')
      .on(table.endpointId, table.userId, table.seq)
      .where(sql`${table.deliveredAt} is null`),
    index('webhook_message_in_order').on(table.endpointId, table.seq).where(sql`${table.deliveredAt} is null`),
    index('webhook_message_age').on(table.createdAt),
  ],
)
