import { randomBytes, randomUUID } from 'node:crypto'
import type { Administrator } from '@jackfield/contract/access/administrator'
import type { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import type { CatalogueApp, RosterEntry } from '@jackfield/contract/internal/internal-api'
import { internalTokenSigner } from '@jackfield/internal-token/sign-internal-token'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { ADATUM_DIRECTORY_ID } from '@jackfield/m365-emulator/demo/adatum'
import {
  ADELE,
  CONTOSO_DIRECTORY_ID,
  JACKFIELD_CLIENT_ID,
  JACKFIELD_CLIENT_SECRET,
} from '@jackfield/m365-emulator/demo/contoso'
import { demoDirectories } from '@jackfield/m365-emulator/demo/demo-directories'
import { startEmulator } from '@jackfield/m365-emulator/emulator'
import { auditOutbox } from '@jackfield/postgres/audit-outbox'
import { runMigrations } from '@jackfield/postgres/migrate'
import { createPool, pingPostgres } from '@jackfield/postgres/pool'
import { proveWrite } from '@jackfield/redis/prove-write'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { Redis } from 'ioredis'
import { redisAuditOutbox } from '../src/adapters/audit/redis-audit-outbox.ts'
import { entraSignIn } from '../src/adapters/microsoft/entra-sign-in.ts'
import { lostAnswers } from '../src/adapters/openid-provider/lost-answers.ts'
import { oidcProviders } from '../src/adapters/openid-provider/oidc-providers.ts'
import { ensurePlatformKeys, platformKeys, readPlatformKeys, signingKeys } from '../src/adapters/platform-keys.ts'
import { postgresLogoutNotices } from '../src/adapters/postgres-logout-notices.ts'
import { microsoftSessions } from '../src/adapters/records/login-indexes.ts'
import { personSessions } from '../src/adapters/records/person-sessions.ts'
import { postgresRecords } from '../src/adapters/records/postgres-records.ts'
import { redisRecords } from '../src/adapters/records/redis-records.ts'
import { sealedRecords } from '../src/adapters/records/sealed-records.ts'
import { waitingRoom } from '../src/adapters/records/waiting-room.ts'
import { buildApp } from '../src/app.ts'
import { sendAuditEvents } from '../src/jobs/send-audit-events.ts'
import { pagesOfProvider } from '../src/pages/provider-pages.ts'
import { type Account, mapRegistry } from './map-registry.ts'
import { mapRoster } from './map-roster.ts'

export { ADATUM_DIRECTORY_ID, ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID }
export const INTERNAL_KEY = Buffer.alloc(32, 7)
export type { Account }
export type World = Awaited<ReturnType<typeof givenGateway>>

/**
 * A gateway that listens, on a database of its own, with the emulator for Microsoft and maps for registry and roster.
 */
export async function givenGateway(
  options: {
    controlDirectory?: string
    backends?: { registry: string; roster: string }
    microsoft?: string
    trustedProxies?: string[]
    redirectPlatform?: 'web' | 'spa'
    rateLimitFactor?: number
    /** What addresses of the gateway begin with; it listens on plain http all the same, as behind an ingress. */
    scheme?: 'http' | 'https'
    /** In place of one on the port that it listens on. */
    baseUrl?: string
    /** Keeps records instead of Postgres. */
    redis?: Redis
    /** Of its keys there, so that worlds of other files send none of its events. */
    redisPrefix?: string
    /** In place of one in the test run's Postgres. */
    database?: TestDatabase
  } = {},
) {
  const port = await findFreePort()
  const baseUrl = options.baseUrl ?? `${options.scheme ?? 'http'}://phone.localhost:${port}`
  const database = options.database ?? (await createTestDatabase())
  await runMigrations({
    connectionString: database.url,
    folder: new URL('../migrations', import.meta.url).pathname,
    name: 'gateway',
  })
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => {} })
  const db = drizzle(pool)
  const sealingKeys = [randomBytes(32)]
  await ensurePlatformKeys(db, sealingKeys)

  const callbacks = ['/auth/microsoft/callback', '/auth/microsoft/callback/web-client', '/auth/microsoft/callback/desk']
  const base = new URL(options.baseUrl ?? `http://phone.localhost:${port}`)
  const redirectUris = ['', 'contoso.', 'fabrikam.', 'web.'].flatMap((host) =>
    callbacks.map((path) => `${base.protocol}//${host}${base.host}${path}`),
  )
  const m365 = await startEmulator({
    directories: demoDirectories({ web: [], spa: [], [options.redirectPlatform ?? 'web']: redirectUris }),
  })

  const registry = mapRegistry(baseUrl)
  const roster = mapRoster()
  const logLines: string[] = []
  const time = { shift: 0 }
  const clock = () => Math.floor(Date.now() / 1000) + time.shift
  const prefix = options.redisPrefix ?? 'jackfield'
  const store = options.redis ? redisRecords(options.redis, prefix) : postgresRecords(pool)
  const roomFull: string[] = []
  const room = waitingRoom(store, options.rateLimitFactor ?? 1, (place) => void roomFull.push(place))
  const unopened: string[] = []
  const records = sealedRecords(store, sealingKeys, room, (kind) => unopened.push(kind))
  const loginIndexes = { microsoftSessions: microsoftSessions(records), personSessions: personSessions(records) }
  const rememberedKeys = () => platformKeys((former) => readPlatformKeys(db, sealingKeys, former))
  let remembered = rememberedKeys()
  const keys = () => remembered()
  const sign = internalTokenSigner('auth-gateway', [INTERNAL_KEY])
  const faults: Error[] = []
  const logoutNotices = postgresLogoutNotices(pool)
  /** A gateway over these stores, with a memory of its own. */
  const build = (keysOfReplica = keys) => {
    const shared = { registry, roster, records, ...loginIndexes, clock }
    const providers = oidcProviders({
      ...shared,
      baseUrl,
      pagesOf: pagesOfProvider,
      keys: keysOfReplica,
      logoutNotices,
      lostAnswers: lostAnswers(),
      onFault: (error) => void faults.push(error),
    })
    const app = buildApp(
      {
        logLevel: 'debug',
        logTo: { write: (line) => void logLines.push(line) },
        ...(options.rateLimitFactor === undefined ? {} : { rateLimitFactor: options.rateLimitFactor }),
        ...(options.trustedProxies ? { trustedProxies: options.trustedProxies } : {}),
        baseUrl,
        controlDirectory: options.controlDirectory ?? '/nowhere',
        backends: {
          'tenant-registry': options.backends?.registry ?? 'http://127.0.0.1:9',
          'user-sync-worker': options.backends?.roster ?? 'http://127.0.0.1:9',
        },
        healthChecks: {
          postgres: () => pingPostgres(pool),
          ...(options.redis && { redis: () => proveWrite(options.redis as Redis, prefix) }),
        },
      },
      {
        ...shared,
        microsoft: entraSignIn({ MICROSOFT_LOGIN_URL: options.microsoft ?? m365.origin }, clock),
        providers,
        signingKeys: signingKeys(db, sealingKeys, () => new Date(clock() * 1_000)),
        backendToken: (aud, { id, scope, role }) => sign({ aud, sub: id, scope, role }),
      },
    )
    return { app, providers }
  }
  const { app, providers } = build()
  const auditEvents = options.redis
    ? redisAuditOutbox(options.redis, prefix)
    : auditOutbox<SentAuditEvent>(pool, 'gateway.pending_audit_event')
  const setAside: unknown[] = []
  const sendAudits = sendAuditEvents({ auditEvents, registry }, (error) => void setAside.push(error))
  // Tests read the log after an answer: what a request has written is sent before that.
  let isOwed = false
  let sending = Promise.resolve(0)
  const { audit } = records
  records.audit = async (event) => {
    isOwed = true
    return audit(event)
  }
  app.addHook('onSend', async () => {
    if (!isOwed) return
    isOwed = false
    sending = sending.then(() => sendAudits())
    await sending
  })
  const replicas: Array<typeof app> = []
  await app.listen({ host: '127.0.0.1', port })
  return {
    app,
    baseUrl,
    port,
    pool,
    m365,
    registry,
    roster,
    logLines,
    faults,
    time,
    records,
    ...loginIndexes,
    /** Kinds of records that no key opened. */
    unopened,
    providers,
    /** Places that were told to be full of waiting sign-ins. */
    roomFull,
    logoutNotices,
    auditEvents,
    sendAudits,
    /** What was set aside or failed. */
    setAside,
    db,
    sealingKeys,
    keys,
    /** As a second later. */
    forgetKeys() {
      remembered = rememberedKeys()
    },
    clock,
    /** One more replica; where it listens. */
    async addReplica(): Promise<string> {
      const { app: replica } = build(rememberedKeys())
      replicas.push(replica)
      return replica.listen({ host: '127.0.0.1', port: 0 })
    },
    originOf: (slug: string) => `http://${slug}.phone.localhost:${port}`,
    async close() {
      await Promise.all([app, ...replicas].map((each) => each.close()))
      await m365.close()
      await pool.end()
      await database.drop()
    },
  }
}

