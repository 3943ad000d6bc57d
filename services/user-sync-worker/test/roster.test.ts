import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
  tenant = platform.connectedTenant()
  await platform.runImport(tenant, { all: true, sync: true, sso: false })
})
afterAll(() => platform.close())

type User = { id: string; displayName: string; objectId: string; sync: boolean; sso: boolean }
async function users(query = ''): Promise<User[]> {
  return (await platform.call('GET', `${tenant.api}/users${query}`)).body.items
}

test('S28 the users are paged in order of names, everyone once', async () => {
  const seen: string[] = []
  let cursor = ''
  do {
    const { body } = await platform.call('GET', `${tenant.api}/users?limit=7${cursor}`)
    seen.push(...body.items.map((user: User) => user.displayName.toLowerCase()))
    cursor = body.nextCursor ? `&cursor=${encodeURIComponent(body.nextCursor)}` : ''
  } while (cursor)
  expect(seen).toHaveLength(32)
  expect(seen).toEqual([...seen].sort())
})

test('S28 a search finds name, UPN and mail, whatever the case', async () => {
  expect(await users('?search=adele')).toMatchObject([{ displayName: 'Adele Vance' }])
  expect(await users('?search=ADELEV%40m365')).toMatchObject([{ displayName: 'Adele Vance' }])
})

test('S28 a search finds people by a mail that is unlike their user principal name', async () => {
  const { objectId } = (await users('?search=Adele'))[0] ?? {}
  await platform.stores.pool.query(
    `update roster.phone_user set mail = 'Front.Desk@contoso.example' where object_id = $1`,
    [objectId],
  )
  expect(await users('?search=front.desk%40')).toMatchObject([{ objectId }])
})

test.each(['%', '_', '\\', "'", '"', "' or '1'='1", '%25', '$1', '{}', '*', '\u0001', '(', '[a-z]'])(
  'T-101 SI-05 the search text %j is only text: no error and no extra rows',
  async (search) => {
    const answer = await platform.call('GET', `${tenant.api}/users?search=${encodeURIComponent(search)}`)
    expect(answer.status).toBe(200)
    expect(answer.body.items.every((user: User) => JSON.stringify(user).includes(search))).toBe(true)
  },
)

test.each([
  'x',
  'eyJ9',
  Buffer.from('["a","b"]').toString('base64url'),
  Buffer.from('["a\\u0000","00000000-0000-7000-8000-000000000000"]').toString('base64url'),
])('SI-05 the cursor %j is refused with 400', async (cursor) => {
  for (const list of ['users', 'sync-runs', 'phone-systems']) {
    expect(await platform.call('GET', `${tenant.api}/${list}?cursor=${cursor}`)).toMatchObject({ status: 400 })
  }
})

test('S33 switching sync off takes SSO along, and SSO without sync is refused', async () => {
  const [user] = await users('?search=Lidia')
  const url = `${tenant.api}/users/${user?.id}`
  expect((await platform.call('PATCH', url, { sso: true })).body).toMatchObject({ sync: true, sso: true })
  expect((await platform.call('PATCH', url, { sync: false })).body).toMatchObject({ sync: false, sso: false })
  expect(await platform.call('PATCH', url, { sso: true })).toMatchObject({
    status: 400,
    body: { code: 'sso-needs-sync' },
  })
  expect((await platform.call('PATCH', url, { sync: true, sso: true })).body).toMatchObject({ sync: true, sso: true })
  expect(await users('?sso=true')).toMatchObject([{ id: user?.id }])
})

test('T-91 a stale If-Match answers 412 and changes nothing; fields that are not theirs to change are refused one by one', async () => {
  const [user] = await users('?search=Megan')
  const url = `${tenant.api}/users/${user?.id}`
  const seen = await platform.call('GET', url)
  const etag = String(seen.headers.etag)
  const intruding = { id: tenant.accountId, tenantId: tenant.accountId, status: 'deleted', displayName: 'Mallory' }
  for (const [name, value] of Object.entries(intruding))
    expect([name, (await platform.call('PATCH', url, { sso: true, [name]: value })).status]).toEqual([name, 400])
  const changed = await platform.call('PATCH', url, { sso: true }, undefined, { 'if-match': etag })
  expect(changed.body).toEqual({
    ...seen.body,
    sso: true,
    updatedAt: changed.body.updatedAt,
    etag: changed.headers.etag,
  })
  const stale = await platform.call('PATCH', url, { sso: false }, undefined, { 'if-match': etag })
  expect(stale).toMatchObject({ status: 412, body: { code: 'version-conflict' } })
  expect((await platform.call('GET', url)).body.sso).toBe(true)
})

test('T-90 a tenant’s admin reaches nothing of another tenant, a reader changes nothing, nobody comes without a token', async () => {
  const other = platform.connectedTenant()
  const [user] = await users('?limit=1')
  const stranger = { scope: other.tenantId, role: 'admin' } as const
  expect((await platform.call('GET', `${tenant.api}/users/${user?.id}`, undefined, stranger)).status).toBe(404)
  expect((await platform.call('GET', `${other.api}/users/${user?.id}`, undefined, stranger)).status).toBe(404)
  expect((await platform.call('PATCH', `${other.api}/users/${user?.id}`, { sso: true }, stranger)).status).toBe(404)
  const reader = { scope: 'platform', role: 'read' } as const
  expect((await platform.call('PATCH', `${tenant.api}/users/${user?.id}`, { sso: true }, reader)).status).toBe(403)
  expect((await platform.app.inject({ url: `${tenant.api}/users` })).statusCode).toBe(401)
  expect((await platform.call('GET', `/internal/tenants/${tenant.tenantId}/phone-users/${user?.id}`)).status).toBe(403)
})

test('a tenant that the registry does not know answers 404 to a platform admin', async () => {
  const unknown = `/api/v1/tenants/${tenant.accountId}/users`
  expect(await platform.call('GET', unknown)).toMatchObject({ status: 404, body: { code: 'tenant-not-found' } })
})

test('S33 the gateway finds a person by directory and object id, with ticks and bindings, and 404 for a stranger', async () => {
  const service = { scope: 'platform', role: 'service' } as const
  const [adele] = await users('?search=Adele')
  const base = `/internal/tenants/${tenant.tenantId}/phone-users`
  const directoryId = platform.emulator.directory('m365x214355.onmicrosoft.com').id
  const found = await platform.call(
    'GET',
    `${base}?directoryId=${directoryId}&objectId=${adele?.objectId}`,
    undefined,
    service,
  )
  expect(found.body).toMatchObject({
    id: adele?.id,
    status: 'active',
    sync: true,
    sso: false,
    bindings: [],
    sessionsValidAfter: null,
  })
  // S47: the same object id in another directory is somebody else.
  const stranger = await platform.call(
    'GET',
    `${base}?directoryId=${tenant.accountId}&objectId=${adele?.objectId}`,
    undefined,
    service,
  )
  expect(stranger.status).toBe(404)
})

test('S51 the OpenAPI document names every admin operation and no internal one', async () => {
  const body = platform.app.swagger() as { paths: Record<string, object> }
  const operations = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.values(methods as Record<string, { operationId: string; summary: string; tags: string[] }>).map(
      (operation) => ({
        path,
        ...operation,
      }),
    ),
  )
  expect(operations).toHaveLength(31)
  expect(operations.every(({ operationId, summary, tags }) => operationId && summary && tags.length > 0)).toBe(true)
  expect(operations.some(({ path }) => path.includes('internal'))).toBe(false)
})
