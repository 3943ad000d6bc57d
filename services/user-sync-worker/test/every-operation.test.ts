import { cpuOf, evilRequestsOf } from '@jackfield/api-fuzz/evil-requests'
import { fuzzOperation, type Send, tryAll } from '@jackfield/api-fuzz/fuzz-operation'
import { testHeadRequests } from '@jackfield/api-fuzz/head-requests'
import { HOSTILE_CONTENT_TYPES } from '@jackfield/api-fuzz/hostile'
import { testListCursors } from '@jackfield/api-fuzz/list-cursors'
import { type OpenApi, type Operation, operationsOf, urlOf } from '@jackfield/api-fuzz/operations'
import { testStrictRequests } from '@jackfield/api-fuzz/strict-requests'
import { sweptRequestsOf } from '@jackfield/api-fuzz/swept-requests'
import { listGetRoutes } from '@jackfield/test-environment/get-routes'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { everything, givenRoster } from './support/given-roster.ts'
import { type Caller, type Platform, startPlatform } from './support/platform.ts'

vi.setConfig({ testTimeout: 120_000 })
const guid = () => crypto.randomUUID()
const platform: Platform = await startPlatform()
const document = platform.app.swagger() as OpenApi
const operations = operationsOf(document).filter(({ path }) => path.startsWith('/api/v1/'))
let theirs: Awaited<ReturnType<typeof givenRoster>>
beforeAll(async () => {
  const worker = await platform.work()
  theirs = await givenRoster(platform)
  await worker.close()
})
afterAll(() => platform.close())

/** Bodies that would be accepted, so that it is the wall that refuses and not the form. */
const BODIES: Readonly<Record<string, () => object>> = {
  importMicrosoftUsers: () => ({
    all: true,
    filter: { search: 'a', department: 'Taken', userType: 'Member' },
    sync: true,
    sso: false,
  }),
  resyncMicrosoftUsers: () => ({ mode: 'full' }),
  putImportRules: () => ({
    items: [{ department: 'Taken', domain: 'taken.example', groupId: guid(), sso: true }],
    leavers: 'keep',
  }),
  changeUser: () => ({ sync: true, sso: true }),
  createPhoneSystem: () => ({ name: `Taken ${guid()}` }),
  addExtensions: () => ({ items: [{ number: `${Math.floor(Math.random() * 1e9)}`, name: 'Taken' }] }),
  bindExtension: () => ({ extension: '101' }),
  putBindingRules: () => ({
    items: [{ kind: 'attribute', phoneSystemId: theirs.phoneSystemId, attribute: 'mail', digits: 3 }],
  }),
  acceptBindingSuggestions: () => ({
    phoneSystemId: theirs.phoneSystemId,
    items: [{ userId: theirs.userId, extension: '101' }],
  }),
  createWebhookEndpoint: () => ({ url: 'https://pbx.example.com/taken', eventTypes: ['user.created'] }),
  replayWebhooks: () => ({ since: new Date().toISOString() }),
}
const WITHOUT_BODY = ['approveSyncRun', 'cancelSyncRun']
const isWrite = ({ method }: Operation) => method !== 'GET'
const admin: Caller = { scope: 'platform', role: 'admin' }

const inject: Send = async ({ method, url, headers, payload }) => {
  const answer = await platform.app.inject({
    method,
    url,
    headers: { authorization: platform.authorization(admin), ...headers },
    ...(payload !== undefined && { payload }),
  })
  return { status: answer.statusCode, contentType: answer.headers['content-type']?.toString(), body: answer.body }
}

const send = (operation: Operation, caller: Caller, body = BODIES[operation.id]?.()) => {
  const url = urlOf(operation, theirs)
  const needed = operation.query
    .filter(({ required }) => required)
    .map(({ name }): [string, string] => [name, theirs.phoneSystemId])
  return platform.call(operation.method, `${url}?${new URLSearchParams(needed)}`, body, caller)
}

test('every operation that takes a body has one here', () => {
  const taking = operations.filter(
    (operation) => isWrite(operation) && operation.method !== 'DELETE' && !WITHOUT_BODY.includes(operation.id),
  )
  expect(taking.map(({ id }) => id).filter((id) => !(id in BODIES))).toEqual([])
})