export function givenApp(
  { registry, port }: Pick<World, 'registry' | 'port'>,
  clientId: string,
  more: Partial<CatalogueApp> = {},
): CatalogueApp {
  const app: CatalogueApp = {
    clientId,
    name: clientId,
    tenantUrl: `http://{tenant}.phone.localhost:${port}/`,
    callbackPaths: ['/callback'],
    postLogoutPaths: ['/bye'],
    requiresBinding: false,
    kind: 'browser',
    idTokenSignedResponseAlg: 'RS256',
    tokenEndpointAuthMethod: 'none',
    secretHashes: [],
    redirectSchemes: [],
    ...more,
  }
  registry.apps.push(app)
  return app
}

/** A tenant connected to Contoso's directory, or another, through the multi-tenant registration. */
export function givenConnectedTenant({ registry }: Pick<World, 'registry'>, slug: string, more: Partial<Account> = {}) {
  const account = accountOf(more)
  const tenant = registry.givenTenant(slug, [account], [])
  addConnection({ registry }, slug, account)
  return { tenant, account }
}

export function accountOf(more: Partial<Account> = {}): Account {
  const ids = { id: randomUUID(), clientId: JACKFIELD_CLIENT_ID, directoryId: CONTOSO_DIRECTORY_ID }
  return { ...ids, alias: 'Head office', cloud: 'global', redirectPlatform: 'web', redirectMode: 'single', ...more }
}

