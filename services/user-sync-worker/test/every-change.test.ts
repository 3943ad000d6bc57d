import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
type Operation = { id: string; method: Method; path: string; headers: string[]; statuses: string[] }
type Described = { operationId?: string; parameters?: Array<{ in: string; name: string }>; responses?: object }
type Existing = { values: Record<string, string>; etag: string; body?: object }

/** Before any test runs, to make one test of each; built on what the tests themselves use. */
const platform: Platform = await startPlatform()
const { paths = {} } = platform.app.swagger() as { paths?: Record<string, Record<string, Described>> }
const operations: Operation[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId = '', parameters = [], responses = {} }]) => ({
    id: operationId,
    method: method.toUpperCase() as Method,
    path,
    headers: parameters.filter((one) => one.in === 'header').map(({ name }) => name),
    statuses: Object.keys(responses),
  })),
)

/** What is asked for by POST changes no resource that somebody could have read before. */
const POSTS: Readonly<Record<string, string>> = {
  importMicrosoftUsers: 'makes a run',
  resyncMicrosoftUsers: 'makes a run',
  createPhoneSystem: 'makes one',
  addExtensions: 'adds; those that exist stay as they are',
  acceptBindingSuggestions: 'binds who can be bound, and tells who cannot and why',
  createWebhookEndpoint: 'makes one',
  replayWebhooks: 'asks for messages to be sent again',
}
const changes = operations.filter(
  ({ id, method }) => method === 'PUT' || method === 'PATCH' || method === 'DELETE' || (method === 'POST' && !(id in POSTS)),
)

const asked = operations.filter(({ method, id }) => method === 'POST' && id in POSTS)
const tenant = platform.connectedTenant(addLargeDirectory(platform, 60))
const { tenantId, accountId, api } = tenant
const people: string[] = []
let phoneSystemId = ''
let nextExtension = 100
beforeAll(async () => {
  const worker = await platform.work()
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  await worker.close()
  const { items } = (await platform.call('GET', `${api}/users?limit=200`)).body
  people.push(...items.map(({ id }: { id: string }) => id))
  phoneSystemId = (await platform.call('POST', `${api}/phone-systems`, { name: 'Head office' })).body.id
  const numbers = Array.from({ length: 100 }, (_, index) => ({ number: String(100 + index) }))
  await platform.call('POST', `${api}/phone-systems/${phoneSystemId}/extensions`, { items: numbers })
})
afterAll(() => platform.close())

async function etagOf(path: string): Promise<string> {
  const { status, headers } = await platform.call('GET', path)
  expect(status).toBe(200)
  return String(headers.etag)
}
async function givenUser(): Promise<Existing> {
  const userId = people.pop() ?? ''
  return { values: { tenantId, userId, phoneSystemId }, etag: await etagOf(`${api}/users/${userId}`) }
}
async function givenBoundUser(): Promise<Existing> {
  const { values } = await givenUser()
  nextExtension += 1
  const bound = await platform.call('PUT', `${api}/users/${values.userId}/bindings/${phoneSystemId}`, { extension: String(nextExtension) })
  const etag = await etagOf(`${api}/users/${values.userId}`)
  expect(bound.headers.etag).toBe(etag)
  return { values, etag }
}
async function givenRules(path: string, body: object): Promise<Existing> {
  expect((await platform.call('PUT', path, body)).status).toBe(200)
  return { values: { tenantId, accountId }, etag: await etagOf(path), body }
}
async function givenWaitingRun(): Promise<Existing> {
  const { directoryId } = platform.registry.connections.get(accountId) ?? { directoryId: '' }
  const run = { tenantId, accountId, directoryId, requestedBy: 'test', request: { mode: 'full' as const } }
  const { job } = await platform.ports.runs.create(run, platform.entryOf(tenantId))
  await platform.stores.pool.query("update roster.sync_run set status = 'awaiting-approval' where id = $1", [job.runId])
  return { values: { tenantId, runId: job.runId }, etag: await etagOf(`${api}/sync-runs/${job.runId}`) }
}
/** A resource that exists for each operation that changes one, and its entity tag as its reader knows it. */
const GIVEN: Readonly<Record<string, () => Promise<Existing>>> = {
  changeUser: async () => ({ ...(await givenUser()), body: { sso: false } }),
  async bindExtension() {
    const existing = await givenBoundUser()
    nextExtension += 1
    return { ...existing, body: { extension: String(nextExtension) } }
  },
  unbindExtension: givenBoundUser,
  putBindingRules: () => givenRules(`${api}/binding-rules`, { items: [{ kind: 'next-free', phoneSystemId, from: 500, to: 599 }] }),
  putImportRules: () =>
    givenRules(`${api}/microsoft-accounts/${accountId}/import-rules`, { items: [{ department: 'sales', sso: true }], leavers: 'keep' }),
  async deleteWebhookEndpoint() {
    const { body, headers } = await platform.call('POST', `${api}/webhook-endpoints`, { url: 'http://127.0.0.1:9/hook' })
    return { values: { tenantId, endpointId: body.id }, etag: String(headers.etag) }
  },
  approveSyncRun: givenWaitingRun,
  cancelSyncRun: givenWaitingRun,
}

