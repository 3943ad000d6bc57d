import { customType, pgSchema, timestamp } from '@jackfield/postgres/drizzle'

/** The roster's schema, and the columns that many of its tables have. */
export const roster = pgSchema('roster')
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })
