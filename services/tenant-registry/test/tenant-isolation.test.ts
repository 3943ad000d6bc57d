import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminOf, guid, inDays, platform, type Registry, service, startRegistry } from './registry.ts'

let registry: Registry
let mine: string
let theirs: string
let theirAccount: string
beforeAll(async () => {
  registry = await startRegistry()
  mine = await registry.givenTenant()
  theirs = await registry.givenTenant()
  theirAccount = (await registry.givenAccount(theirs)).id
})
afterAll(() => registry.close())

const credential = { type: 'secret', secret: 'an-entirely-made-up-secret', expiresAt: inDays(9) }
const account = { alias: 'Mine now', clientId: guid(), directoryId: guid() }
const tenantRoutes = [
  ['GET', '', undefined],
  ['PATCH', '', { name: 'Taken over' }],
  ['DELETE', '', undefined],
  ['GET', '/custom-hosts', undefined],
  ['POST', '/custom-hosts/phone.other.example/proof', undefined],
  ['DELETE', '/microsoft-accounts/:id', undefined],
  ['GET', '/microsoft-accounts', undefined],
  ['POST', '/microsoft-accounts', account],
  ['GET', '/microsoft-accounts/:id', undefined],
  ['PATCH', '/microsoft-accounts/:id', { alias: 'Taken over' }],
  ['PUT', '/microsoft-accounts/:id/credential', credential],
  ['POST', '/microsoft-accounts/:id/verify', undefined],
  ['GET', '/microsoft-accounts/:id/redirect-uris', undefined],
  ['POST', '/microsoft-accounts/:id/consent-links', undefined],
  ['POST', '/microsoft-accounts/:id/hand-over-links', {}],
  ['GET', '/microsoft-accounts/:id/hand-over-links', undefined],
] as const

test.each(tenantRoutes)(
  'T-90 AD-02 %s of a foreign tenant%s answers as a missing one and changes nothing',
  async (method, route, body) => {
    const before = (await registry.call(platform, 'GET', `/api/v1/tenants/${theirs}/microsoft-accounts`)).body
    const foreign = await registry.call(
      adminOf(mine),
      method,
      `/api/v1/tenants/${theirs}${route.replace(':id', theirAccount)}`,
      body,
    )
    const missing = await registry.call(
      adminOf(mine),
      method,
      `/api/v1/tenants/${guid()}${route.replace(':id', guid())}`,
      body,
    )
    expect(foreign.status).toBe(404)
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' })
    // Their account under my tenant is not there either.
    if (route.includes(':id')) {
      const under = await registry.call(
        adminOf(mine),
        method,
        `/api/v1/tenants/${mine}${route.replace(':id', theirAccount)}`,
        body,
      )
      expect(under.status).toBe(404)
    }
    expect((await registry.call(platform, 'GET', `/api/v1/tenants/${theirs}/microsoft-accounts`)).body).toEqual(before)
  },
)

test('AD-02 the attempt is in the audit log of the tenant that made it', async () => {
  await registry.call(adminOf(mine), 'GET', `/api/v1/tenants/${theirs}`)
  const { body } = await registry.call(adminOf(mine), 'GET', '/api/v1/audit-events?action=foreign-access')
  expect(body.items[0]).toMatchObject({ tenantId: mine, target: theirs, outcome: 'refused', actor: adminOf(mine).sub })
})

test('AD-01 every admin route requires a valid token for this service, and reveals nothing without one', async () => {
  const urls = [
    ...tenantRoutes.map(
      ([method, route]) => [method, `/api/v1/tenants/${theirs}${route.replace(':id', theirAccount)}`] as const,
    ),
    ['GET', '/api/v1/tenants'],
    ['POST', '/api/v1/tenants'],
    ['GET', '/api/v1/apps'],
    ['PUT', '/api/v1/apps/x'],
    ['DELETE', '/api/v1/apps/x'],
    ['GET', '/api/v1/api-keys'],
    ['POST', '/api/v1/api-keys'],
    ['DELETE', `/api/v1/api-keys/${guid()}`],
    ['GET', '/api/v1/audit-events'],
    ['POST', '/api/v1/control-sign-in-links'],
    ['GET', '/internal/apps'],
    ['GET', `/internal/tenants/${theirs}`],
    ['POST', '/internal/api-key-authentications'],
  ] as const
  const otherAudience = `Bearer ${registry.sign({ ...platform, aud: 'user-sync-worker' })}`
  const tampered = `Bearer ${registry.sign({ ...platform, aud: 'tenant-registry' }).slice(0, -3)}AAA`
  for (const [method, url] of urls) {
    for (const authorization of [undefined, otherAudience, tampered, 'Bearer x', 'Basic eDp5']) {
      const answer = await registry.app.inject({ method, url, headers: authorization ? { authorization } : {} })
      expect([answer.statusCode, answer.json().code], `${method} ${url}`).toEqual([401, 'unauthenticated'])
    }
  }
})

test('T-90 the role of our services opens the internal routes and nothing else; admins do not get there', async () => {
  expect((await registry.call(service, 'GET', '/internal/apps')).status).toBe(200)
  expect((await registry.call(platform, 'GET', '/internal/apps')).status).toBe(403)
  for (const [method, route, body] of tenantRoutes) {
    const url = `/api/v1/tenants/${theirs}${route.replace(':id', theirAccount)}`
    expect((await registry.call(service, method, url, body)).status).toBe(403)
  }
  expect((await registry.call(service, 'GET', '/api/v1/tenants')).status).toBe(403)
})

test('T-90 a tenant admin sees the audit events of that tenant only', async () => {
  await registry.call(adminOf(theirs), 'PATCH', `/api/v1/tenants/${theirs}`, { name: 'Theirs' })
  const { body } = await registry.call(adminOf(mine), 'GET', '/api/v1/audit-events?limit=500')
  expect(body.items.every((event: { tenantId: string }) => event.tenantId === mine)).toBe(true)
  expect((await registry.call(adminOf(mine), 'GET', `/api/v1/audit-events?tenantId=${theirs}`)).status).toBe(403)
})

test('AD-16 audit events tell who, what, when and where from, and cannot be changed through the API', async () => {
  const { body } = await registry.call(
    platform,
    'GET',
    `/api/v1/audit-events?tenantId=${theirs}&action=microsoft-account.create`,
  )
  expect(body.items[0]).toMatchObject({
    actor: platform.sub,
    target: theirAccount,
    outcome: 'success',
    at: expect.stringMatching(/Z$/),
    requestId: expect.any(String),
  })
  expect((await registry.call(platform, 'DELETE', `/api/v1/audit-events/${body.items[0].id}`)).status).toBe(404)
})
