import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { internalTokenSigner } from '@jackfield/internal-token/sign-internal-token'
import { findFreePort } from '@jackfield/local-stores/free-port'
import {
  CONTOSO_DIRECTORY_ID,
  FAR_EXPIRY,
  JACKFIELD_CLIENT_ID,
  JACKFIELD_CLIENT_SECRET,
  JACKFIELD_SECRET_ID,
} from '@jackfield/m365-emulator/demo/contoso'
import { demoDirectories } from '@jackfield/m365-emulator/demo/demo-directories'
import { startEmulator } from '@jackfield/m365-emulator/emulator'
import { createPool, pingPostgres } from '@jackfield/postgres/pool'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { connectedPorts } from '../../src/adapters/connected-ports.ts'
import type { ShortenedWait } from '../../src/adapters/graph/graph-client.ts'
import { ATTRIBUTE_COLUMNS } from '../../src/adapters/page-writes/write-users.ts'
import { migrateQueues, type QueueEngine } from '../../src/adapters/queue/bullmq-engine.ts'
import { bullmqConsumer } from '../../src/adapters/queue/bullmq-sync-queue.ts'
import { migrateRoster } from '../../src/adapters/roster/migrate-roster.ts'
import { DATABASE_ROLE } from '../../src/adapters/tenant-scope.ts'
import { buildApp, SERVICE_NAME } from '../../src/app.ts'
import { slotsForRuns } from '../../src/domain/fair-share.ts'
import type { SyncSettings } from '../../src/domain/sync-settings.ts'
import { registerRosterMetrics } from '../../src/metrics.ts'
import { type RunningWorker, startWorker } from '../../src/worker.ts'
import { startGraphGate } from './graph-gate.ts'
import { ownQueues } from './own-queues.ts'
import { startTestRegistry } from './registry.ts'
import { retried } from './retried.ts'

export const CREDENTIAL = { type: 'secret', secret: JACKFIELD_CLIENT_SECRET } as const
export { CONTOSO_DIRECTORY_ID, FAR_EXPIRY, JACKFIELD_CLIENT_ID, JACKFIELD_SECRET_ID }

export const SLOTS = slotsForRuns(8)
export const HOLDS = { deletedDays: 30, disabledDays: 0 }

/** No scheduled run unless a test asks for one. */
export const SELDOM: SyncSettings = {
  deltaSeconds: 86_400,
  fullSeconds: 86_400,
  fuse: { percent: 20, users: 10, hours: 24 },
}

export type Caller = { scope: string; role: 'admin' | 'read' | 'service' | 'hand-over' }
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * The whole service in this process, on a database of its own, with the emulator behind a gate and a registry of maps.
 */
