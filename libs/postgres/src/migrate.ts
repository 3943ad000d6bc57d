import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isLostStore } from '@jackfield/problem/lost-store'
import pg from 'pg'
import { Client } from './client.ts'
import { drizzle, migrate } from './drizzle.ts'
import { beginSession } from './pool.ts'
import { applySchemaObjects, latestOf } from './schema-objects.ts'
import { refuseSharedSessions, SharedSessionError } from './shared-sessions.ts'

/** Any number that is the same for every service and replica: they migrate one at a time. */
const MIGRATION_LOCK = 4_010_402_207

/** Queries of the product queue behind a change that waits for a lock on their table: it gives up, and tries again. */
const LONGEST_LOCK_WAIT_MS = 1_000
const LOCK_NOT_AVAILABLE = '55P03'

export type SchemaOptions = {
  connectionString: string
  folder: string
  name: string
  /** Of a service with tenants: the schema of its tables, and the role it works under, which is made here. */
  tenants?: { schema: string; role: string }
  /** `{{name}}` in a named file becomes the SQL text given here. */
  values?: Readonly<Record<string, string>>
}

/**
 * Brings one service's schema up to date, under a lock that all services share: tables by the ordered `.sql` files of
 * `folder`, each once (noted in `migrations.<name>`), then role, functions, triggers and policies by the named files
 * beside them. Safe to call from many replicas at once.
 * @throws SharedSessionError, before it changes anything
 */
export function runMigrations(options: SchemaOptions): Promise<void> {
  return withClient(options, async (client) => {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await client.query(`set lock_timeout = '${LONGEST_LOCK_WAIT_MS}ms'`)
    await migrate(drizzle(client), {
      migrationsFolder: options.folder,
      migrationsSchema: 'migrations',
      migrationsTable: options.name,
    }).catch(explainOlderSchema)
    await applySchemaObjects(client, { ...options, service: options.name, journal: journalOf(options) })
  })
}

/**
 * For services that do not migrate (`MIGRATE=never`): a later release's tables are as good as this one's.
 * @throws MissingSchemaError until `runMigrations` ran; SharedSessionError
 */
export function requireSchema(options: SchemaOptions): Promise<void> {
  return withClient(options, async (client) => {
    const applied = `select max(created_at) as latest from migrations.${pg.escapeIdentifier(options.name)}`
    const { rows } = await client.query(applied).catch((error: unknown) => {
      if (causeWith(UNDEFINED_TABLE, error)) return { rows: [] }
      throw error
    })
    if (Number(rows[0]?.latest ?? 0) < latestOf(journalOf(options))) throw new MissingSchemaError(options.name)
  })
}

const UNDEFINED_TABLE = '42P01'

export class MissingSchemaError extends Error {
  override readonly name = 'MissingSchemaError'

  constructor(name: string) {
    super(`the schema of ${name} is not up to date: run "main.ts migrate", or set MIGRATE=auto`)
  }
}

async function withClient<Result>(options: SchemaOptions, work: (client: Client) => Promise<Result>): Promise<Result> {
  const application_name = `${options.name} migrations`
  await refuseSharedSessions(options.connectionString, application_name)
  const client = new Client({
    connectionString: options.connectionString,
    application_name,
    connectionTimeoutMillis: 5_000,
  })
  await client.connect()
  try {
    await client.query(beginSession({}))
    return await work(client)
  } finally {
    await client.end()
  }
}

const journalOf = ({ folder }: SchemaOptions) => readFileSync(join(folder, 'meta/_journal.json'), 'utf8')

/**
 * Runs `attempt` until the database lets it finish: services start in any order, connections get lost, and a change of
 * a table waits for its long readers.
 */
export async function whenReachable<Result>(
  attempt: () => Promise<Result>,
  onWaiting: (error: Error) => void,
  signal: AbortSignal,
  isPassing: (error: unknown) => boolean = isUnreachable,
): Promise<Result> {
  for (let delay = 200; ; delay = Math.min(delay * 2, 5_000)) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error
      onWaiting(error as Error)
      await new Promise((resolve) => setTimeout(resolve, delay))
    }
  }
}

const isUnreachable = (error: unknown) => isLostStore(error) || causeWith(LOCK_NOT_AVAILABLE, error) !== undefined

/** What an administrator mends while the service is alive and not ready. */
const isMendable = (error: unknown) =>
  isUnreachable(error) || error instanceof MissingSchemaError || error instanceof SharedSessionError

/**
 * `main.ts migrate`: exits with 0 once `migrate` succeeded, with 1 for a pooler that it must not use; SIGTERM exits with
 * 1 while it waits for Postgres.
 */
export async function migrateAndExit(migrate: () => Promise<void>): Promise<never> {
  const onWaiting = (error: Error) =>
    process.stderr.write(`DATABASE_URL: Postgres is not reachable yet (${error.message})\n`)
  process.once('SIGTERM', () => process.exit(1))
  try {
    await whenReachable(migrate, onWaiting, new AbortController().signal)
  } catch (error) {
    if (!(error instanceof SharedSessionError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  process.exit(0)
}

type Log = Record<'warn' | 'fatal', (details: object, message: string) => void>

/**
 * Runs `start` as soon as Postgres and its schema are ready; each reason to wait is logged once. Any other failure is
 * logged and exits with 1, except after `signal`.
 */
export async function startOrExit(start: () => Promise<void>, log: Log, signal: AbortSignal): Promise<void> {
  let reason: string | undefined
  const onWaiting = (error: Error) => {
    if (error.message !== reason) log.warn({ err: error }, `waiting for Postgres: ${error.message}`)
    reason = error.message
  }
  try {
    await whenReachable(start, onWaiting, signal, isMendable)
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
