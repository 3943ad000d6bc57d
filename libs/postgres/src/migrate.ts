import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLostStore } from '@jackfield/problem/lost-store'
import { Client } from './client.ts'
import { drizzle, migrate } from './drizzle.ts'
import { applySchemaObjects } from './schema-objects.ts'

/** Any number that is the same for every service and replica: they migrate one at a time. */
const MIGRATION_LOCK = 4_010_402_207

/** Queries of the product queue behind a change that waits for a lock on their table: it gives up, and tries again. */
const LONGEST_LOCK_WAIT_MS = 1_000
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Brings one service's schema up to date, under a lock that all services share: tables by the ordered `.sql` files of
 * `folder`, each once (noted in `migrations.<name>`), then role, functions, triggers and policies by the named files
 * beside them. Safe to call from many replicas at once. `{{name}}` in a named file becomes the SQL text that `values`
 * gives it.
 */
export async function runMigrations(options: {
  connectionString: string
  folder: string
  name: string
  /** Of a service with tenants: the schema of its tables, and the role it works under, which is made here. */
  tenants?: { schema: string; role: string }
  values?: Readonly<Record<string, string>>
}): Promise<void> {
  const client = new Client({
    connectionString: options.connectionString,
    application_name: `${options.name} migrations`,
    connectionTimeoutMillis: 5_000,
  })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await client.query(`set lock_timeout = '${LONGEST_LOCK_WAIT_MS}ms'`)
    await migrate(drizzle(client), {
      migrationsFolder: options.folder,
      migrationsSchema: 'migrations',
      migrationsTable: options.name,
    }).catch(explainOlderSchema)
    const journal = readFileSync(join(options.folder, 'meta/_journal.json'), 'utf8')
    await applySchemaObjects(client, { ...options, service: options.name, journal })
  } finally {
    await client.end()
  }
}

/**
 * Runs `attempt` until the database lets it finish: services start in any order, connections get lost, and a change of
 * a table waits for its long readers.
 */
export async function whenReachable<Result>(
  attempt: () => Promise<Result>,
  onWaiting: (error: Error) => void,
  signal: AbortSignal,
): Promise<Result> {
  for (let delay = 200; ; delay = Math.min(delay * 2, 5_000)) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted || !(isLostStore(error) || causeWith(LOCK_NOT_AVAILABLE, error))) throw error
      onWaiting(error as Error)
      await new Promise((resolve) => setTimeout(resolve, delay))
    }
  }
}

/** `main.ts migrate`: exits with 0 once `migrate` succeeded; SIGTERM exits with 1 while it waits for Postgres. */
export async function migrateAndExit(migrate: () => Promise<void>): Promise<never> {
  const onWaiting = (error: Error) =>
    process.stderr.write(`DATABASE_URL: Postgres is not reachable yet (${error.message})\n`)
  process.once('SIGTERM', () => process.exit(1))
  await whenReachable(migrate, onWaiting, new AbortController().signal)
  process.exit(0)
}

type Log = Record<'warn' | 'fatal', (details: object, message: string) => void>

/** Runs `start` as soon as Postgres is reachable. A failure is logged and exits with 1, except after `signal`. */
export async function startOrExit(start: () => Promise<void>, log: Log, signal: AbortSignal): Promise<void> {
  try {
    await whenReachable(start, (error) => log.warn({ err: error }, 'waiting for Postgres'), signal)
  } catch (error) {
    if (signal.aborted) return
    log.fatal({ err: error }, 'could not start')
    process.exit(1)
  }
}

const DUPLICATE_SCHEMA = '42P06'

/** Before the first release the migrations were squashed into one, which cannot follow on from its predecessors. */
function explainOlderSchema(error: unknown): never {
  const duplicate = causeWith(DUPLICATE_SCHEMA, error)
  if (!duplicate) throw error
  throw new Error(
    `${duplicate.message}: it was made before the first release; use an empty database (npm start: remove .data)`,
    { cause: error },
  )
}

/** The error of Postgres with this SQLSTATE among `error` and its causes. */
function causeWith(code: string, error: unknown): Error | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && cause.code === code) return cause
  return undefined
}
