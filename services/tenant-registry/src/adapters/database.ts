import type { NodePgDatabase } from 'drizzle-orm/node-postgres'

export type Database = NodePgDatabase
export type { Transaction } from '@jackfield/postgres/tenant-scope'

/** The database role of this service, made by its migrations. */
export const DATABASE_ROLE = 'jackfield_registry'
