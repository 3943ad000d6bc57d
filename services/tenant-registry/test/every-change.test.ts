import { randomBytes } from 'node:crypto'
import { type Operation, urlOf } from '@jackfield/api-fuzz/operations'
import { type Existing, testVersionedChanges } from '@jackfield/api-fuzz/versioned-changes'
import { createServer } from '@jackfield/http-server/create-server'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { dumpSchema } from '@jackfield/test-environment/dumps'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { putLogo, SVG } from './given-logo.ts'
import { listOperations } from './operations.ts'
import { aSecret, guid, inDays, platform, type Registry, startRegistry } from './registry.ts'

const operations = await listOperations()
const changes = operations.filter(({ method }) => method === 'PUT' || method === 'PATCH' || method === 'DELETE')

/** What is asked for by POST changes no resource that somebody could have read before. */
const POSTS: Readonly<Record<string, string>> = {
  createTenant: 'makes one',
  createMicrosoftAccount: 'makes one',
  createApiKey: 'makes one',
  createAppSecret: 'makes one',
  createAdministrator: 'makes one',
  createHandOverLink: 'makes one',
  createConsentLink: 'makes one',
  createControlSignInLink: 'makes one',
  verifyMicrosoftAccount: 'keeps what it found only if nobody changed the account meanwhile',
  proveCustomHost: 'keeps what it found only if the host is still claimed',
}

const asked = operations.filter(({ method }) => method === 'POST')
let registry: Registry
const rosterService = createServer({ name: 'user-sync-worker', logLevel: 'silent', healthChecks: {} })
beforeAll(async () => {
  const port = await findFreePort()
  const counts = { users: 0, sso: 0, bound: 0, phoneSystems: 0, webhookEndpoints: 0 }
  for (const method of ['GET', 'POST'] as const)
    rosterService.route({ method, url: '/internal/*', handler: async () => counts })
  await rosterService.listen({ host: '127.0.0.1', port })
  const nobody = 'http://127.0.0.1:9'
  const microsoft = { MICROSOFT_LOGIN_URL: nobody, MICROSOFT_GRAPH_URL: nobody }
  registry = await startRegistry({ ...microsoft, ROSTER_URL: `http://127.0.0.1:${port}` }, randomBytes(32))
})
afterAll(async () => {
  await registry.close()
  await rosterService.close()
})

const WEB = {
  name: 'Web',
  tenantUrl: 'http://{tenant}.phone.localhost:4000',
  callbackPaths: ['/callback'],
  kind: 'browser',
}
async function made(url: string, body?: object) {
  const answer = await registry.call(platform, 'POST', url, body)
  expect(answer.status).toBe(201)
  return { id: answer.body.id as string, etag: String(answer.headers.etag) }
}
async function givenTenant(): Promise<Existing> {
  const { id, etag } = await made('/api/v1/tenants', { slug: `slug-${guid().slice(0, 8)}`, name: 'A tenant' })
  return { values: { tenantId: id }, etag, body: { name: 'Renamed' } }
}
async function givenAccount(): Promise<Existing> {
  const { tenantId = '' } = (await givenTenant()).values
  const url = `/api/v1/tenants/${tenantId}/microsoft-accounts`
  const { id, etag } = await made(url, { alias: 'An account', clientId: guid(), directoryId: guid() })
  return { values: { tenantId, accountId: id }, etag, body: { alias: 'Renamed' } }
}
async function givenApp(): Promise<Existing> {
  const clientId = `app-${guid().slice(0, 8)}`
  const { headers } = await registry.call(platform, 'PUT', `/api/v1/apps/${clientId}`, WEB)
  const read = await registry.call(platform, 'GET', `/api/v1/apps/${clientId}`)
  expect(read.headers.etag).toBe(headers.etag)
  return { values: { clientId }, etag: String(read.headers.etag), body: { ...WEB, name: 'Renamed' } }
}
const SERVER = { ...WEB, kind: 'server', tokenEndpointAuthMethod: 'client_secret_basic' }
async function givenServerApp(): Promise<Existing> {
  const { values, etag } = await givenApp()
  await registry.call(platform, 'PUT', `/api/v1/apps/${values.clientId}`, SERVER)
  return { values, etag }
}
async function givenLogo(): Promise<Existing> {
  const { values } = await givenTenant()
  const { headers } = await putLogo(registry, String(values.tenantId), SVG)
  return { values, etag: String(headers.etag) }
}
async function aPerson() {
  const { tenantId = '', accountId = '' } = (await givenAccount()).values
  const { directoryId } = (
    await registry.call(platform, 'GET', `/api/v1/tenants/${tenantId}/microsoft-accounts/${accountId}`)
  ).body
  const person = { scope: tenantId, role: 'admin', directoryId, objectId: guid(), displayName: 'Adele Vance' }
  return person
}
async function givenAdministrator(): Promise<Existing> {
  const person = await aPerson()
  const { id, etag } = await made('/api/v1/administrators', person)
  return { values: { administratorId: id }, etag, body: { role: 'read' } }
}
/** A resource that exists for each operation that changes one, and its entity tag as its reader knows it. */
const GIVEN: Readonly<Record<string, () => Promise<Existing>>> = {
  changeTenant: givenTenant,
  putTenantLogo: async () => ({ ...(await givenTenant()), body: SVG, type: 'image/svg+xml' }),
  deleteTenantLogo: givenLogo,
  deleteTenant: givenTenant,
  changeMicrosoftAccount: givenAccount,
  deleteMicrosoftAccount: givenAccount,
  putMicrosoftAccountCredential: async () => ({
    ...(await givenAccount()),
    body: { type: 'secret', secret: aSecret(), expiresAt: inDays(90) },
  }),
  putApp: givenApp,
  deleteApp: givenApp,
  async deleteAppSecret() {
    const { values } = await givenServerApp()
    const { id, etag } = await made(`/api/v1/apps/${values.clientId}/secrets`)
    return { values: { ...values, secretId: id }, etag }
  },
  async deleteApiKey() {
    const { id, etag } = await made('/api/v1/api-keys', { name: 'A key', scope: 'platform', role: 'read' })
    return { values: { keyId: id }, etag }
  },
  changeAdministrator: givenAdministrator,
  deleteAdministrator: givenAdministrator,
  async deleteHandOverLink() {
    const { values } = await givenAccount()
    const { id, etag } = await made(
      `/api/v1/tenants/${values.tenantId}/microsoft-accounts/${values.accountId}/hand-over-links`,
      {},
    )
    return { values: { ...values, linkId: id }, etag }
  },
}

