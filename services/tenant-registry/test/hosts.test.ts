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
  acme = await registry.givenTenant({ slug: 'acme', customHosts: ['calls.acme.example'] })
  await registry.givenProven('calls.acme.example')
  const definition = { name: 'Web', tenantUrl: 'https://{tenant}.web.example/app', callbackPaths: ['/cb'], kind: 'browser' }
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

test('S1 S4 only enabled accounts are told, and those of this tenant', async () => {
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

test('our services read tenants and apps', async () => {
  expect((await registry.call(service, 'GET', `/internal/tenants/${acme}`)).body).toMatchObject({ id: acme, slug: 'acme' })
  expect((await registry.call(service, 'GET', `/internal/tenants/${crypto.randomUUID()}`)).status).toBe(404)
  expect((await registry.call(service, 'GET', '/internal/apps')).body).toMatchObject([{ clientId: 'web' }])
})

test('our services record audit events, which then are in the list', async () => {
  const event = { tenantId: acme, actor: 'user:1', action: 'sign-in', outcome: 'refused', details: { reason: 'not-bound' } }
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
  const { body } = await registry.call(service, 'GET', '/openapi.json')
  expect(body.openapi).toBe('3.1.0')
  const paths = Object.keys(body.paths)
  expect(paths.filter((path) => path.startsWith('/internal') || path.startsWith('/openapi'))).toEqual([])
  expect(paths).toContain('/api/v1/tenants/{tenantId}/microsoft-accounts/{accountId}/verify')
  for (const operations of Object.values(body.paths) as object[]) {
    for (const operation of Object.values(operations)) {
      expect(operation).toMatchObject({ operationId: expect.any(String), summary: expect.any(String), tags: [expect.any(String)] })
    }
  }
})