test.each(operations)(
  'T-90 AD-02 $id answers another tenant’s admin as if nothing were there, and changes nothing',
  async (operation) => {
    const before = await everything(platform)
    const foreign = await send(operation, { scope: platform.registry.addTenant(), role: 'admin' })
    expect([foreign.status, foreign.body.code]).toEqual([404, 'not-found'])
    // Their ids under a tenant of one's own are not there either; what is no id of anything changes one's own things
    // only.
    const mine = platform.registry.addTenant()
    const url = urlOf(operation, { ...theirs, tenantId: mine })
    const answer = await platform.call(operation.method, url, BODIES[operation.id]?.(), { scope: mine, role: 'admin' })
    if (operation.parameters.length > 1) expect([400, 404]).toContain(answer.status)
    expect(JSON.stringify(answer.body ?? '')).not.toMatch(/other (phone system|hook)|Adele|Vance/)
    const after = JSON.parse(await everything(platform))
    const withoutMine = after.map((table: { rows: unknown[] }) => ({
      rows: table.rows.filter((row) => !JSON.stringify(row).includes(mine)),
    }))
    expect(JSON.stringify(withoutMine)).toBe(before)
  },
)

test.each(operations)(
  'T-90 AD-01 $id wants an admin: not nobody, not a service, and a reader changes nothing',
  async (operation) => {
    const before = await everything(platform)
    const bare = await platform.app.inject({ method: operation.method, url: urlOf(operation, theirs) })
    expect([bare.statusCode, bare.json().code]).toEqual([401, 'unauthenticated'])
    expect((await send(operation, { scope: 'platform', role: 'service' })).status).toBe(403)
    if (isWrite(operation)) expect((await send(operation, { scope: theirs.tenantId, role: 'read' })).status).toBe(403)
    expect(await everything(platform)).toBe(before)
  },
)

test.each(operations.filter(({ id }) => id in BODIES))(
  'T-91 AD-05 $id lets no client set what is not theirs to set',
  async (operation) => {
    const planted = {
      id: guid(),
      tenantId: platform.registry.addTenant(),
      runId: guid(),
      createdBy: guid(),
      createdAt: '2001-02-03T04:05:06.789Z',
    }
    const more = {
      ...planted,
      sealed: 'cGxhbnRlZA',
      sealedSecret: 'cGxhbnRlZA',
      signingSecret: 'cGxhbnRlZA',
      status: 'parked',
      version: 4_711,
    }
    const answer = await send(operation, admin, { ...more, ...BODIES[operation.id]?.() })
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-request'])
    const after = await everything(platform)
    for (const value of [...Object.values(planted), '2001-02-03T04:05:06', 'cGxhbnRlZA'])
      expect(after).not.toContain(value)
  },
)

test.each(operations.filter(({ id, body }) => body !== undefined && id in BODIES))(
  'T-91 AD-07 $id checks its body whatever it is said to be, and takes none that is said to be something else',
  async (operation) => {
    const before = await everything(platform)
    for (const type of HOSTILE_CONTENT_TYPES) {
      for (const payload of [
        '[]',
        '{"items":"x","name":7,"url":{},"mode":0,"extension":[],"all":"yes","sync":"yes","since":5}',
        '<a/>',
        'a=b',
      ]) {
        const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
        const answer = await inject({ method: operation.method, url: urlOf(operation, theirs), headers, payload })
        expect([400, 415], `${type} ${payload} ${answer.body}`).toContain(answer.status)
      }
    }
    expect(await everything(platform)).toBe(before)
  },
)

test.each(operations)(
  'T-102 IL-06 $id takes less than 100 ms of CPU for 50 KiB of evil text in any place',
  async (operation) => {
    for (const request of evilRequestsOf(
      operation,
      document,
      operation.method === 'DELETE' ? { ...theirs, endpointId: guid() } : theirs,
    )) {
      let status = 0
      const cpu = await cpuOf(async () => {
        status = (await inject(request)).status
      })
      expect(status, request.name).toBeLessThan(500)
      expect(cpu, request.name).toBeLessThan(100)
    }
  },
)

testStrictRequests(operations, {
  document,
  values: () => theirs,
  bodies: BODIES,
  send: inject,
  everything: () => everything(platform),
})

testHeadRequests(operations, { values: () => theirs, send: inject, everything: () => everything(platform) })

test('FC-07 every route that GET asks answers HEAD', () => {
  const routes = listGetRoutes(platform.app)
  expect(routes.length).toBeGreaterThan(15)
  expect(routes.filter(({ answersHead }) => !answersHead)).toEqual([])
})

testListCursors(operations, { values: () => theirs, send: inject })

test.each(operations)(
  'T-101 SI-05 $id takes nothing hostile amiss, wherever it stands in a request that would do',
  async (operation) => {
    const values = operation.method === 'DELETE' ? { ...theirs, endpointId: guid() } : theirs
    await tryAll(operation, document, sweptRequestsOf(operation, values, BODIES[operation.id]?.()), inject)
  },
)

test.each(operations)('T-102 SI-05 $id answers whatever is sent as it declares, never with 5xx', async (operation) => {
  // What is deleted for one request must be there for the next.
  const values = operation.method === 'DELETE' ? { ...theirs, endpointId: guid() } : theirs
  await fuzzOperation({ operation, document, values, send: inject, runs: 150 })
})