/** What to ask for by POST so that something comes of it. */
const ASKED: Readonly<Record<string, () => Promise<Omit<Existing, 'etag'>>>> = {
  createTenant: async () => ({ values: {}, body: { slug: `slug-${guid().slice(0, 8)}`, name: 'A tenant' } }),
  createMicrosoftAccount: async () => ({
    ...(await givenTenant()),
    body: { alias: 'Main', clientId: guid(), directoryId: guid() },
  }),
  createAppSecret: givenServerApp,
  createApiKey: async () => ({ values: {}, body: { name: 'A key', scope: 'platform', role: 'read' } }),
  createAdministrator: async () => ({ values: {}, body: await aPerson() }),
  createHandOverLink: async () => ({ ...(await givenAccount()), body: {} }),
  createConsentLink: async () => ({ values: (await givenAccount()).values }),
  createControlSignInLink: async () => ({ values: {}, body: {} }),
  verifyMicrosoftAccount: async () => ({ values: (await givenAccount()).values }),
  async proveCustomHost() {
    const hostname = `${guid()}.example`
    return { values: { tenantId: await registry.givenTenant({ customHosts: [hostname] }), hostname } }
  },
}

const send = (operation: Operation, { values, body, type }: Omit<Existing, 'etag'>, ifMatch?: string) =>
  registry.call(
    platform,
    operation.method,
    urlOf(operation, values),
    operation.method === 'DELETE' ? undefined : body,
    {
      ...(type && { 'content-type': type }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    },
  )
test.each([...changes, ...asked])(
  'AD-16 $id leaves an audit event: who, tenant, what, when, outcome and request id',
  async (operation) => {
    const given = await (GIVEN[operation.id] ?? ASKED[operation.id])?.()
    if (!given) throw new Error(`The test has nothing to ask of ${operation.id}: give it something.`)
    const { rows: before } = await registry.pool.query('select id from registry.audit_event')
    const answer = await send(operation, given)
    expect(answer.status).toBeLessThan(300)
    const { rows } = await registry.pool.query('select * from registry.audit_event where id <> all($1::uuid[])', [
      before.map(({ id }) => id),
    ])
    expect(rows.length).toBeGreaterThan(0)
    for (const { actor, action, outcome, target, request_id, tenant_id, at } of rows) {
      expect([actor, request_id]).toEqual([platform.sub, answer.headers['x-request-id']])
      expect(action).toMatch(/^[a-z-]+\.[a-z-]+$/)
      expect(['success', 'failure']).toContain(outcome)
      expect(target).toEqual(expect.any(String))
      expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(30_000)
      if (given.values.tenantId) expect(tenant_id).toBe(given.values.tenantId)
    }
  },
)

test('AD-16 no operation changes or deletes audit events', () => {
  const ofTheLog = operations.filter(({ path }) => path.includes('audit'))
  expect(ofTheLog.map(({ method }) => method)).toEqual(['GET'])
})

test('T-91 every operation by POST is known to change nothing that was read before, or takes If-Match', () => {
  const posts = operations.filter(({ method, headers }) => method === 'POST' && !headers.includes('if-match'))
  expect(posts.map(({ id }) => id).sort()).toEqual(Object.keys(POSTS).sort())
})

testVersionedChanges(changes, {
  given: GIVEN,
  send,
  everything: () => dumpSchema(registry.pool, 'registry'),
  // Who comes after a deletion finds nothing any more.
  late: ({ method }) => (method === 'DELETE' ? [404, 412] : [412]),
})
