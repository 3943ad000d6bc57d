import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, platform, type Registry, service, startRegistry } from './registry.ts'

let registry: Registry
let m365: M365Emulator
let acme: string
beforeAll(async () => {
  m365 = await startMicrosoft()
  registry = await startRegistry({ MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin })
  acme = await registry.givenTenant({ slug: 'acme', customHosts: ['calls.acme.example', 'unproven.acme.example'] })
  await registry.givenProven('calls.acme.example')
  const definition = {
    name: 'Web',
    tenantUrl: 'https://{tenant}.web.example/app',
    callbackPaths: ['/cb'],
    kind: 'browser',
  }
  await registry.call(platform, 'PUT', '/api/v1/apps/web', definition)
})
afterAll(async () => {
  await registry.close()
  await m365.close()
})

const resolve = (host: string) => registry.call(service, 'GET', `/internal/hosts/${encodeURIComponent(host)}`)

test.each([
  ['acme.phone.localhost:4000', 'http://acme.phone.localhost:4000'],
  ['ACME.phone.localhost:4000', 'http://acme.phone.localhost:4000'],
  ['calls.acme.example:4000', 'http://calls.acme.example:4000'],
  ['acme.web.example', 'https://acme.web.example'],
])('the host %s belongs to its tenant at %s', async (host, origin) => {
  const { status, body } = await resolve(host)
  expect([status, body.origin, body.tenant.id]).toEqual([200, origin, acme])
})

test.each([
  'unknown.phone.localhost:4000',
  'control.phone.localhost:4000',
  'phone.localhost:4000',
  'acme.phone.localhost',
  'a.acme.phone.localhost:4000',
  'a.acme.web.example',
  '.web.example',
  'unknown.web.example',
  'acme.web.example:8443',
  'evil.example',
  "'; drop table registry.tenant; --",
])('RU-10 SI-05 the host %s belongs to nobody', async (host) => {
  expect(await resolve(host)).toMatchObject({ status: 404, body: { code: 'host-unknown' } })
})

test('S1 S4 the answer has the enabled accounts of this tenant only', async () => {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const account = await registry.givenAccount(acme, { ...ids, credential })
  const other = await registry.givenTenant({ slug: 'other' })
  expect((await resolve('acme.phone.localhost:4000')).body.accounts).toEqual([])
  const path = `/api/v1/tenants/${acme}/microsoft-accounts/${account.id}`
  await registry.call(platform, 'POST', `${path}/verify`)
  const { body } = await resolve('acme.phone.localhost:4000')
  expect(body.accounts).toEqual([
    { id: account.id, alias: account.alias, ...ids, cloud: 'global', redirectPlatform: 'web', redirectMode: 'single' },
  ])
  expect((await resolve('other.phone.localhost:4000')).body).toMatchObject({ tenant: { id: other }, accounts: [] })
  await registry.call(platform, 'PATCH', path, { status: 'disabled' })
  expect((await resolve('acme.phone.localhost:4000')).body.accounts).toEqual([])
})

test('S40 the host of an app’s shared address is nobody’s: it is shared, on its port alone, and goes with the app', async () => {
  const shared = { name: 'Desk', tenantUrl: 'https://{tenant}.desk.example/', callbackPaths: ['/cb'], kind: 'browser' }
  const put = (sharedUrl: string) => registry.call(platform, 'PUT', '/api/v1/apps/desk', { ...shared, sharedUrl })
  expect((await put('https://desk.example:8443/start')).status).toBe(201)
  expect((await resolve('desk.example:8443')).body).toEqual({ kind: 'shared', origin: 'https://desk.example:8443' })
  expect((await resolve('desk.example')).status).toBe(404)
  expect((await put('http://desk.phone.localhost:4000/start')).status).toBe(200)
  expect((await resolve('desk.phone.localhost:4000')).body).toEqual({
    kind: 'shared',
    origin: 'http://desk.phone.localhost:4000',
  })
  expect((await resolve('desk.example:8443')).status).toBe(404)
  await registry.call(platform, 'DELETE', '/api/v1/apps/desk')
  expect((await resolve('desk.phone.localhost:4000')).status).toBe(404)
})

test.each([
  ['a tenant’s slug under the base domain', 'http://acme.phone.localhost:4000/'],
  ['the same on another port, which has the same cookies', 'http://acme.phone.localhost:4444/'],
  ['a tenant’s slug in an app’s tenant address', 'https://acme.web.example/'],
  ['a custom host', 'https://calls.acme.example/'],
  ['a custom host that is not proven', 'https://unproven.acme.example/'],
  ['the platform’s own host', 'http://phone.localhost:4000/'],
  ['the Control host', 'http://control.phone.localhost:4000/'],
])('T-23 a shared host that is %s is refused', async (_what, sharedUrl) => {
  const definition = {
    name: 'Desk',
    tenantUrl: 'https://{tenant}.desk.example/',
    callbackPaths: ['/cb'],
    kind: 'browser',
    sharedUrl,
  }
  const { status, body } = await registry.call(platform, 'PUT', '/api/v1/apps/desk', definition)
  expect([status, body.code]).toEqual([409, 'shared-host-taken'])
  expect((await registry.call(platform, 'GET', '/api/v1/apps')).body.items).toHaveLength(1)
})

