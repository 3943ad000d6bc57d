import { randomBytes } from 'node:crypto'
import { cpuOf, evilRequestsOf } from '@jackfield/api-fuzz/evil-requests'
import { fuzzOperation, type Send, tryAll } from '@jackfield/api-fuzz/fuzz-operation'
import { testHeadRequests } from '@jackfield/api-fuzz/head-requests'
import { HOSTILE_CONTENT_TYPES } from '@jackfield/api-fuzz/hostile'
import { testListCursors } from '@jackfield/api-fuzz/list-cursors'
import { type OpenApi, type Operation, operationsOf, urlOf } from '@jackfield/api-fuzz/operations'
import { testStrictRequests } from '@jackfield/api-fuzz/strict-requests'
import { sweptRequestsOf } from '@jackfield/api-fuzz/swept-requests'
import { dumpSchema } from '@jackfield/test-environment/dumps'
import { listGetRoutes } from '@jackfield/test-environment/get-routes'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { adminOf, aSecret, guid, inDays, platform, type Registry, service, startRegistry } from './registry.ts'
import { startRosterStandIn } from './roster-stand-in.ts'

vi.setConfig({ testTimeout: 60_000 })
const key = randomBytes(32)
const roster = await startRosterStandIn(key)
const registry: Registry = await startRegistry({ ROSTER_URL: roster.url }, key)
await registry.app.ready()
const document = registry.app.swagger() as OpenApi
const operations = operationsOf(document)
/** Bodies that would be accepted, so that it is the wall that refuses and not the form. */
const BODIES: Readonly<Record<string, () => object>> = {
  createTenant: () => ({ slug: `taken-${guid().slice(0, 8)}`, name: 'Taken' }),
  changeTenant: () => ({ name: 'Taken over', branding: { displayName: 'Taken over' } }),
  createMicrosoftAccount: () => ({
    alias: guid(),
    clientId: guid(),
    directoryId: guid(),
    credential: { type: 'secret', secret: aSecret(), expiresAt: inDays(90) },
  }),
  changeMicrosoftAccount: () => ({ alias: 'Taken over' }),
  putMicrosoftAccountCredential: () => ({ type: 'secret', secret: aSecret(), expiresAt: inDays(90) }),
  putApp: () => ({
    name: 'Taken',
    tenantUrl: 'http://{tenant}.phone.localhost:4000',
    callbackPaths: ['/x'],
    kind: 'browser',
  }),
  createApiKey: () => ({ name: 'Taken', scope: 'platform', role: 'admin' }),
  createAdministrator: () => ({
    ...guids(),
    scope: 'platform',
    signInTenantId: guid(),
    role: 'admin',
    displayName: 'Taken',
  }),
  changeAdministrator: () => ({ role: 'read' }),
  createHandOverLink: () => ({ hours: 24 }),
  putTenantLogo: () => ({}),
  createControlSignInLink: () => ({ scope: 'platform', role: 'admin' }),
}
const guids = () => ({ directoryId: guid(), objectId: guid() })

let theirs: Record<string, string>
beforeAll(async () => {
  const tenantId = await registry.givenTenant({ name: 'The other tenant', customHosts: ['other.example.com'] })
  const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(90) }
  const account = await registry.givenAccount(tenantId, { alias: 'The other account', credential })
  const app = {
    name: 'Web',
    tenantUrl: 'http://{tenant}.phone.localhost:4000',
    callbackPaths: ['/callback'],
    kind: 'server',
    tokenEndpointAuthMethod: 'client_secret_basic',
  }
  await registry.call(platform, 'PUT', '/api/v1/apps/web-client', app)
  const secret = await registry.call(platform, 'POST', '/api/v1/apps/web-client/secrets')
  const key = await registry.call(platform, 'POST', '/api/v1/api-keys', {
    name: 'The other key',
    scope: tenantId,
    role: 'admin',
  })
  const handOver = await registry.call(
    platform,
    'POST',
    `/api/v1/tenants/${tenantId}/microsoft-accounts/${account.id}/hand-over-links`,
    {},
  )
  const person = {
    scope: tenantId,
    role: 'admin',
    directoryId: account.directoryId,
    objectId: guid(),
    displayName: 'The other admin',
  }
  const administrator = await registry.call(platform, 'POST', '/api/v1/administrators', person)
  theirs = {
    administratorId: administrator.body.id,
    tenantId,
    accountId: account.id,
    linkId: handOver.body.id,
    keyId: key.body.id,
    secretId: secret.body.id,
    clientId: 'web-client',
    hostname: 'other.example.com',
  }
})
afterAll(async () => {
  await registry.close()
  await roster.close()
})

