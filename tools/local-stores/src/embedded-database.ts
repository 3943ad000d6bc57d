import { existsSync } from 'node:fs'
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { type Account, reachableFolder, reachablePrograms, serverAccount } from './postgres-programs.ts'
import { runProgram } from './run-program.ts'

export type EmbeddedDatabase = {
  url: string
  /** `immediate`: without a checkpoint, as after a crash. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
}

const USER = 'jackfield'
const DATABASE = 'jackfield'

/**
 * Starts the PostgreSQL from npm, with its files in `folder` (made on the first start, then kept). It listens on
 * loopback only. A server left over from a killed run is stopped first. `durable: false` trades safety for speed, for
 * tests whose data is thrown away.
 * @throws with the end of the server's log when it does not start within a minute
 */
export async function startEmbeddedDatabase(options: {
  folder: string
  port: number
  password: string
  durable: boolean
}): Promise<EmbeddedDatabase> {
  const account = await serverAccount()
  const programs = await reachablePrograms(account)
  const home = await reachableFolder(options.folder, account)
  const cluster = join(home, 'cluster')
  const log = join(home, 'server.log')
  const control = (...args: string[]) => runProgram(programs.pg_ctl, ['-D', cluster, ...args], account)

  if (!existsSync(cluster)) await initialise(programs.initdb, home, cluster, options.password, account)
  else if (existsSync(join(cluster, 'postmaster.pid'))) await control('stop', '-m', 'fast', '-w').catch(() => undefined)

  const flags = {
    listen_addresses: '127.0.0.1',
    port: options.port,
    unix_socket_directories: '',
    max_connections: 200,
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const server = Object.entries(flags).map(([name, value]) => `-c ${name}='${value}'`)
  try {
    await control('start', '-w', '-t', '60', '-l', log, '-o', server.join(' '))
  } catch (cause) {
    const lines = await readFile(log, 'utf8').catch(() => '')
    throw new Error(`Postgres did not start:\n${lines.trim().split('\n').slice(-5).join('\n')}`, { cause })
  }
  const url = (database: string) =>
    `postgres://${USER}:${encodeURIComponent(options.password)}@127.0.0.1:${options.port}/${database}`
  await ensureDatabase(url('postgres'))
  return {
    url: url(DATABASE),
    async stop(mode = 'fast') {
      await control('stop', '-m', mode, '-w')
    },
  }
}

/** Initialised in a temporary folder and moved when complete, so that an interrupted start leaves nothing half made. */
async function initialise(
  initdb: string,
  home: string,
  cluster: string,
  password: string,
  account: Account | undefined,
): Promise<void> {
  const half = join(home, 'cluster.new')
  const passwordFile = join(home, 'initial-password')
  await rm(half, { recursive: true, force: true })
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (account) await chown(passwordFile, account.uid, account.gid)
  const flags = [
    '--auth=scram-sha-256',
    `--username=${USER}`,
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ]
  await runProgram(initdb, [`--pgdata=${half}`, ...flags], account)
  await rm(passwordFile)
  await rename(half, cluster)
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => undefined) // a lost connection fails the query
  await client.connect()
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`)
  } finally {
    await client.end()
  }
}
