import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf, BASE_URL, platform, type Registry, startRegistry } from './registry.ts'

let registry: Registry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

const definition = {
  name: 'Web Client',
  tenantUrl: 'https://{tenant}.phone.example/web',
  callbackPaths: ['/web/callback'],
  kind: 'browser',
}
/** What an app is that says nothing about how it authenticates. */
const PUBLIC = { redirectSchemes: [], idTokenSignedResponseAlg: 'RS256', tokenEndpointAuthMethod: 'none' }
const put = (clientId: string, body: object, headers = {}) =>
  registry.call(platform, 'PUT', `/api/v1/apps/${clientId}`, { ...definition, ...body }, headers)

test('an app is created, replaced, read by every admin and deleted by the platform only', async () => {
  const created = await put('web', {})
  expect([created.status, created.headers.etag]).toEqual([201, '"1"'])
  expect(created.body).toEqual({
    etag: '"1"',
    clientId: 'web',
    ...definition,
    postLogoutPaths: [],
    requiresBinding: false,
    ...PUBLIC,
  })
  expect((await put('web', { requiresBinding: true }, { 'if-match': '"1"' })).status).toBe(200)
  expect((await put('web', {}, { 'if-match': '"1"' })).body.code).toBe('version-conflict')

  const tenantAdmin = adminOf(await registry.givenTenant())
  expect((await registry.call(tenantAdmin, 'GET', '/api/v1/apps')).body.items).toHaveLength(1)
  expect((await registry.call(tenantAdmin, 'PUT', '/api/v1/apps/web', definition)).status).toBe(403)
  expect((await registry.call(tenantAdmin, 'DELETE', '/api/v1/apps/web')).status).toBe(403)
  expect((await registry.call(platform, 'DELETE', '/api/v1/apps/web')).status).toBe(204)
  expect((await registry.call(platform, 'DELETE', '/api/v1/apps/web')).body.code).toBe('app-not-found')
})

test('T-91 a misspelled requiresBinding is refused, so it admits nobody', async () => {
  const { status, body } = await put('misspelled', { requireBinding: true })
  expect([status, body.code]).toEqual([400, 'invalid-request'])
  expect(body.errors).toEqual([
    expect.objectContaining({ pointer: '/requireBinding', in: 'body', code: 'unknown-member' }),
  ])
  expect((await registry.call(platform, 'GET', '/api/v1/apps/misspelled')).status).toBe(404)
})

test('FC-11 S78 a native app names schemes that are reversed domain names, and no others', async () => {
  const native = { kind: 'native', redirectSchemes: ['com.example.phone'] }
  expect((await put('softphone', native)).body).toMatchObject(native)
  for (const scheme of ['https', 'javascript', 'myapp', 'com.example:', 'Com.Example', 'com..example', ''])
    expect((await put('softphone', { ...native, redirectSchemes: [scheme] })).status).toBe(400)
  await registry.call(platform, 'DELETE', '/api/v1/apps/softphone')
})

test('S53 a device needs no address to come back to; any other app does', async () => {
  expect((await put('desk-phone', { kind: 'device', callbackPaths: [] })).status).toBe(201)
  const refused = await put('web-phone', { callbackPaths: [] })
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
  expect(JSON.stringify(refused.body)).toContain('must have at least one path')
  await registry.call(platform, 'DELETE', '/api/v1/apps/desk-phone')
})

test.each([
  ['tenantUrl', 'http://{tenant}.phone.example/web'],
  ['tenantUrl', 'https://*.phone.example/web'],
  ['tenantUrl', 'https://{tenant}.phone.example/web#top'],
  ['tenantUrl', 'javascript:alert(1)//{tenant}.phone.example'],
  ['tenantUrl', 'https://phone.example/web'],
  ['sharedUrl', 'http://web.phone.example'],
  ['sharedUrl', 'https://*.phone.example'],
  ['sharedUrl', 'https://web.phone.example/#x'],
  ['sharedUrl', 'javascript:alert(1)'],
  ['sharedUrl', 'https://169.254.169.254/latest'],
  ['sharedUrl', 'https://user@web.phone.example'],
])('T-41 RU-06 an app with the %s %s is refused with 400 naming the field, and not stored', async (member, url) => {
  const { status, body } = await put('evil', { [member]: url })
  expect([status, body.code, body.errors[0].path]).toEqual([400, 'invalid-app-url', `body.${member}`])
  const { body: list } = await registry.call(platform, 'GET', '/api/v1/apps')
  expect(list.items.map((app: { clientId: string }) => app.clientId)).not.toContain('evil')
})

test('S19 six apps in per-app mode give exactly 12 redirect URIs, in single mode one', async () => {
  for (const name of ['control', 'web-client', 'contact-centre', 'reception', 'wallboard', 'mobile']) {
    await put(name, {
      ...(name === 'control' ? {} : { sharedUrl: `https://${name}.phone.example/start` }),
      tenantUrl: `https://{tenant}.phone.example/${name}`,
    })
  }
  const tenantId = await registry.givenTenant({ slug: 'sixapps' })
  const account = await registry.givenAccount(tenantId, { redirectMode: 'per-app' })
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts/${account.id}`
  const { body } = await registry.call(adminOf(tenantId), 'GET', `${path}/redirect-uris`)
  expect(body.items).toHaveLength(12)
  expect(new Set(body.items.map((item: { uri: string }) => item.uri)).size).toBe(12)
  expect(body.items).toContainEqual({
    uri: 'https://sixapps.phone.example/auth/microsoft/callback/mobile',
    clientId: 'mobile',
    host: 'tenant',
  })
  expect(body.items).toContainEqual({
    uri: 'https://mobile.phone.example/auth/microsoft/callback/mobile',
    clientId: 'mobile',
    host: 'shared',
  })
  expect(body.items).toContainEqual({
    uri: `${BASE_URL}/auth/microsoft/callback/control`,
    clientId: 'control',
    host: 'shared',
  })

  await registry.call(platform, 'PATCH', path, { redirectMode: 'single' })
  const single = await registry.call(platform, 'GET', `${path}/redirect-uris`)
  expect(single.body).toMatchObject({ redirectMode: 'single', redirectPlatform: 'web' })
  expect(single.body.items).toEqual([{ uri: `${BASE_URL}/auth/microsoft/callback`, clientId: null, host: 'platform' }])
})