test('T-23 a tenant cannot come to a shared host: by slug, by custom host, or by an app’s new tenant address', async () => {
  const definition = {
    name: 'Desk',
    tenantUrl: 'https://{tenant}.desk.example/',
    callbackPaths: ['/cb'],
    kind: 'browser',
  }
  const sharedUrl = 'http://desk.phone.localhost:4000/'
  expect((await registry.call(platform, 'PUT', '/api/v1/apps/desk', { ...definition, sharedUrl })).status).toBe(201)
  const create = (body: object) => registry.call(platform, 'POST', '/api/v1/tenants', { name: 'X', ...body })
  expect((await create({ slug: 'desk' })).body.code).toBe('slug-reserved')
  expect((await create({ slug: 'desk2', customHosts: ['desk.phone.localhost'] })).body.code).toBe('host-reserved')
  expect((await registry.call(platform, 'PATCH', `/api/v1/tenants/${acme}`, { slug: 'desk' })).body.code).toBe(
    'slug-reserved',
  )

  const elsewhere = { ...definition, sharedUrl: 'https://acme.elsewhere.example/' }
  expect((await registry.call(platform, 'PUT', '/api/v1/apps/desk', elsewhere)).status).toBe(200)
  const moved = { ...definition, tenantUrl: 'https://{tenant}.elsewhere.example/app' }
  expect((await registry.call(platform, 'PUT', '/api/v1/apps/other', moved)).body.code).toBe('shared-host-taken')
  await registry.call(platform, 'DELETE', '/api/v1/apps/desk')
})

test('S40 for a shared host our gateway reads one tenant’s enabled accounts, and which tenants a directory is connected to', async () => {
  const { ids, credential } = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const [one, two, three] = [
    await registry.givenTenant(),
    await registry.givenTenant(),
    await registry.givenTenant(),
  ] as const
  for (const tenantId of [one, two, three]) {
    const { id } = await registry.givenAccount(tenantId, { ...ids, credential })
    if (tenantId !== three)
      await registry.call(platform, 'POST', `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}/verify`)
  }
  const read = async (path: string) => (await registry.call(service, 'GET', `/internal${path}`)).body
  expect(await read(`/tenants/${one}/sign-in`)).toMatchObject({
    tenant: { id: one },
    accounts: [{ directoryId: ids.directoryId }],
  })
  expect(await read(`/tenants/${three}/sign-in`)).toMatchObject({ tenant: { id: three }, accounts: [] })
  const tenants = await read(`/directories/${ids.directoryId}/tenants`)
  expect(tenants.map(({ tenant }: { tenant: { id: string } }) => tenant.id)).toEqual([one, two].sort())
  expect(JSON.stringify(tenants)).not.toContain('redential')
  expect(await read(`/directories/${crypto.randomUUID()}/tenants`)).toEqual([])

  await registry.pool.query('update registry.tenant set removing = true where id = $1', [one])
  expect((await registry.call(service, 'GET', `/internal/tenants/${one}/sign-in`)).status).toBe(404)
  expect(
    (await read(`/directories/${ids.directoryId}/tenants`)).map(({ tenant }: { tenant: { id: string } }) => tenant.id),
  ).toEqual([two])
  expect((await registry.call(platform, 'GET', `/internal/directories/${ids.directoryId}/tenants`)).status).toBe(403)
})

test('our services read tenants and apps', async () => {
  expect((await registry.call(service, 'GET', `/internal/tenants/${acme}`)).body).toMatchObject({
    id: acme,
    slug: 'acme',
  })
  expect((await registry.call(service, 'GET', `/internal/tenants/${crypto.randomUUID()}`)).status).toBe(404)
  expect((await registry.call(service, 'GET', '/internal/apps')).body).toMatchObject([{ clientId: 'web' }])
})

test('our services record audit events, which then are in the list', async () => {
  const event = {
    tenantId: acme,
    actor: 'user:1',
    action: 'sign-in',
    outcome: 'refused',
    details: { reason: 'not-bound' },
  }
  expect((await registry.call(service, 'POST', '/internal/audit-events', event)).status).toBe(201)
  const { body } = await registry.call(platform, 'GET', `/api/v1/audit-events?tenantId=${acme}&action=sign-in`)
  expect(body.items).toMatchObject([{ ...event, target: null, requestId: null }])
})

test('an audit event that brings its id and is sent again is recorded once, with its own time', async () => {
  const at = '2026-01-02T03:04:05.678Z'
  const event = {
    id: '019b0000-0000-7000-8000-000000000001',
    at,
    tenantId: acme,
    actor: 'user:1',
    action: 'binding.put',
    outcome: 'success',
  }
  expect((await registry.call(service, 'POST', '/internal/audit-events', event)).status).toBe(201)
  expect((await registry.call(service, 'POST', '/internal/audit-events', event)).status).toBe(201)
  const { body } = await registry.call(platform, 'GET', `/api/v1/audit-events?tenantId=${acme}&action=binding.put`)
  expect(body.items).toMatchObject([event])
})

test('the OpenAPI document names every public operation and no internal one', async () => {
  const body = registry.app.swagger() as { openapi?: string; paths: Record<string, object> }
  expect(body.openapi).toBe('3.1.0')
  const paths = Object.keys(body.paths)
  expect(paths.filter((path) => path.startsWith('/internal'))).toEqual([])
  expect(paths).toContain('/api/v1/tenants/{tenantId}/microsoft-accounts/{accountId}/verify')
  for (const operations of Object.values(body.paths) as object[]) {
    for (const operation of Object.values(operations)) {
      expect(operation).toMatchObject({
        operationId: expect.any(String),
        summary: expect.any(String),
        tags: [expect.any(String)],
      })
    }
  }
})
