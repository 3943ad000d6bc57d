import { type OpenApi, type Operation, operationsOf, resolve, type Schema, urlOf } from '@jackfield/api-fuzz/operations'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { afterAll, expect, test } from 'vitest'
import { adminEdge } from './admin-edge.ts'
import { givenTenant } from './given-tenant.ts'
import { runPlatform } from './running-platform.ts'

// The rules that every resource of the admin API keeps, tried on every operation of the document.

const platform = await runPlatform()
afterAll(() => platform.end())
const call = await adminAccess(platform.addresses.control, platform.settings, platform.dataFolder)
const { key } = await call<{ key: string }>('POST', '/api-keys', { name: 'Key', scope: 'platform', role: 'admin' })
const send = adminEdge(platform).as({ authorization: `Bearer ${key}` })
const given = await givenTenant({ call, send }, 'ours')

type Resource = { id?: string; etag?: string; items?: Array<{ etag?: string }> }
async function ask(method: Operation['method'], url: string, payload?: object, headers: Record<string, string> = {}) {
  const answer = await send({
    method,
    url,
    headers: { ...headers, ...(payload && { 'content-type': 'application/json' }) },
    ...(payload && { payload: JSON.stringify(payload) }),
  })
  const body: Resource & Record<string, unknown> = answer.body ? JSON.parse(answer.body) : {}
  return { status: answer.status, headers: answer.headers ?? {}, body }
}

const document = (await ask('GET', '/api/v1/openapi.json')).body as OpenApi
const operations = operationsOf(document)

/** The schema of the answer with this status. */
function answerOf({ path, method }: Operation, status: string): Schema {
  const content = document.paths?.[path]?.[method.toLowerCase()]?.responses?.[status]?.content
  return resolve(content?.['application/json']?.schema ?? {}, document)
}
const isResource = (schema: Schema) => schema.properties?.etag !== undefined
const itemsOf = (schema: Schema) => resolve(schema.properties?.items?.items ?? {}, document)

const reads = operations.filter((operation) => operation.method === 'GET' && isResource(answerOf(operation, '200')))
test('S51 there are resources to read one by one', () => expect(reads.length).toBeGreaterThan(10))
test.each(reads)('S51 $id answers a resource with its etag as ETag', async (operation) => {
  const { status, headers, body } = await ask('GET', urlOf(operation, given))
  expect([status, body.etag]).toEqual([200, expect.stringMatching(/^"\d+"$/)])
  expect(headers.etag).toBe(body.etag)
})

const lists = operations.filter(
  (operation) => operation.method === 'GET' && isResource(itemsOf(answerOf(operation, '200'))),
)
test.each(lists)('S51 $id answers every item with its etag', async (operation) => {
  const { body } = await ask('GET', urlOf(operation, given))
  expect(body.items?.length).toBeGreaterThan(0)
  for (const item of body.items ?? []) expect(item.etag).toMatch(/^"\d+"$/)
})

/** Bodies of what can be created. */
const BODIES: Readonly<Record<string, object | undefined>> = {
  createTenant: { slug: 'made', name: 'Made' },
  createMicrosoftAccount: { alias: 'made', clientId: crypto.randomUUID(), directoryId: crypto.randomUUID() },
  createHandOverLink: {},
  createAppSecret: undefined,
  createApiKey: { name: 'Made', scope: 'platform', role: 'read' },
  createAdministrator: {
    scope: given.tenantId,
    role: 'read',
    directoryId: given.directoryId,
    objectId: crypto.randomUUID(),
    signInTenantId: given.tenantId,
    displayName: 'Made',
  },
  createPhoneSystem: { name: 'Made' },
  createWebhookEndpoint: { url: 'https://made.example/hook' },
}
const creations = operations.filter(
  (operation) => operation.method === 'POST' && isResource(answerOf(operation, '201')),
)
test.each(creations)('S51 $id answers the whole resource, and where it is', async (operation) => {
  expect(Object.keys(BODIES)).toContain(operation.id)
  const created = await ask('POST', urlOf(operation, given), BODIES[operation.id])
  expect([operation.id, created.status]).toEqual([operation.id, 201])
  const read = await ask('GET', String(created.headers.location))
  expect(read.status).toBe(200)
  expect(created.headers.etag).toBe(read.headers.etag)
  // What is shown once is more than what is read.
  expect(created.body).toMatchObject(read.body)
})

test('S51 a run that is asked for is answered whole, and where it is', async () => {
  const url = `/api/v1/tenants/${given.tenantId}/microsoft-accounts/${given.accountId}/resyncs`
  const started = await ask('POST', url, { mode: 'delta' })
  expect([started.status, started.body.runId]).toEqual([202, started.body.id])
  const read = await ask('GET', String(started.headers.location))
  expect(read.body).toMatchObject({ id: started.body.id, tenantId: given.tenantId, kind: 'delta' })
})

test.each(operations.filter(({ path }) => path.endsWith('/removal')))(
  'S49 $id says what the deletion would remove, and the deletion takes its etag',
  async ({ path }) => {
    const url = urlOf({ path }, given)
    const { status, body, headers } = await ask('GET', url)
    expect([status, headers.etag]).toEqual([200, body.etag])
    expect(body).toMatchObject({ summary: { users: expect.any(Number), bound: 1 }, sample: expect.any(Array) })
    expect((body.sample as object[])[0]).toEqual({ userId: expect.any(String), displayName: expect.any(String) })
    const outdated = await ask('DELETE', url.replace(/\/removal$/, ''), undefined, { 'if-match': '"9999"' })
    expect(outdated.status).toBe(412)
    expect((await ask('GET', url)).body.etag).toBe(body.etag)
  },
)