export async function startPlatform(
  options: {
    engine?: QueueEngine
    sliceMs?: number
    reconcileEveryMs?: number
    sync?: Partial<SyncSettings>
    webhooks?: boolean
    watchEveryMs?: number
    scheduleEveryMs?: number
    /** Takes every log line, from `debug` on, and every error that a process would log. */
    said?: string[]
    /** Origins in place of the emulator's. */
    microsoft?: { MICROSOFT_LOGIN_URL?: string; MICROSOFT_GRAPH_URL?: string }
    /** In place of one in the test run's Postgres. */
    database?: TestDatabase
  } = {},
) {
  const database = options.database ?? (await createTestDatabase())
  await migrateRoster(database.url)
  const engine = options.engine ?? { kind: 'postgres', connectionString: database.url }
  await retried(() => migrateQueues(engine))
  const emulator = await startEmulator({ directories: demoDirectories() })
  const gate = await startGraphGate(emulator.origin)
  const registry = await startTestRegistry()
  const key = randomBytes(32)
  const pool = createPool({ connectionString: database.url, applicationName: 'test', max: 20, onIdleError: () => {} })
  const queue = {
    engine,
    onError: () => {},
    queues: ownQueues(),
  }
  const microsoft = { MICROSOFT_LOGIN_URL: emulator.origin, MICROSOFT_GRAPH_URL: gate.origin, ...options.microsoft }
  const port = options.webhooks ? await findFreePort() : undefined
  const confined = createPool({
    connectionString: database.url,
    applicationName: 'test',
    role: DATABASE_ROLE,
    max: 20,
    onIdleError: () => {},
  })
  // The service works confined; what tests do with ports of their own is above all tenants.
  const sealingKeys = [randomBytes(32)]
  const unopened: string[] = []
  const shortenedWaits: ShortenedWait[] = []
  const connect = (own: typeof pool) =>
    connectedPorts({
      onUnopened: (what) => unopened.push(what),
      pool: own,
      queue,
      runSlots: SLOTS,
      internalTokenKeys: [key],
      registryUrl: registry.url,
      microsoft,
      sync: { ...SELDOM, ...options.sync },
      holds: HOLDS,
      sealingKeys,
      onShortenedWait: (wait) => shortenedWaits.push(wait),
      webhookBaseUrl: port === undefined ? undefined : `http://127.0.0.1:${port}`,
    })
  const ports = connect(pool)
  const served = connect(confined)
  const healthChecks = { postgres: () => pingPostgres(confined) }
  const { said } = options
  const logging = said
    ? { logLevel: 'debug', logTo: { write: (line: string) => void said.push(line) } }
    : { logLevel: 'silent' }
  const app = buildApp(served, { ...logging, healthChecks, internalTokenKeys: [key], isMigrated: () => true })
  app.after(() => registerRosterMetrics(app.metrics, served))
  await (port === undefined ? app.ready() : app.listen({ host: '127.0.0.1', port }))
  const workers: RunningWorker[] = []
  const sign = internalTokenSigner('test', [key])

  const authorization = ({ scope, role }: Caller) => `Bearer ${sign({ aud: SERVICE_NAME, sub: 'test', scope, role })}`

  const entryOf = (tenantId: string) => () => ({
    tenantId,
    actor: 'test',
    action: 'users.import',
    outcome: 'success' as const,
  })

  async function call(
    method: Method,
    url: string,
    body?: unknown,
    caller: Caller = { scope: 'platform', role: 'admin' },
    headers = {},
  ) {
    const payload = body === undefined ? {} : { payload: body as object }
    const answer = await app.inject({
      method,
      url,
      headers: { authorization: authorization(caller), ...headers },
      ...payload,
    })
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.body ? JSON.parse(answer.body) : undefined,
    }
  }

  async function text(method: Method, url: string, headers = {}): Promise<string> {
    const caller = { authorization: authorization({ scope: 'platform', role: 'admin' }) }
    return (await app.inject({ method, url, headers: { ...caller, ...headers } })).body
  }

  const addAccount = (tenantId: string, directoryId: string) =>
    registry.connect(tenantId, { clientId: JACKFIELD_CLIENT_ID, directoryId, credential: CREDENTIAL })

  /** A tenant connected to Contoso (or another directory the application may read). */
  function connectedTenant(directoryId: string = CONTOSO_DIRECTORY_ID) {
    const tenantId = registry.addTenant()
    const accountId = addAccount(tenantId, directoryId)
    const api = `/api/v1/tenants/${tenantId}`
    return { tenantId, accountId, api, imports: `${api}/microsoft-accounts/${accountId}/imports` }
  }

  async function work(): Promise<RunningWorker> {
    const consume = bullmqConsumer(queue, SLOTS)
    const { sliceMs = 5_000, reconcileEveryMs = 500, watchEveryMs = 10_000, scheduleEveryMs: schedule = 200 } = options
    const settings = {
      sliceMs,
      holds: HOLDS,
      consume,
      onError: (error: unknown) => said?.push(inspect(error, { depth: 10 })),
      log: app.log,
      everyMs: { giveBack: 200, watch: watchEveryMs, reconcile: reconcileEveryMs, schedule, keep: 200 },
    }
    const worker = await retried(() => startWorker(served, settings))
    workers.push(worker)
    return worker
  }

  /** Asks for an import and waits for its end. */
  async function runImport({ api, imports }: { api: string; imports: string }, request: unknown) {
    const { body, status } = await call('POST', imports, request)
    if (status !== 202) throw new Error(`import refused: ${status} ${JSON.stringify(body)}`)
    return finishedRun(api, body.runId)
  }

  async function finishedRun(api: string, runId: string) {
    for (let waited = 0; waited < 30_000; waited += 50) {
      const { body } = await call('GET', `${api}/sync-runs/${runId}`)
      if (body.finishedAt !== null) return body
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('the run did not end within 30 s')
  }

  /** The roster without what differs from run to run. */
  async function roster(tenantId: string) {
    const { rows } = await pool.query(
      `select object_id, ${ATTRIBUTE_COLUMNS}, status, sync, sso from roster.phone_user where tenant_id = $1 order by object_id`,
      [tenantId],
    )
    return rows
  }

  async function close() {
    for (const worker of workers) await worker.close()
    await app.close()
    await Promise.all([ports, served].flatMap(({ queue, jobBoard }) => [queue.close(), jobBoard.close()]))
    await confined.end()
    await pool.end()
    await Promise.all([emulator.close(), gate.close(), registry.close()])
    await database.drop()
  }
  const stores = { database, pool, confined, queue, key }
  return {
    app,
    ports,
    emulator,
    gate,
    registry,
    shortenedWaits,
    stores,
    /** What no key opened. */
    unopened,
    authorization,
    call,
    text,
    connectedTenant,
    addAccount,
    work,
    entryOf,
    runImport,
    finishedRun,
    roster,
    close,
  }
}

export type Platform = Awaited<ReturnType<typeof startPlatform>>
