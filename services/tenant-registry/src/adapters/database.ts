export type { Database, Transaction } from '@jackfield/postgres/drizzle'

/** The database role of this service, made by its migrations. */
export const DATABASE_ROLE = 'jackfield_registry'