const webhook = { url: 'http://127.0.0.1:9/hook' }
/** What to ask for by POST so that something comes of it. */
const ASKED: Readonly<Record<string, () => Promise<{ values: Record<string, string>; body: object }>>> = {
  importMicrosoftUsers: async () => ({ values: { tenantId, accountId }, body: { all: true, sync: true, sso: false } }),
  resyncMicrosoftUsers: async () => ({ values: { tenantId, accountId }, body: { mode: 'delta' } }),
  createPhoneSystem: async () => ({ values: { tenantId }, body: { name: 'Branch' } }),
  addExtensions: async () => ({ values: { tenantId, phoneSystemId }, body: { items: [{ number: '900' }, { number: '100' }] } }),
  async acceptBindingSuggestions() {
    const { values } = await givenUser()
    nextExtension += 1
    return { values: { tenantId }, body: { phoneSystemId, items: [{ userId: values.userId, extension: String(nextExtension) }] } }
  },
  createWebhookEndpoint: async () => ({ values: { tenantId }, body: webhook }),
  async replayWebhooks() {
    const { body } = await platform.call('POST', `${api}/webhook-endpoints`, webhook)
    return { values: { tenantId, endpointId: body.id }, body: {} }
  },
}

function send({ method, path }: Operation, { values, body }: Existing, ifMatch?: string) {
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'no-value')
  return platform.call(method, url, body, undefined, ifMatch === undefined ? {} : { 'if-match': ifMatch })
}
async function everything(): Promise<string> {
  const { rows } = await platform.stores.pool.query("select tablename from pg_tables where schemaname = 'roster'")
  const dumps = rows.map(({ tablename }) =>
    platform.stores.pool.query(`select coalesce(json_agg(t order by t::text), '[]') as rows from roster.${tablename} t`),
  )
  return JSON.stringify((await Promise.all(dumps)).map((dump) => dump.rows[0]))
}

test.each([...changes, ...asked])(
  'AD-16 $id leaves one audit event: who, tenant, what, when, outcome and request id',
  async (operation) => {
    const given = (await (GIVEN[operation.id] ?? ASKED[operation.id])?.()) as Existing
    await platform.stores.pool.query('delete from roster.pending_audit_event')
    const answer = await send(operation, given)
    expect(answer.status).toBeLessThan(300)
    const { rows } = await platform.stores.pool.query('select tenant_id, event from roster.pending_audit_event')
    expect(rows).toMatchObject([
      {
        tenant_id: tenantId,
        event: {
          tenantId,
          actor: 'test',
          action: expect.stringMatching(/^[a-z-]+\.[a-z-]+$/),
          outcome: 'success',
          target: expect.any(String),
          at: expect.stringMatching(/Z$/),
          requestId: answer.headers['x-request-id'],
        },
      },
    ])
  },
)

test('T-91 what by POST changes nothing that was read before exists, and takes no If-Match', () => {
  const posts = operations.filter(({ method, headers }) => method === 'POST' && !headers.includes('if-match'))
  expect(posts.map(({ id }) => id).sort()).toEqual(Object.keys(POSTS).sort())
})

test.each(changes)('T-91 $id says that it takes If-Match and answers 412', ({ headers, statuses }) => {
  expect(headers).toContain('if-match')
  expect(statuses).toContain('412')
})

test.each(changes)('T-91 AD-09 $id with another version than the present one answers 412 and changes nothing', async (operation) => {
  const existing = await GIVEN[operation.id]?.()
  if (!existing) throw new Error(`The test has no resource for ${operation.id}: give it one.`)
  const before = await everything()
  for (const other of ['"0"', '"9999"', 'W/"1"', '1', 'nonsense', '']) {
    const { status, body } = await send(operation, existing, other)
    expect([other, status, body?.code]).toEqual([other, 412, 'version-conflict'])
  }
  expect(await everything()).toBe(before)
  expect((await send(operation, existing, `"0", ${existing.etag}`)).status).toBeLessThan(300)
})

test.each(changes)('T-91 $id without If-Match, or with *, changes what is current', async (operation) => {
  for (const any of [undefined, '*']) {
    const existing = (await GIVEN[operation.id]?.()) as Existing
    expect((await send(operation, existing, any)).status).toBeLessThan(300)
  }
})

test.each(changes)('AD-09 of eight who send $id at once with the version they read, exactly one wins', async (operation) => {
  const existing = (await GIVEN[operation.id]?.()) as Existing
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(operation, existing, existing.etag)))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status < 300)).toHaveLength(1)
  const late = operation.id === 'deleteWebhookEndpoint' ? [404] : [412]
  for (const status of statuses.filter((one) => one >= 300)) expect(late).toContain(status)
})

test('AD-09 two who bind one user to different extensions with the version they read: one is bound, the other is told', async () => {
  const { values, etag } = await givenUser()
  const path = `${api}/users/${values.userId}/bindings/${phoneSystemId}`
  const answers = await Promise.all(
    ['190', '191'].map((extension) => platform.call('PUT', path, { extension }, undefined, { 'if-match': etag })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
  const winner = answers.find(({ status }) => status === 200)
  const read = await platform.call('GET', `${api}/users/${values.userId}`)
  expect([read.body.bindings, read.headers.etag]).toEqual([[winner?.body], winner?.headers.etag])
  // The same again changes nothing, and so the version stays.
  const again = await platform.call('PUT', path, { extension: winner?.body.extension }, undefined, {
    'if-match': String(read.headers.etag),
  })
  expect([again.status, again.headers.etag]).toEqual([200, read.headers.etag])
})
