import { createHash, randomBytes } from 'node:crypto'
import type { InternalClaims } from '@jackfield/contract/access/principal'
import { internalTokenSigner } from '@jackfield/internal-token/sign-internal-token'
import { createPool } from '@jackfield/postgres/pool'
import { createTestDatabase } from '@jackfield/test-environment/database'
import { DATABASE_ROLE, migrateRegistry } from '../src/adapters/database.ts'
import { type PortSettings, registryPorts } from '../src/adapters/registry-ports.ts'
import { buildApp } from '../src/app.ts'

type Caller = Omit<InternalClaims, 'iss' | 'aud'>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export const BASE_URL = 'http://phone.localhost:4000'
export const platform: Caller = { sub: 'api-key:platform', scope: 'platform', role: 'admin' }
export const platformReader: Caller = { sub: 'api-key:reader', scope: 'platform', role: 'read' }
export const service: Caller = { sub: 'auth-gateway', scope: 'platform', role: 'service' }
export const adminOf = (tenantId: string): Caller => ({ sub: `api-key:of-${tenantId}`, scope: tenantId, role: 'admin' })

/**
 * The whole service, on a database of its own or as one more replica on that of another, with everything it says
 * remembered.
 */
export async function startRegistry(
  settings: Partial<PortSettings> = {},
  internalKey = randomBytes(32),
  replicaOf?: string,
) {
  const database =
    replicaOf === undefined ? await createTestDatabase() : { url: replicaOf, drop: async () => undefined }
  await migrateRegistry(database.url)
  const connection = { connectionString: database.url, applicationName: 'test', onIdleError: () => undefined }
  const confined = createPool({ ...connection, role: DATABASE_ROLE })
  const pool = createPool(connection)
  const key = internalKey
  const clock = { offset: 0 }
  const said: string[] = []
  const unopened: string[] = []
  const ports = registryPorts(
    confined,
    {
      BASE_URL,
      // Nobody answers there: no test asks the world.
      HOST_PROOF_DNS_SERVERS: ['127.0.0.1:9'],
      INTERNAL_TOKEN_KEYS: [key],
      KEY_ENCRYPTION_KEYS: [createHash('sha256').update('kek').digest()],
      ...settings,
    },
    () => new Date(Date.now() + clock.offset),
    (what) => unopened.push(what),
  )
  const app = await buildApp({
    ports,
    internalTokenKeys: [key],
    isMigrated: () => true,
    logLevel: 'debug',
    healthChecks: {},
    logTo: { write: (line: string) => void said.push(line) },
  })
  const sign = internalTokenSigner('auth-gateway', [key])

  async function call(
    caller: Caller,
    method: Method,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) {
    const authorization = `Bearer ${sign({ aud: 'tenant-registry', ...caller })}`
    const response = await app.inject({
      method,
      url,
      headers: { authorization, ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
    })
    if (!url.startsWith('/internal')) said.push(response.body, JSON.stringify(response.headers))
    return { status: response.statusCode, headers: response.headers, body: response.body ? response.json() : undefined }
  }

  let counter = 0
  return {
    app,
    ports,
    url: database.url,
    /** As the owner of the tables, who sees everything. */
    pool,
    /** As the service itself. */
    confined,
    sign,
    call,
    clock,
    /** What no key opened. */
    unopened,
    /** Log lines and public answers. */
    said,
    async givenTenant(members: object = {}): Promise<string> {
      counter += 1
      const { body } = await call(platform, 'POST', '/api/v1/tenants', {
        slug: `tenant-${counter}`,
        name: `Tenant ${counter}`,
        ...members,
      })
      return body.id
    },
    /** As its owner's proof would have it. */
    async givenProven(hostname: string): Promise<void> {
      await pool.query('update registry.tenant_host set proven_at = now() where hostname = $1', [hostname])
    },
    async givenAccount(tenantId: string, members: object = {}) {
      counter += 1
      const body = { alias: `Account ${counter}`, clientId: guid(), directoryId: guid(), ...members }
      const answer = await call(platform, 'POST', `/api/v1/tenants/${tenantId}/microsoft-accounts`, body)
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
      return answer.body
    },
    async auditEvents(action: string) {
      return (await call(platform, 'GET', `/api/v1/audit-events?action=${action}&limit=500`)).body.items
    },
    async close() {
      await app.close()
      await Promise.all([pool.end(), confined.end()])
      await database.drop()
    },
  }
}

export type Registry = Awaited<ReturnType<typeof startRegistry>>

export function guid(): string {
  return crypto.randomUUID()
}

export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString()
}

export function aSecret(): string {
  return `${randomBytes(18).toString('base64url')}~${randomBytes(9).toString('base64url')}`
}
