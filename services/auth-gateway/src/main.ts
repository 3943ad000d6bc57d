import { loadConfigOrExit } from '@jackfield/configuration/load-config'
import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import { registerAuditMetrics } from '@jackfield/http-server/audit-metrics'
import { repeatUntil } from '@jackfield/http-server/repeat-until'
import { runService } from '@jackfield/http-server/run-service'
import { unopenedSecrets } from '@jackfield/http-server/unopened-secrets'
import { serviceClient } from '@jackfield/internal-token/service-client'
import { internalTokenSigner } from '@jackfield/internal-token/sign-internal-token'
import { auditOutbox } from '@jackfield/postgres/audit-outbox'
import { drizzle } from '@jackfield/postgres/drizzle'
import {
  migrateAndExit,
  requireSchema,
  runMigrations,
  type SchemaOptions,
  startOrExit,
} from '@jackfield/postgres/migrate'
import { createPool, pingPostgres } from '@jackfield/postgres/pool'
import { proveWrite } from '@jackfield/redis/prove-write'
import { redisAuditOutbox } from './adapters/audit/redis-audit-outbox.ts'
import { entraSignIn } from './adapters/microsoft/entra-sign-in.ts'
import { lostAnswers } from './adapters/openid-provider/lost-answers.ts'
import { oidcProviders } from './adapters/openid-provider/oidc-providers.ts'
import { signLogoutToken } from './adapters/openid-provider/token-signing.ts'
import {
  ensurePlatformKeys,
  platformKeys,
  readPlatformKeys,
  rotatePlatformKeys,
  signingKeys,
} from './adapters/platform-keys.ts'
import { postgresLogoutNotices } from './adapters/postgres-logout-notices.ts'
import { microsoftSessions } from './adapters/records/login-indexes.ts'
import { personSessions } from './adapters/records/person-sessions.ts'
import { postgresRecords, sweepRecords } from './adapters/records/postgres-records.ts'
import { connectRedis } from './adapters/records/redis-connection.ts'
import { redisRecords } from './adapters/records/redis-records.ts'
import { sealedRecords } from './adapters/records/sealed-records.ts'
import { waitingRoom } from './adapters/records/waiting-room.ts'
import { registryClient } from './adapters/services/registry-client.ts'
import { revocationsClient, rosterClient } from './adapters/services/roster-client.ts'
import { buildApp } from './app.ts'
import { Config } from './config.ts'
import { endRevokedSessions } from './jobs/end-revoked-sessions.ts'
import { sendAuditEvents } from './jobs/send-audit-events.ts'
import { sendLogoutNotices } from './jobs/send-logout-notices.ts'
import { pagesOfProvider } from './pages/provider-pages.ts'
import type { Ports } from './ports.ts'

const NAME = 'auth-gateway'
const config = loadConfigOrExit(Config, process.env)
const schema: SchemaOptions = {
  connectionString: config.DATABASE_URL,
  folder: new URL('../migrations', import.meta.url).pathname,
  name: 'gateway',
}
const keysOfSecrets = config.KEY_ENCRYPTION_KEYS

const stopping = new AbortController()
if (process.argv[2] === 'migrate') await migrateAndExit(() => runMigrations(schema))

const pool = createPool({
  connectionString: config.DATABASE_URL,
  applicationName: NAME,
  max: config.DATABASE_POOL_SIZE,
  onIdleError(error) {
    answers.noteOutage()
    app.log.warn({ err: error }, 'idle connection to Postgres was lost')
  },
})
const db = drizzle(pool)
const redis = config.REDIS_URL
  ? connectRedis(config.REDIS_URL, (error) => app.log.warn({ err: error }, 'connection to Redis was lost'))
  : undefined

const backends = { 'tenant-registry': config.TENANT_REGISTRY_URL, 'user-sync-worker': config.ROSTER_URL }
const clientOf = (audience: keyof typeof backends) =>
  serviceClient({ issuer: NAME, audience, baseUrl: backends[audience], keys: config.INTERNAL_TOKEN_KEYS })
const sign = internalTokenSigner(NAME, config.INTERNAL_TOKEN_KEYS)
const clock = () => Math.floor(Date.now() / 1000)
const registry = registryClient(clientOf('tenant-registry'))
const roster = rosterClient(clientOf('user-sync-worker'))
const store = redis ? redisRecords(redis, config.REDIS_PREFIX) : postgresRecords(pool)
const room = waitingRoom(store, config.RATE_LIMIT_FACTOR, (place) =>
  app.log.warn({ place }, 'too many sign-ins wait to be finished: the oldest of the largest network give way'),
)
const unopened = unopenedSecrets((what) =>
  app.log.error(
    { what },
    'no key of KEY_ENCRYPTION_KEYS opens what is in the store: it counts as absent, people sign in again',
  ),
)
const records = sealedRecords(store, keysOfSecrets, room, unopened.count)
const auditEvents = redis
  ? redisAuditOutbox(redis, config.REDIS_PREFIX)
  : auditOutbox<SentAuditEvent>(pool, 'gateway.pending_audit_event')