export function addConnection(
  { registry }: Pick<World, 'registry'>,
  slug: string,
  account: Account,
  secret = JACKFIELD_CLIENT_SECRET,
) {
  const row = registry.tenantAt(slug)
  if (!row) throw new Error(`no tenant ${slug}`)
  const { id, ...rest } = account
  const tenantId = row.resolution.tenant.id
  row.connections.set(id, { ...rest, accountId: id, tenantId, enabled: true, credential: { type: 'secret', secret } })
}

export function givenPerson({ roster }: Pick<World, 'roster'>, tenantId: string, more: Partial<RosterEntry> = {}) {
  const now = new Date().toISOString()
  const person = {
    tenantId,
    id: randomUUID(),
    accountId: randomUUID(),
    directoryId: CONTOSO_DIRECTORY_ID,
    objectId: ADELE.id,
    displayName: 'Adele Vance',
    givenName: 'Adele',
    surname: 'Vance',
    userPrincipalName: ADELE.userPrincipalName,
    mail: ADELE.userPrincipalName,
    businessPhones: ['+1 425 555 0109'],
    mobilePhone: null,
    jobTitle: null,
    department: null,
    status: 'active' as const,
    sync: true,
    sso: true,
    bindings: [] as RosterEntry['bindings'],
    createdAt: now,
    updatedAt: now,
    sessionsValidAfter: null,
    ...more,
  }
  roster.people.push(person)
  return person
}

/** Adele, or somebody else, as an administrator of this tenant, or of the platform by way of it. */
export function givenAdministrator(
  { registry }: Pick<World, 'registry'>,
  tenantId: string,
  more: Partial<Administrator> = {},
) {
  const now = new Date().toISOString()
  const administrator: Administrator = {
    id: randomUUID(),
    scope: tenantId,
    signInTenantId: tenantId,
    role: 'admin',
    directoryId: CONTOSO_DIRECTORY_ID,
    objectId: ADELE.id,
    displayName: 'Adele Vance',
    createdAt: now,
    updatedAt: now,
    ...more,
  }
  registry.administrators.push(administrator)
  return administrator
}

export const binding = (extension: string) => ({ phoneSystemId: randomUUID(), phoneSystemName: 'Main', extension })
