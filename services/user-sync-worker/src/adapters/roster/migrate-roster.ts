import { fileURLToPath } from 'node:url'
import { runMigrations } from '@jackfield/postgres/migrate'
import { ATTRIBUTES } from '../../domain/person-attributes.ts'
import { DATABASE_ROLE } from '../tenant-scope.ts'

/** Migrates the roster's schema; replicas may call it concurrently. */
export function migrateRoster(connectionString: string): Promise<void> {
  return runMigrations({
    connectionString,
    folder: fileURLToPath(new URL('../../../migrations', import.meta.url)),
    name: 'user_sync_worker',
    tenants: { schema: 'roster', role: DATABASE_ROLE },
    values: { person_attributes: ATTRIBUTES.map(({ name, column }) => `'${name}', u.${column}`).join(', ') },
  })
}
