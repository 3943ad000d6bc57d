import { loadConfigOrExit } from '@jackfield/configuration/load-config'
import { repeatUntil } from '@jackfield/http-server/repeat-until'
import { runService } from '@jackfield/http-server/run-service'
import { unopenedSecrets } from '@jackfield/http-server/unopened-secrets'
import { migrateAndExit, startOrExit } from '@jackfield/postgres/migrate'
import { createPool, pingPostgres } from '@jackfield/postgres/pool'
import { problemPages } from '@jackfield/problem/problem-plugin'
import { DATABASE_ROLE, migrateRegistry, requireRegistrySchema } from './adapters/database.ts'
import { registryPorts } from './adapters/registry-ports.ts'
import { buildApp, SERVICE_NAME } from './app.ts'
import { Config } from './config.ts'
import { announceExpiries, checkDueAccounts } from './jobs/watch-accounts.ts'
import { rewrapKeys } from './rewrap-keys.ts'

const command = process.argv[2]
if (command !== undefined && command !== 'migrate' && command !== 'rewrap-keys') {
  process.stderr.write(`${command}: is not a command; there are "migrate" and "rewrap-keys"\n`)
  process.exit(1)
}

const config = loadConfigOrExit(Config, process.env)
const stopping = new AbortController()
const migrate = () => migrateRegistry(config.DATABASE_URL)

if (command === 'migrate') await migrateAndExit(migrate)
if (command === 'rewrap-keys') process.exit(await rewrapKeys(config))

let isMigrated = false
const pool = createPool({
  connectionString: config.DATABASE_URL,
  applicationName: SERVICE_NAME,
  role: DATABASE_ROLE,
  max: config.DATABASE_POOL_SIZE,
  onIdleError: (error) => app.log.warn({ err: error }, 'an idle connection to Postgres was lost'),
})
const unopened = unopenedSecrets((what) =>
  app.log.error(
    { what },
    'no key-encryption key opens it: the account fails its connection test, until its credential is entered again',
  ),
)
const ports = registryPorts(pool, config, () => new Date(), unopened.count)
const app = await buildApp({
  ports,
  internalTokenKeys: config.INTERNAL_TOKEN_KEYS,
  logLevel: config.LOG_LEVEL,
  problemPages: problemPages(config.BASE_URL),
  isMigrated: () => isMigrated,
  healthChecks: {
    async schema() {
      if (!isMigrated) throw new Error('the schema is not up to date yet')
    },
    database: () => pingPostgres(pool),
  },
})

unopened.register(app.metrics)

// Migrations run while the port is open: orchestrators see a live service that is not ready.
await runService(app, {
  host: config.HOST,
  port: config.PORT,
  shutdownDelaySeconds: config.SHUTDOWN_DELAY_SECONDS,
  closers: [async () => stopping.abort(), () => pool.end()],
})

void ports.keyEncryption.keep(stopping.signal, (error) =>
  app.log.warn({ err: error }, 'the key-encryption provider needs attention'),
)

const checkAccounts = checkDueAccounts(ports, app.log)
const watching = [() => announceExpiries(ports, app.log), () => checkAccounts(stopping.signal)]
for (const watch of watching)
  void repeatUntil(
    stopping.signal,
    10_000,
    async () => isMigrated && watch(),
    (error) => app.log.warn({ err: error }, 'accounts were not watched over'),
  )

await startOrExit(
  async () => {
    await (config.MIGRATE === 'auto' ? migrate() : requireRegistrySchema(config.DATABASE_URL))
    isMigrated = true
  },
  app.log,
  stopping.signal,
)
