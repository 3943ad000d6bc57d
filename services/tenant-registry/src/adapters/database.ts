import { fileURLToPath } from 'node:url'
import { requireSchema, runMigrations, type SchemaOptions } from '@jackfield/postgres/migrate'

/** The database role of this service, made by its migrations. */
export const DATABASE_ROLE = 'jackfield_registry'

const schemaAt = (connectionString: string): SchemaOptions => ({
  connectionString,
  folder: fileURLToPath(new URL('../../migrations', import.meta.url)),
  name: 'registry',
  tenants: { schema: 'registry', role: DATABASE_ROLE },
})

/** Brings the registry's schema up to date; safe to call from many replicas at once. */
export const migrateRegistry = (connectionString: string) => runMigrations(schemaAt(connectionString))

/** For `MIGRATE=never`. @throws until the schema is up to date */
export const requireRegistrySchema = (connectionString: string) => requireSchema(schemaAt(connectionString))
