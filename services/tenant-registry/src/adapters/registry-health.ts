import type { Pool } from 'pg'

/** @throws when Postgres does not answer in time or has no schema of ours */
export async function pingRegistry(pool: Pool): Promise<void> {
  await pool.query('select from registry.tenant limit 0')
}