/** What nothing has, to be deleted. */
const nobody = {
  administratorId: guid(),
  linkId: guid(),
  tenantId: guid(),
  accountId: guid(),
  keyId: guid(),
  secretId: guid(),
  clientId: 'no-such-app',
  hostname: 'other.example.com',
}

const everything = () => dumpSchema(registry.pool, 'registry', ['audit_event'])

const send = (operation: Operation, caller: ReturnType<typeof adminOf>) =>
  registry.app.inject({
    method: operation.method,
    url: urlOf(operation, theirs),
    headers: { authorization: `Bearer ${registry.sign({ aud: 'tenant-registry', ...caller })}` },
    ...(BODIES[operation.id] ? { payload: BODIES[operation.id]?.() ?? {} } : {}),
  })

const inject: Send = async ({ method, url, headers, payload }) => {
  const authorization = `Bearer ${registry.sign({ aud: 'tenant-registry', ...platform })}`
  const answer = await registry.app.inject({
    method,
    url,
    headers: { authorization, ...headers },
    ...(payload !== undefined && { payload }),
  })
  return { status: answer.statusCode, contentType: answer.headers['content-type']?.toString(), body: answer.body }
}

// First, while the operations that speak to the outside have not been asked too often.
const STRICT_BODIES = { ...BODIES, verifyMicrosoftAccount: () => ({ redirectMode: 'per-app' }) }
testStrictRequests(operations, { document, values: () => theirs, bodies: STRICT_BODIES, send: inject, everything })

testHeadRequests(operations, { values: () => theirs, send: inject, everything })

test('FC-07 every route that GET asks answers HEAD', () => {
  const routes = listGetRoutes(registry.app)
  expect(routes.length).toBeGreaterThan(15)
  expect(routes.filter(({ answersHead }) => !answersHead)).toEqual([])
})

test('every operation that takes a body has one here', () => {
  const withBody = operations.filter(
    ({ method, id }) =>
      method !== 'GET' &&
      method !== 'DELETE' &&
      !['verifyMicrosoftAccount', 'proveCustomHost', 'createConsentLink', 'createAppSecret'].includes(id),
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

test.each(operations)(
  'T-90 $id wants an admin: not nobody, not a service, and a reader changes nothing',
  async (operation) => {
    const before = await everything()
    expect((await registry.app.inject({ method: operation.method, url: urlOf(operation, theirs) })).statusCode).toBe(
      401,
    )
    expect((await send(operation, service)).statusCode).toBe(403)
    const reader = { ...adminOf(theirs.tenantId ?? ''), role: 'read' as const }
    if (operation.method !== 'GET') expect((await send(operation, reader)).statusCode).toBe(403)
    expect(await everything()).toBe(before)
  },
)

/** What is deleted for one request must be there for the next; all else is done to what exists. */
const targetOf = ({ method }: Operation) => (method === 'DELETE' ? nobody : theirs)

test.each(operations.filter(({ id, body }) => body !== undefined && id in BODIES))(
  'T-91 AD-07 $id checks its body whatever it is said to be, and takes none that is said to be something else',
  async (operation) => {
    const before = await everything()
    for (const type of HOSTILE_CONTENT_TYPES) {
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
      for (const payload of [
        '[]',
        '{"hours":"x","name":7,"alias":[],"slug":{},"secret":1,"scope":0,"role":7}',
        '<a/>',
        'a=b',
      ]) {
        const answer = await inject({ method: operation.method, url: urlOf(operation, theirs), headers, payload })
        expect([400, 415], `${type} ${payload} ${answer.body}`).toContain(answer.status)
      }
    }
    expect(await everything()).toBe(before)
  },
)

test.each(operations)(
  'T-102 IL-06 $id takes less than 100 ms of CPU for 50 KiB of evil text in any place',
  async (operation) => {
    for (const request of evilRequestsOf(operation, document, targetOf(operation))) {
      let status = 0
      const cpu = await cpuOf(async () => {
        status = (await inject(request)).status
      })
      expect(status, request.name).toBeLessThan(500)
      expect(cpu, request.name).toBeLessThan(100)
    }
  },
)

testListCursors(operations, { values: () => theirs, send: inject })

test.each(operations)(
  'T-101 SI-05 $id takes nothing hostile amiss, wherever it stands in a request that would do',
  async (operation) => {
    await tryAll(operation, document, sweptRequestsOf(operation, targetOf(operation), BODIES[operation.id]?.()), inject)
  },
)

test.each(operations)('T-102 SI-05 $id answers whatever is sent as it declares, never with 5xx', async (operation) => {
  await fuzzOperation({ operation, document, values: targetOf(operation), send: inject, runs: 100 })
})
