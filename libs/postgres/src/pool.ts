import pg from 'pg'

/**
 * A pool with bounded waits: 2 s to get a connection, 10 s for a statement. An idle connection that dies is only reported;
 * the pool replaces it (node-postgres would otherwise end the process).
 */
export function createPool(options: {
  connectionString: string
  applicationName: string
  max?: number
  /** The database role every connection works under: the migrations make it, row-level security confines it. */
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
    ...(role !== undefined && { onConnect: async (client) => void (await client.query(`set role ${pg.escapeIdentifier(role)}`)) }),
  })
  pool.on('error', options.onIdleError)
  return pool
}

/** @throws when Postgres does not answer within the pool's bounds */
export async function pingPostgres(pool: pg.Pool): Promise<void> {
  await pool.query('select 1')
}
