import { foreignKey, index, primaryKey, uuid } from '@jackfield/postgres/drizzle'
import { at, roster } from './roster-schema.ts'
import { phoneUser } from './schema.ts'

/**
 * People whose sessions ended, until the gateway has told their apps: written by a trigger in the transaction of the
 * cause (S45).
 */
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
