import { uuid } from '@jackfield/postgres/drizzle'
import { at, roster } from './roster-schema.ts'

/** Tenants that were erased, or are being erased: a trigger lets nothing be added for them any more (AD-10). */
export const removedTenant = roster.table('removed_tenant', {
  tenantId: uuid('tenant_id').primaryKey(),
  removedAt: at('removed_at').notNull().defaultNow(),
})
