import pg from 'pg'
import { Client } from './client.ts'

/**
 * A pool with bounded waits: 2 s for a connection, 10 s for a statement. A lost connection never ends the process: an
 * idle one is reported, one in use fails its query, and the pool replaces both.
 */
export function createPool(options: {
  connectionString: string
  applicationName: string
  max?: number
  /** The database role of every connection, made by the migrations and confined by row-level security. */
  role?: string
  onIdleError: (error: Error) => void
}): pg.Pool {
  const { role } = options
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max ?? 10,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 10_000,
    keepAlive: true,
    Client,
    ...(role !== undefined && {
      onConnect: async (client) => void (await client.query(`set role ${pg.escapeIdentifier(role)}`)),
    }),
  })
  pool.on('error', options.onIdleError)
  return pool
}

/** @throws when Postgres does not answer within the pool's bounds */
export async function pingPostgres(pool: pg.Pool): Promise<void> {
  await pool.query('select 1')
}