const logoutNotices = postgresLogoutNotices(pool)
const loginIndexes = { microsoftSessions: microsoftSessions(records), personSessions: personSessions(records) }
const keys = platformKeys((former) => readPlatformKeys(db, keysOfSecrets, former))

const answers = lostAnswers()
redis?.on('ready', answers.noteOutage)

const ports: Ports = {
  registry,
  roster,
  records,
  ...loginIndexes,
  clock,
  microsoft: entraSignIn(config, clock),
  providers: oidcProviders({
    baseUrl: config.BASE_URL,
    registry,
    roster,
    records,
    ...loginIndexes,
    pagesOf: pagesOfProvider,
    clock,
    keys,
    logoutNotices,
    lostAnswers: answers,
    onFault: (error) => app.log.error({ err: error }, 'fault in the OpenID Provider'),
  }),
  signingKeys: signingKeys(db, keysOfSecrets, () => new Date()),
  backendToken: (backend, principal) =>
    sign({ aud: backend, sub: principal.id, scope: principal.scope, role: principal.role }),
}

let isPrepared = false
const app = buildApp(
  {
    logLevel: config.LOG_LEVEL,
    trustedProxies: config.TRUSTED_PROXIES,
    rateLimitFactor: config.RATE_LIMIT_FACTOR,
    baseUrl: config.BASE_URL,
    controlDirectory: config.CONTROL_CONSOLE_DIR,
    backends,
    healthChecks: {
      prepared: async () => {
        if (!isPrepared) throw new Error('schema and keys are not ready yet')
      },
      postgres: () => pingPostgres(pool),
      ...(redis ? { redis: () => proveWrite(redis, config.REDIS_PREFIX) } : {}),
    },
  },
  ports,
)

app.after(() => {
  unopened.register(app.metrics)
  registerAuditMetrics(app.metrics, auditEvents.countSetAside)
})

async function prepare(): Promise<void> {
  await (config.MIGRATE === 'auto' ? runMigrations(schema) : requireSchema(schema))
  await ensurePlatformKeys(db, keysOfSecrets)
  isPrepared = true
}
void startOrExit(prepare, app.log, stopping.signal)

const sweeping = setInterval(() => {
  if (isPrepared)
    sweepRecords(db).catch((error: unknown) => app.log.warn({ err: error }, 'expired records were not swept'))
}, 60_000)

const onNoticeFailure = (error: unknown) => app.log.warn({ err: error }, 'logout notices were not sent')
const sendNotices = sendLogoutNotices({
  notices: logoutNotices,
  registry,
  baseUrl: config.BASE_URL,
  signToken: async (notice, alg) => signLogoutToken(await keys(), notice, alg, clock),
  onFailure: ({ clientId, url }, reason, isLast) =>
    app.log.warn({ clientId, url, reason, isLast }, 'a logout notice was not delivered'),
  onError: onNoticeFailure,
})
const noticing = repeatUntil(
  stopping.signal,
  1_000,
  async () => isPrepared && sendNotices(stopping.signal),
  onNoticeFailure,
)

const onAuditFailure = (error: unknown) => app.log.error({ err: error }, 'an audit event was not sent')
const sendAudit = sendAuditEvents({ auditEvents, registry }, onAuditFailure)
const auditing = repeatUntil(
  stopping.signal,
  1_000,
  async () => isPrepared && sendAudit(stopping.signal),
  onAuditFailure,
)

const revocations = revocationsClient(clientOf('user-sync-worker'))
const onRevocationFailure = (error: unknown) =>
  app.log.warn({ err: error }, 'sessions that the roster ended were not all ended here')
const revoking = repeatUntil(
  stopping.signal,
  1_000,
  async () => isPrepared && endRevokedSessions({ ...ports, revocations }, onRevocationFailure),
  onRevocationFailure,
)

// A replica answers reads: without a write nothing would notice that another Redis is the primary now.
const proving = repeatUntil(
  stopping.signal,
  2_000,
  async () => redis && proveWrite(redis, config.REDIS_PREFIX),
  () => undefined, // logged by the connection, shown by /health/ready
)

const rotating = repeatUntil(
  stopping.signal,
  10 * 60_000,
  async () => {
    if (!isPrepared) return
    const steps = await rotatePlatformKeys(db, keysOfSecrets, new Date(), config.SIGNING_KEY_DAYS)
    if (steps.length > 0) app.log.info({ steps }, 'signing keys were rotated')
  },
  (error) => app.log.warn({ err: error }, 'signing keys were not rotated'),
)

await runService(app, {
  host: config.HOST,
  port: config.PORT,
  shutdownDelaySeconds: config.SHUTDOWN_DELAY_SECONDS,
  closers: [
    async () => {
      stopping.abort()
      clearInterval(sweeping)
      await Promise.all([noticing, auditing, revoking, proving, rotating])
      redis?.disconnect()
    },
    () => pool.end(),
  ],
})
