import { type OpenApi, type Operation, operationsOf, urlOf } from '@jackfield/api-fuzz/operations'
import { type Existing, testVersionedChanges } from '@jackfield/api-fuzz/versioned-changes'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { everything } from './support/given-roster.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

/** Before any test runs, to make one test of each; built on what the tests themselves use. */
const platform: Platform = await startPlatform()
const operations = operationsOf(platform.app.swagger() as OpenApi)

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
  ({ id, method }) =>
    method === 'PUT' || method === 'PATCH' || method === 'DELETE' || (method === 'POST' && !(id in POSTS)),
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
  const bound = await platform.call('PUT', `${api}/users/${values.userId}/bindings/${phoneSystemId}`, {
    extension: String(nextExtension),
  })
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
  putBindingRules: () =>
    givenRules(`${api}/binding-rules`, { items: [{ kind: 'next-free', phoneSystemId, from: 500, to: 599 }] }),
  putImportRules: () =>
    givenRules(`${api}/microsoft-accounts/${accountId}/import-rules`, {
      items: [{ department: 'sales', sso: true }],
      leavers: 'keep',
    }),
  async deleteWebhookEndpoint() {
    const { body, headers } = await platform.call('POST', `${api}/webhook-endpoints`, {
      url: 'http://127.0.0.1:9/hook',
    })
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
  addExtensions: async () => ({
    values: { tenantId, phoneSystemId },
    body: { items: [{ number: '900' }, { number: '100' }] },
  }),
  async acceptBindingSuggestions() {
    const { values } = await givenUser()
    nextExtension += 1
    return {
      values: { tenantId },
      body: { phoneSystemId, items: [{ userId: values.userId, extension: String(nextExtension) }] },
    }
  },
  createWebhookEndpoint: async () => ({ values: { tenantId }, body: webhook }),
  async replayWebhooks() {
    const { body } = await platform.call('POST', `${api}/webhook-endpoints`, webhook)
    return { values: { tenantId, endpointId: body.id }, body: {} }
  },
}

const send = (operation: Operation, { values, body }: Existing, ifMatch?: string) =>
  platform.call(
    operation.method,
    urlOf(operation, values),
    body,
    undefined,
    ifMatch === undefined ? {} : { 'if-match': ifMatch },
  )

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

testVersionedChanges(changes, {
  given: GIVEN,
  send,
  everything: () => everything(platform),
  late: ({ id }) => (id === 'deleteWebhookEndpoint' ? [404] : [412]),
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
