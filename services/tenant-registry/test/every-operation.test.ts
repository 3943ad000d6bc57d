import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { listOperations, type Operation, urlOf } from './operations.ts'
import { adminOf, aSecret, guid, inDays, platform, type Registry, service, startRegistry } from './registry.ts'

vi.setConfig({ testTimeout: 60_000 })
const operations = await listOperations()
/** Bodies that would be accepted, so that it is the wall that refuses and not the form. */
const BODIES: Readonly<Record<string, () => object>> = {
  createTenant: () => ({ slug: `taken-${guid().slice(0, 8)}`, name: 'Taken' }),
  changeTenant: () => ({ name: 'Taken over' }),
  createMicrosoftAccount: () => ({ alias: guid(), clientId: guid(), directoryId: guid() }),
  changeMicrosoftAccount: () => ({ alias: 'Taken over' }),
  putMicrosoftAccountCredential: () => ({ type: 'secret', secret: aSecret(), expiresAt: inDays(90) }),
  putApp: () => ({ name: 'Taken', tenantUrl: 'http://{tenant}.phone.localhost:4000', callbackPaths: ['/x'], kind: 'browser' }),
  createApiKey: () => ({ name: 'Taken', scope: 'platform', role: 'admin' }),
  createAdministrator: () => ({ ...guids(), scope: 'platform', signInTenantId: guid(), role: 'admin', displayName: 'Taken' }),
  changeAdministrator: () => ({ role: 'read' }),
  createHandOverLink: () => ({ hours: 24 }),
  putTenantLogo: () => ({}),
  createControlSignInLink: () => ({ scope: 'platform', role: 'admin' }),
}
const guids = () => ({ directoryId: guid(), objectId: guid() })

let registry: Registry
let theirs: Record<string, string>
let tables: string[]
beforeAll(async () => {
  registry = await startRegistry()
  const tenantId = await registry.givenTenant({ name: 'The other tenant', customHosts: ['other.example.com'] })
  const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(90) }
  const account = await registry.givenAccount(tenantId, { alias: 'The other account', credential })
  const app = { name: 'Web', tenantUrl: 'http://{tenant}.phone.localhost:4000', callbackPaths: ['/callback'], kind: 'browser' }
  await registry.call(platform, 'PUT', '/api/v1/apps/web-client', app)
  const key = await registry.call(platform, 'POST', '/api/v1/api-keys', { name: 'The other key', scope: tenantId, role: 'admin' })
  const handOver = await registry.call(platform, 'POST', `/api/v1/tenants/${tenantId}/microsoft-accounts/${account.id}/hand-over-links`, {})
  const person = { scope: tenantId, role: 'admin', directoryId: account.directoryId, objectId: guid(), displayName: 'The other admin' }
  const administrator = await registry.call(platform, 'POST', '/api/v1/administrators', person)
  theirs = {
    administratorId: administrator.body.id,
    tenantId,
    accountId: account.id,
    linkId: handOver.body.id,
    keyId: key.body.id,
    clientId: 'web-client',
    hostname: 'other.example.com',
  }
  const { rows } = await registry.pool.query("select tablename from pg_tables where schemaname = 'registry' and tablename <> 'audit_event'")
  tables = rows.map(({ tablename }) => tablename)
})
afterAll(() => registry.close())

/** What nothing has, to be deleted. */
const nobody = {
  administratorId: guid(),
  linkId: guid(),
  tenantId: guid(),
  accountId: guid(),
  keyId: guid(),
  clientId: 'no-such-app',
  hostname: 'other.example.com',
}

async function everything(): Promise<string> {
  const dumps = tables.map((table) =>
    registry.pool.query(`select coalesce(json_agg(t order by t::text), '[]') as rows from registry.${table} t`),
  )
  return JSON.stringify((await Promise.all(dumps)).map(({ rows }) => rows[0]))
}

