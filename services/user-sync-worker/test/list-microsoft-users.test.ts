import {
  FABRIKAM_CLIENT_ID,
  FABRIKAM_CLIENT_SECRET,
  FABRIKAM_DIRECTORY_ID,
  FABRIKAM_DISABLED_ID,
  FABRIKAM_GUEST_ID,
} from '@jackfield/m365-emulator/demo/fabrikam'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterAll(() => platform.close())

type Item = {
  id: string
  displayName: string
  imported: boolean
  sync: boolean
  sso: boolean
  userType: string
  accountEnabled: boolean
}
type Tenant = ReturnType<Platform['connectedTenant']>
const listUrl = ({ api, accountId }: Tenant) => `${api}/microsoft-accounts/${accountId}/microsoft-users`

async function everybody(tenant: Tenant, query: string): Promise<Item[]> {
  const items: Item[] = []
  let cursor = ''
  do {
    const { body, status } = await platform.call('GET', `${listUrl(tenant)}?${query}${cursor}`)
    expect(status).toBe(200)
    items.push(...body.items)
    cursor = body.nextCursor ? `&cursor=${encodeURIComponent(body.nextCursor)}` : ''
  } while (cursor)
  return items
}

function fabrikam(): Tenant {
  const tenant = platform.connectedTenant()
  const credential = { type: 'secret', secret: FABRIKAM_CLIENT_SECRET } as const
  const accountId = platform.registry.connect(tenant.tenantId, {
    clientId: FABRIKAM_CLIENT_ID,
    directoryId: FABRIKAM_DIRECTORY_ID,
    credential,
  })
  return { ...tenant, accountId, imports: `${tenant.api}/microsoft-accounts/${accountId}/imports` }
}

test('S31 all users are reachable page by page, in order of names, and search finds by name, UPN and surname', async () => {
  const tenant = platform.connectedTenant()
  const all = await everybody(tenant, 'limit=5')
  expect(new Set(all.map(({ id }) => id)).size).toBe(32)
  for (const search of ['Adele', 'adelev', 'Vance']) {
    expect(await everybody(tenant, `search=${search}`)).toMatchObject([{ displayName: 'Adele Vance' }])
  }
})

test('S31 of 10,000 users the first page is there within 2 s and all are reachable', async () => {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 10_000))
  const asked = Date.now()
  expect((await platform.call('GET', `${listUrl(tenant)}?limit=100`)).body.items).toHaveLength(100)
  expect(Date.now() - asked).toBeLessThan(2_000)
  expect(new Set((await everybody(tenant, 'limit=500')).map(({ id }) => id)).size).toBe(10_000)
})

test('S31 each user shows whether they are imported and how they are ticked', async () => {
  const tenant = platform.connectedTenant()
  const [first, second, third] = await everybody(tenant, 'limit=500')
  await platform.runImport(tenant, {
    users: [
      { id: first?.id, sync: true, sso: true },
      { id: second?.id, sync: true, sso: false },
    ],
  })
  const after = new Map((await everybody(tenant, 'limit=500')).map((user) => [user.id, user]))
  expect(after.get(first?.id ?? '')).toMatchObject({ imported: true, sync: true, sso: true })
  expect(after.get(second?.id ?? '')).toMatchObject({ imported: true, sync: true, sso: false })
  expect(after.get(third?.id ?? '')).toMatchObject({ imported: false, sync: false, sso: false })
})

test('S31 guests and disabled accounts are marked, an empty userType counts as Member, departments are searched', async () => {
  const directory = platform.emulator.directory(FABRIKAM_DIRECTORY_ID)
  directory.grantConsent(FABRIKAM_CLIENT_ID, { roles: ['User.Read.All'] })
  const tenant = fabrikam()
  const old = directory.users().find(({ displayName }) => displayName === 'Farid Haddad')
  directory.changeUser(old?.id ?? '', { userType: null })
  const users = new Map((await everybody(tenant, 'limit=10')).map((user) => [user.id, user]))
  expect(users.get(FABRIKAM_GUEST_ID)).toMatchObject({ userType: 'Guest' })
  expect(users.get(FABRIKAM_DISABLED_ID)).toMatchObject({ accountEnabled: false })
  expect(users.get(old?.id ?? '')).toMatchObject({ userType: 'Member' })
  expect(await everybody(tenant, "search=O'Brien")).toMatchObject([{ displayName: "Liam O'Brien" }])
  expect((await everybody(tenant, 'search=Engineering')).length).toBeGreaterThan(3)
})

