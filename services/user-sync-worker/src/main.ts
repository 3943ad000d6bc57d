import { loadConfigOrExit } from '@jackfield/configuration/load-config'
import { createServer } from '@jackfield/http-server/create-server'
import { runService } from '@jackfield/http-server/run-service'
import { unopenedSecrets } from '@jackfield/http-server/unopened-secrets'
import { migrateAndExit, startOrExit } from '@jackfield/postgres/migrate'
import { createPool, pingPostgres } from '@jackfield/postgres/pool'
import { problemPages } from '@jackfield/problem/problem-plugin'
import { connectedPorts } from './adapters/connected-ports.ts'
import { resealWebhookSecrets } from './adapters/outbox/webhook-endpoints.ts'
import { migrateQueues, type QueuesOptions, requireQueues } from './adapters/queue/bullmq-engine.ts'
import { bullmqConsumer } from './adapters/queue/bullmq-sync-queue.ts'
import { migrateRoster, requireRosterSchema } from './adapters/roster/migrate-roster.ts'
import { DATABASE_ROLE, inScope, scopedPool } from './adapters/tenant-scope.ts'
import { buildApp, SERVICE_NAME } from './app.ts'
import { Config } from './config.ts'
import { slotsForRuns } from './domain/fair-share.ts'
import { registerQueueMetrics, registerRosterMetrics } from './metrics.ts'
import { type RunningWorker, startWorker } from './worker.ts'

// main.ts [api | worker | migrate]; without an argument both api and worker in one process.

const [role = 'both'] = process.argv.slice(2)
if (!/^(api|worker|migrate|both)$/.test(role)) {
  process.stderr.write(`${role}: is none of api, worker, migrate\n`)
  process.exit(1)
}
const config = loadConfigOrExit(Config, process.env)
const queue: QueuesOptions = {
  engine: config.REDIS_URL
    ? { kind: 'redis', url: config.REDIS_URL, prefix: config.REDIS_PREFIX }
    : { kind: 'postgres', connectionString: config.DATABASE_URL },
  onError: (error) => app.log.warn({ err: error }, 'queue'),
}
const runSlots = slotsForRuns(config.WORKER_CONCURRENCY)
const closing = new AbortController()
if (role === 'migrate') await migrateAndExit(migrate)

const pool = createPool({
  connectionString: config.DATABASE_URL,
  applicationName: SERVICE_NAME,
  role: DATABASE_ROLE,
  max: config.DATABASE_POOL_SIZE,
  onIdleError: (error) => app.log.warn({ err: error }, 'lost an idle connection'),
})
let migrated = false
let started = false
let worker: RunningWorker | undefined
const healthChecks = {
  postgres: () => pingPostgres(pool),
  queue: () => ports.queue.proveWrite(),
  start: async () => {
    if (!started) throw new Error('The schema is not up to date, or the worker has not started yet.')
  },
}
const holds = { deletedDays: config.EXTENSION_HOLD_DAYS, disabledDays: config.EXTENSION_HOLD_DISABLED_DAYS }
const unopened = unopenedSecrets((what) =>
  app.log.error({ what }, 'no key of KEY_ENCRYPTION_KEYS opens it: what needs it is parked'),
)
const ports = connectedPorts({
  holds,
  pool,
  queue,
  runSlots,
  internalTokenKeys: config.INTERNAL_TOKEN_KEYS,
  registryUrl: config.TENANT_REGISTRY_URL,
  microsoft: config,
  webhookBaseUrl: config.WEBHOOK_BASE_URL,
  sealingKeys: config.KEY_ENCRYPTION_KEYS ?? [],
  onUnopened: unopened.count,
  onShortenedWait: (wait) => app.log.warn(wait, 'Microsoft asks for a longer wait than is obeyed'),
  sync: {
    deltaSeconds: config.SYNC_DELTA_SECONDS,
    fullSeconds: config.SYNC_FULL_SECONDS,
    fuse: {
      percent: config.REMOVAL_FUSE_PERCENT,
      users: config.REMOVAL_FUSE_USERS,
      hours: config.REMOVAL_FUSE_HOURS,
    },
  },
})
const app =
  role === 'worker'
    ? createServer({ name: `${SERVICE_NAME} worker`, logLevel: config.LOG_LEVEL, healthChecks })
    : buildApp(ports, {
        logLevel: config.LOG_LEVEL,
        healthChecks,
        problemPages: config.BASE_URL && problemPages(config.BASE_URL),
        internalTokenKeys: config.INTERNAL_TOKEN_KEYS,
        isMigrated: () => migrated,
      })

app.after(() => {
  registerQueueMetrics(app.metrics, ports)
  registerRosterMetrics(app.metrics, ports)
  unopened.register(app.metrics)
})
await runService(app, {
  host: config.HOST,
  port: config.PORT,
  // No client asks a worker.
  shutdownDelaySeconds: role === 'worker' ? 0 : config.SHUTDOWN_DELAY_SECONDS,
  stopWork: async () => {
    closing.abort()
    await worker?.close()
  },
  closers: [() => ports.queue.close(), () => ports.jobBoard.close(), () => pool.end()],
})
await startOrExit(start, app.log, closing.signal)

async function migrate(): Promise<void> {
  await migrateRoster(config.DATABASE_URL)
  await migrateQueues(queue.engine)
}

async function requireSchemas(): Promise<void> {
  await requireRosterSchema(config.DATABASE_URL)
  await requireQueues(queue.engine)
}

async function start(): Promise<void> {
  if (!migrated) await (config.MIGRATE === 'auto' ? migrate() : requireSchemas())
  migrated = true
  if (role !== 'api') {
    worker = await startWorker(ports, {
      sliceMs: config.IMPORT_SLICE_SECONDS * 1000,
      holds,
      consume: bullmqConsumer(queue, runSlots),
      onError: (error) => app.log.error({ err: error }, 'worker'),
      log: app.log,
    })
  }
  started = true
  if (role !== 'api')
    await followKeyRotation().catch((error: unknown) =>
      app.log.error({ err: error }, 'webhook secrets not sealed again'),
    )
}

/** The work does not wait for it: until then the old key opens what it sealed. */
async function followKeyRotation(): Promise<void> {
  const unreadable = await inScope('every-tenant', () =>
    resealWebhookSecrets(scopedPool(pool), config.KEY_ENCRYPTION_KEYS ?? []),
  )
  if (unreadable.length > 0)
    app.log.error({ endpoints: unreadable }, 'no key of KEY_ENCRYPTION_KEYS opens these webhook secrets')
}
