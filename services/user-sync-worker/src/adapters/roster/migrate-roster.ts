import { fileURLToPath } from 'node:url'
import { requireSchema, runMigrations, type SchemaOptions } from '@jackfield/postgres/migrate'
import { ATTRIBUTES } from '../../domain/person-attributes.ts'
import { DATABASE_ROLE } from '../tenant-scope.ts'

const schemaAt = (connectionString: string): SchemaOptions => ({
  connectionString,
  folder: fileURLToPath(new URL('../../../migrations', import.meta.url)),
  name: 'user_sync_worker',
  tenants: { schema: 'roster', role: DATABASE_ROLE },
  values: { person_attributes: ATTRIBUTES.map(({ name, column }) => `'${name}', u.${column}`).join(', ') },
})

/** Migrates the roster's schema; replicas may call it concurrently. */
export const migrateRoster = (connectionString: string) => runMigrations(schemaAt(connectionString))

/** For `MIGRATE=never`. @throws until the schema is up to date */
export const requireRosterSchema = (connectionString: string) => requireSchema(schemaAt(connectionString))