test.each(["'", "') or (1 eq 1", '"', '&$top=999', '%', '#', '$filter', '+', '\\', "x' or startsWith(id,'"])(
  'SI-05 the search text %j is only text for Graph: no error, nobody found who was not asked for',
  async (search) => {
    const found = await everybody(platform.connectedTenant(), `search=${encodeURIComponent(search)}`)
    expect(found).toEqual([])
  },
)

test('a cursor that was made up, altered, or made for another search or account is refused', async () => {
  const tenant = platform.connectedTenant()
  const other = platform.connectedTenant()
  const { nextCursor } = (await platform.call('GET', `${listUrl(tenant)}?limit=5`)).body
  const altered = Buffer.from(nextCursor, 'base64url')
  altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1
  const before = platform.gate.requests.length
  for (const url of [
    `${listUrl(tenant)}?limit=5&cursor=${altered.toString('base64url')}`,
    `${listUrl(tenant)}?limit=5&cursor=${Buffer.from('https://evil.example/').toString('base64url')}`,
    `${listUrl(tenant)}?limit=5&cursor=x`,
    `${listUrl(tenant)}?limit=5&search=a&cursor=${nextCursor}`,
    `${listUrl(other)}?limit=5&cursor=${nextCursor}`,
  ]) {
    expect(await platform.call('GET', url)).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } })
  }
  expect(platform.gate.requests.length).toBe(before)
})

test('what Microsoft refuses becomes a problem in plain words; consent given later needs no restart', async () => {
  const directory = platform.emulator.directory(FABRIKAM_DIRECTORY_ID)
  directory.grantConsent(FABRIKAM_CLIENT_ID, { roles: [] })
  directory.withdrawConsent(FABRIKAM_CLIENT_ID, ['User.Read.All'])
  const tenant = fabrikam()
  expect(await platform.call('GET', listUrl(tenant))).toMatchObject({ status: 409, body: { code: 'consent-missing' } })
  directory.grantConsent(FABRIKAM_CLIENT_ID, { roles: ['User.Read.All'] })
  expect((await platform.call('GET', listUrl(tenant))).status).toBe(200)

  const wrong = platform.connectedTenant()
  const connection = platform.registry.connections.get(wrong.accountId)
  if (connection)
    platform.registry.connections.set(wrong.accountId, {
      ...connection,
      credential: { type: 'secret', secret: 'x'.repeat(40) },
    })
  const refused = await platform.call('GET', listUrl(wrong))
  expect(refused).toMatchObject({ status: 409, body: { code: 'microsoft-refused' } })
  expect(JSON.stringify(refused.body)).not.toContain('x'.repeat(40))
})

test('a busy Graph answers 503 with its own Retry-After, a broken one 503', async () => {
  const tenant = platform.connectedTenant()
  platform.gate.faults.push({ status: 429, headers: { 'retry-after': '17' } })
  const busy = await platform.call('GET', listUrl(tenant))
  expect(busy).toMatchObject({ status: 503, headers: { 'retry-after': '17' }, body: { code: 'microsoft-throttled' } })
  platform.gate.faults.push({ status: 500 })
  expect(await platform.call('GET', listUrl(tenant))).toMatchObject({
    status: 503,
    body: { code: 'microsoft-unavailable' },
  })
  for (const body of [{}, [], { error: 'no' }, { error: { code: 7 } }]) {
    platform.gate.faults.push({ status: 429, headers: { 'retry-after': '17' }, body })
    expect(await platform.call('GET', listUrl(tenant))).toMatchObject({ status: 503, headers: { 'retry-after': '17' } })
  }
})