const send = (operation: Operation, caller: ReturnType<typeof adminOf>) =>
  registry.app.inject({
    method: operation.method,
    url: urlOf(operation, theirs),
    headers: { authorization: `Bearer ${registry.sign({ aud: 'tenant-registry', ...caller })}` },
    ...(BODIES[operation.id] ? { payload: BODIES[operation.id]?.() ?? {} } : {}),
  })

test('every operation that takes a body has one here', () => {
  const withBody = operations.filter(
    ({ method, id }) =>
      method !== 'GET' && method !== 'DELETE' && !['verifyMicrosoftAccount', 'proveCustomHost', 'createConsentLink'].includes(id),
  )
  expect(withBody.map(({ id }) => id).filter((id) => !(id in BODIES))).toEqual([])
})

test.each(operations)('T-90 $id shows another tenant’s admin nothing, and changes nothing', async (operation) => {
  const stranger = adminOf(await registry.givenTenant())
  const before = await everything()
  const answer = await send(operation, stranger)
  if (operation.parameters.includes('tenantId')) expect(answer.statusCode).toBe(404)
  else if (operation.method !== 'GET') expect([403, 404]).toContain(answer.statusCode)
  for (const secret of [theirs.tenantId, theirs.accountId, theirs.keyId, 'The other'])
    expect(answer.body.replaceAll(urlOf(operation, theirs), '')).not.toContain(secret)
  expect(await everything()).toBe(before)
})

test.each(operations)('T-90 $id wants an admin: not nobody, not a service, and a reader changes nothing', async (operation) => {
  const before = await everything()
  expect((await registry.app.inject({ method: operation.method, url: urlOf(operation, theirs) })).statusCode).toBe(401)
  expect((await send(operation, service)).statusCode).toBe(403)
  const reader = { ...adminOf(theirs.tenantId ?? ''), role: 'read' as const }
  if (operation.method !== 'GET') expect((await send(operation, reader)).statusCode).toBe(403)
  expect(await everything()).toBe(before)
})

const anything = fc.oneof({ weight: 3, arbitrary: fc.jsonValue() }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) })
const members = fc.constantFrom(
  'alias',
  'clientId',
  'directoryId',
  'slug',
  'name',
  'customHosts',
  'branding',
  'type',
  'secret',
  'expiresAt',
  'scope',
  'role',
  'status',
  'kind',
  'tenantUrl',
  'callbackPaths',
  '__proto__',
  'constructor',
)
const bodies = fc.oneof(fc.dictionary(members, anything, { maxKeys: 6 }), anything)
const queries = fc.dictionary(
  fc.constantFrom('limit', 'cursor', 'action', 'preview', 'shell', 'search', 'x'),
  fc.string({ unit: 'binary', maxLength: 30 }),
  { maxKeys: 3 },
)

test.each(operations)('T-102 $id answers whatever is sent with one of its declared statuses, never with 5xx', async (operation) => {
  const property = fc.asyncProperty(
    bodies,
    queries,
    fc.dictionary(fc.constantFrom(...Object.keys(theirs)), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), { maxKeys: 2 }),
    async (body, query, values) => {
      const url = `${urlOf(operation, { ...(operation.method === 'DELETE' ? nobody : theirs), ...values })}?${new URLSearchParams(query)}`
      const authorization = `Bearer ${registry.sign({ aud: 'tenant-registry', ...platform })}`
      const answer = await registry.app.inject({
        method: operation.method,
        url,
        headers: { authorization, 'content-type': 'application/json' },
        ...(operation.method === 'GET' ? {} : { payload: JSON.stringify(body) ?? 'null' }),
      })
      expect(answer.statusCode, answer.body).toBeLessThan(500)
      if (answer.statusCode >= 400) expect(answer.json()).toMatchObject({ status: answer.statusCode, code: expect.any(String) })
      else expect(operation.statuses).toContain(String(answer.statusCode))
    },
  )
  await fc.assert(property, { numRuns: 40 })
})
