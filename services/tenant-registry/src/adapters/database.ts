import { fileURLToPath } from 'node:url'
import { runMigrations } from '@jackfield/postgres/migrate'
import type { Pool } from 'pg'

/** The database role of this service, made by its migrations. */
export const DATABASE_ROLE = 'jackfield_registry'

/** Brings the registry's schema up to date; safe to call from many replicas at once. */
export function migrateRegistry(connectionString: string): Promise<void> {
  return runMigrations({
    connectionString,
    folder: fileURLToPath(new URL('../../migrations', import.meta.url)),
    name: 'registry',
    tenants: { schema: 'registry', role: DATABASE_ROLE },
  })
}

/** @throws when Postgres does not answer in time or has no schema of ours */
export async function pingRegistry(pool: Pool): Promise<void> {
  await pool.query('select from registry.tenant limit 0')
}
