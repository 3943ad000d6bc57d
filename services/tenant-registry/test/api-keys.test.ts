import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf, platform, platformReader, type Registry, service, startRegistry } from './registry.ts'

const BOOTSTRAP = 'bootstrap-key-for-the-first-hour-0123456789'
let registry: Registry
beforeAll(async () => {
  registry = await startRegistry({ BOOTSTRAP_API_KEY: BOOTSTRAP })
})
afterAll(() => registry.close())

const authenticate = (key: string) => registry.call(service, 'POST', '/internal/api-key-authentications', { key })
const create = (caller: Parameters<Registry['call']>[0], body: object) =>
  registry.call(caller, 'POST', '/api/v1/api-keys', { name: 'Key', role: 'admin', ...body })

test('the bootstrap key is a platform admin until the first platform admin key exists, and never again', async () => {
  const bootstrap = { id: 'api-key:bootstrap', scope: 'platform', role: 'admin' }
  expect((await authenticate(BOOTSTRAP)).body).toEqual(bootstrap)
  await create(platform, { scope: 'platform', role: 'read' })
  await create(platform, { scope: await registry.givenTenant() })
  expect((await authenticate(BOOTSTRAP)).status).toBe(200)
  const { body } = await create(platform, { scope: 'platform' })
  expect((await authenticate(BOOTSTRAP)).status).toBe(404)
  await registry.call(platform, 'DELETE', `/api/v1/api-keys/${body.id}`)
  expect((await authenticate(BOOTSTRAP)).status).toBe(404)
})

test('a key authenticates as what it was made for until it is deleted', async () => {
  const tenantId = await registry.givenTenant()
  const { status, body } = await create(platform, { scope: tenantId, role: 'read' })
  expect([status, body.key]).toEqual([201, expect.stringMatching(/^jf_[0-9a-f]{16}_[\w-]{43}$/)])
  expect((await authenticate(body.key)).body).toEqual({ id: `api-key:${body.id}`, scope: tenantId, role: 'read' })
  expect((await registry.call(platform, 'DELETE', `/api/v1/api-keys/${body.id}`)).status).toBe(204)
  expect((await authenticate(body.key)).status).toBe(404)
  expect((await registry.call(platform, 'DELETE', `/api/v1/api-keys/${body.id}`)).body.code).toBe('api-key-not-found')
})

test.each(['x', 'jf_0000000000000000_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', "jf_' or 1=1 --"])(
  'the key %s is unknown',
  async (key) => {
    expect(await authenticate(key)).toMatchObject({ status: 404, body: { code: 'api-key-unknown' } })
  },
)

test('a key with the right prefix and another secret is unknown', async () => {
  const { body } = await create(platform, { scope: 'platform' })
  expect((await authenticate(`${body.key.slice(0, -1)}${body.key.endsWith('A') ? 'B' : 'A'}`)).status).toBe(404)
})

test('T-94 a key is shown once: no list, table or log has it', async () => {
  const { body } = await create(platform, { scope: 'platform' })
  const list = await registry.call(platform, 'GET', '/api/v1/api-keys?limit=500')
  expect(list.body.items.find((key: { id: string }) => key.id === body.id)).toMatchObject({
    hint: `${body.key.slice(0, 20)}…`,
  })
  const { rows } = await registry.pool.query(
    'select k::text as line from registry.api_key k union all select e::text from registry.audit_event e',
  )
  const secret = body.key.slice(20)
  expect([JSON.stringify(list.body), ...rows.map((row) => row.line)].join('\n')).not.toContain(secret)
  await authenticate(body.key)
  // The one answer that shows it is the only thing said that has it.
  expect(registry.said.filter((line) => line.includes(secret))).toHaveLength(1)
})

test('T-90 a tenant admin makes, sees and deletes keys of that tenant only', async () => {
  const mine = await registry.givenTenant()
  const theirs = await registry.givenTenant()
  const own = await create(adminOf(mine), { scope: mine })
  const foreign = await create(platform, { scope: theirs })
  expect(own.status).toBe(201)
  expect((await create(adminOf(mine), { scope: theirs })).status).toBe(403)
  expect((await create(adminOf(mine), { scope: 'platform' })).status).toBe(403)
  const { body } = await registry.call(adminOf(mine), 'GET', '/api/v1/api-keys')
  expect(body.items.map((key: { id: string }) => key.id)).toEqual([own.body.id])
  expect((await registry.call(adminOf(mine), 'DELETE', `/api/v1/api-keys/${foreign.body.id}`)).status).toBe(404)
  expect((await authenticate(foreign.body.key)).status).toBe(200)
  expect(
    (await registry.call({ ...adminOf(mine), role: 'read' }, 'DELETE', `/api/v1/api-keys/${own.body.id}`)).status,
  ).toBe(403)
  expect((await create(platformReader, { scope: 'platform' })).status).toBe(403)
})

test('a key for a tenant that does not exist is refused', async () => {
  expect((await create(platform, { scope: '018f4e6a-0000-7000-8000-000000000000' })).body.code).toBe('tenant-not-found')
})

test('creating and deleting keys is audited', async () => {
  const { body } = await create(platform, { scope: 'platform' })
  await registry.call(platform, 'DELETE', `/api/v1/api-keys/${body.id}`)
  for (const action of ['api-key.create', 'api-key.delete']) {
    expect((await registry.auditEvents(action))[0]).toMatchObject({ target: body.id, actor: platform.sub })
  }
})
