import pg from 'pg'
import { Client } from './client.ts'
import { SharedSessionError } from './shared-sessions.ts'

const STATEMENT_MS = 10_000
/** Longer than any statement: the machine is gone. */
const SILENCE_MS = 11_000

/** Unlike parameters of the connection start, pgbouncer passes on settings that are made afterwards. */
type Session = {
  /** The database role of every connection, made by the migrations and confined by row-level security. */
  role?: string
  searchPath?: string
  /** How long a statement may take; unlimited by default. */
  statementMs?: number
}

/**
 * A pool with bounded waits: 2 s for a connection, 10 s for a statement. A lost connection never ends the process: an
 * idle one is reported, one in use fails its query, and the pool replaces both.
 */
export function createPool(options: {
  connectionString: string
  applicationName: string
  max?: number
  role?: string
  onIdleError: (error: Error) => void
}): pg.Pool {
  const pool = new pg.Pool({
    ...sessionOptions(options),
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.max ?? 10,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
  })
  pool.on('error', options.onIdleError)
  return pool
}

/** What every pool has in common, ours and those of libraries: our client, and a session that can write. */
export function sessionOptions(session: Session) {
  const begin = [beginSession({ ...session, statementMs: STATEMENT_MS }), READ_SESSION].join('; ')
  return {
    keepAlive: true,
    Client,
    silenceMs: SILENCE_MS,
    async onConnect(client: pg.ClientBase) {
      // Of several statements pg returns several results, other than its type says.
      const results = (await client.query(begin)) as unknown as ReadonlyArray<pg.QueryResult<SessionRow>>
      sessions.set(client, writable(results.at(-1)?.rows[0]))
    },
  }
}

/**
 * Statements that give a new connection its settings. They name every one that this platform uses: where a pooler was in
 * transaction mode before, its connections have kept those of other clients (T-124).
 */
export function beginSession({ role, searchPath, statementMs = 0 }: Session): string {
  return [
    `set statement_timeout = ${statementMs}`,
    'set lock_timeout to default',
    `set role ${role === undefined ? 'none' : pg.escapeIdentifier(role)}`,
    `set search_path to ${searchPath === undefined ? 'default' : pg.escapeIdentifier(searchPath)}`,
  ].join('; ')
}

type SessionRow = { pid: number; role: string; isReadOnly: boolean }
const READ_SESSION = `select pg_backend_pid() as pid, current_user as role,
  pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "isReadOnly"`

/** The backend and role with which each connection began. */
const sessions = new WeakMap<pg.ClientBase, SessionRow>()

/** Postgres that only reads: a replica, as after a failover, or a primary that is out of space. */
class ReadOnlyError extends Error {
  override readonly name = 'ReadOnlyError'
  readonly code = '25006'
}

/** Like `target_session_attrs=read-write` of libpq: a replica lags behind, and a later write would fail. */
function writable(session: SessionRow | undefined): SessionRow {
  if (!session || session.isReadOnly) throw new ReadOnlyError('Postgres is read-only here.')
  return session
}

/**
 * For readiness (T-123, T-124).
 * @throws when Postgres does not answer within the pool's bounds, cannot write, or answers from another session than
 *   the one that the connection began with. The connection is not reused.
 */
export async function pingPostgres(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    const now = writable((await client.query<SessionRow>(READ_SESSION)).rows[0])
    const began = sessions.get(client)
    if (began && (began.pid !== now.pid || began.role !== now.role)) throw new SharedSessionError()
  } catch (error) {
    client.release(error as Error)
    throw error
  }
  client.release()
}
