import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { adminOf, platform, type Registry, service, startRegistry } from './registry.ts'

let registry: Registry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

const server = {
  name: 'Portal',
  tenantUrl: 'https://{tenant}.phone.example/portal',
  callbackPaths: ['/portal/callback'],
  kind: 'server',
  tokenEndpointAuthMethod: 'client_secret_basic',
}
const put = (body: object) => registry.call(platform, 'PUT', '/api/v1/apps/portal', { ...server, ...body })
const secrets = (method: 'GET' | 'POST' | 'DELETE', id = '', principal = platform) =>
  registry.call(principal, method, `/api/v1/apps/portal/secrets${id && `/${id}`}`)
const catalogue = async () => (await registry.call(service, 'GET', '/internal/apps')).body

beforeEach(async () => {
  await registry.call(platform, 'DELETE', '/api/v1/apps/portal')
  await put({})
})

test('FC-81 a secret is shown once, kept as its hash, and told to the gateway as that', async () => {
  const created = await secrets('POST')
  const { secret, ...shown } = created.body
  expect(created).toMatchObject({ status: 201, headers: { location: `/api/v1/apps/portal/secrets/${shown.id}` } })
  expect(secret).toMatch(/^[\w-]{43}$/)
  expect((await secrets('GET')).body).toEqual({ items: [shown], nextCursor: null })
  expect(shown.hint).toBe(`${secret.slice(0, 4)}…`)
  const [app] = await catalogue()
  expect(app.secretHashes).toEqual([createHash('sha256').update(secret).digest('base64url')])
  const { rows } = await registry.pool.query('select * from registry.app_secret')
  const audit = await registry.call(platform, 'GET', '/api/v1/audit-events?action=app-secret.create')
  expect(JSON.stringify([rows, audit.body])).not.toContain(secret)
  expect(audit.body.items[0]).toMatchObject({ target: 'portal', details: { secretId: shown.id }, outcome: 'success' })
})

test('FC-81 an app has two secrets at most, also when four are asked for at once; replacing the app leaves them', async () => {
  const answers = await Promise.all([1, 2, 3, 4].map(() => secrets('POST')))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409])
  expect(answers.find(({ status }) => status === 409)?.body.code).toBe('too-many-secrets')
  await put({ name: 'Another name' })
  expect((await secrets('GET')).body.items).toHaveLength(2)
})

test('FC-81 a deleted secret is gone from list and catalogue; deleting the app deletes the other', async () => {
  const [first, second] = [(await secrets('POST')).body.id, (await secrets('POST')).body.id]
  expect((await secrets('DELETE', first)).status).toBe(204)
  expect((await secrets('DELETE', first)).body.code).toBe('app-secret-not-found')
  expect((await secrets('GET')).body.items.map(({ id }: { id: string }) => id)).toEqual([second])
  expect((await catalogue())[0].secretHashes).toHaveLength(1)
  await registry.call(platform, 'DELETE', '/api/v1/apps/portal')
  expect((await registry.pool.query('select from registry.app_secret')).rowCount).toBe(0)
})

test('FC-81 only the platform’s admins see and make secrets, and only of an app that authenticates by one', async () => {
  const tenantAdmin = adminOf(await registry.givenTenant())
  for (const method of ['GET', 'POST'] as const) expect((await secrets(method, '', tenantAdmin)).status).toBe(403)
  await put({ tokenEndpointAuthMethod: 'none' })
  expect((await secrets('POST')).body.code).toBe('app-not-confidential')
  await registry.call(platform, 'DELETE', '/api/v1/apps/portal')
  for (const method of ['GET', 'POST'] as const) expect((await secrets(method)).body.code).toBe('app-not-found')
})

const KEY = { kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' }
test.each([
  ['a browser app with a secret', { kind: 'browser' }],
  ['a device with a secret', { kind: 'device' }],
  ['private_key_jwt without a key', { tokenEndpointAuthMethod: 'private_key_jwt' }],
  [
    'private_key_jwt with two places for keys',
    { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [KEY] }, jwksUri: 'https://portal.example/jwks' },
  ],
  ['a key for an app with a secret', { jwks: { keys: [KEY] } }],
  ['a private key', { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ ...KEY, d: 'ZA' }] } }],
  ['a symmetric key', { tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys: [{ kty: 'oct', k: 'aw' }] } }],
  ['an http address of keys', { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'http://portal.example/jwks' }],
  ['a scheme of an app that is not native', { redirectSchemes: ['com.example.phone'] }],
  ['an unknown algorithm', { idTokenSignedResponseAlg: 'none' }],
  ['an unknown method', { tokenEndpointAuthMethod: 'client_secret_jwt' }],
])('FC-81 %s is refused', async (_what, body) => {
  const answer = await put(body)
  expect([answer.status, answer.body.errors?.length > 0]).toEqual([400, true])
  expect((await registry.call(platform, 'GET', '/api/v1/apps/portal')).body).toMatchObject(server)
})

test('FC-81 keys of private_key_jwt are kept and read back, in the app or at its address', async () => {
  for (const keys of [{ jwks: { keys: [KEY] } }, { jwksUri: 'https://portal.example/jwks' }]) {
    const body = { tokenEndpointAuthMethod: 'private_key_jwt', idTokenSignedResponseAlg: 'ES256', ...keys }
    expect((await put(body)).status).toBe(200)
    expect((await registry.call(platform, 'GET', '/api/v1/apps/portal')).body).toEqual({
      etag: expect.any(String),
      clientId: 'portal',
      redirectSchemes: [],
      ...server,
      postLogoutPaths: [],
      requiresBinding: false,
      ...body,
    })
  }
})
