import { randomUUID } from 'node:crypto'
import { publishedContosoUsers } from '@jackfield/m365-emulator/demo/contoso'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterAll(() => platform.close())

const contoso = publishedContosoUsers() as Array<{
  id: string
  displayName: string
  businessPhones: string[]
  mobilePhone: string | null
}>
const [adams, adele, third] = contoso.map((user) => user.id)

test('S35 an import of everybody makes the roster equal to the published Contoso users, names and phones included', async () => {
  const tenant = platform.connectedTenant()
  const run = await platform.runImport(tenant, { all: true, sync: true, sso: true })
  expect(run).toMatchObject({ status: 'succeeded', error: null, total: 32, skippedUsers: [] })
  expect(run.counts).toEqual({ seen: 32, created: 32, updated: 0, unchanged: 0, disabled: 0, deleted: 0, skipped: 0 })

  const { body } = await platform.call('GET', `${tenant.api}/users?limit=500`)
  const byId = (left: { id: string }, right: { id: string }) => (left.id < right.id ? -1 : 1)
  const imported = body.items.map((user: Record<string, unknown>) => ({
    id: user.objectId,
    displayName: user.displayName,
    givenName: user.givenName,
    surname: user.surname,
    userPrincipalName: user.userPrincipalName,
    mail: user.mail,
    businessPhones: user.businessPhones,
    mobilePhone: user.mobilePhone,
    jobTitle: user.jobTitle,
  }))
  const published = contoso.map(
    ({ officeLocation: _, preferredLanguage: __, ...user }: Record<string, unknown>) => user,
  )
  expect(imported.sort(byId)).toEqual((published as Array<{ id: string }>).sort(byId))
})

test('S35 repeating an import changes nothing', async () => {
  const tenant = platform.connectedTenant()
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  const before = await platform.stores.pool.query('select * from roster.phone_user where tenant_id = $1 order by id', [
    tenant.tenantId,
  ])
  const run = await platform.runImport(tenant, { all: true, sync: true, sso: true })
  expect(run.counts).toMatchObject({ seen: 32, created: 0, updated: 0, unchanged: 32 })
  const after = await platform.stores.pool.query('select * from roster.phone_user where tenant_id = $1 order by id', [
    tenant.tenantId,
  ])
  expect(after.rows).toEqual(before.rows)
})

test('S32 ticked users exist after OK, unticked ones are not stored', async () => {
  const tenant = platform.connectedTenant()
  const users = [
    { id: adams, sync: true, sso: false },
    { id: adele, sync: true, sso: true },
    { id: third, sync: false, sso: false },
  ]
  const run = await platform.runImport(tenant, { users })
  expect(run).toMatchObject({
    status: 'succeeded',
    total: 3,
    counts: { seen: 3, created: 2, unchanged: 1, skipped: 0 },
  })
  const rows = await platform.roster(tenant.tenantId)
  expect(rows.map((row) => [row.object_id, row.sync, row.sso]).sort()).toEqual(
    [
      [adams, true, false],
      [adele, true, true],
    ].sort(),
  )
})

test('S32 an import without the sync tick switches an imported person off and keeps the row', async () => {
  const tenant = platform.connectedTenant()
  await platform.runImport(tenant, { users: [{ id: adele, sync: true, sso: true }] })
  const run = await platform.runImport(tenant, { users: [{ id: adele, sync: false, sso: false }] })
  expect(run.counts).toMatchObject({ seen: 1, updated: 1 })
  expect(await platform.roster(tenant.tenantId)).toMatchObject([{ object_id: adele, sync: false, sso: false }])
  const { body } = await platform.call('GET', `${tenant.api}/users`)
  const entry = await platform.call(
    'GET',
    `/internal/tenants/${tenant.tenantId}/phone-users/${body.items[0].id}`,
    undefined,
    SERVICE,
  )
  expect(entry.body.sessionsValidAfter).not.toBeNull()
})

test('S33 SSO cannot be ticked without sync: the request is refused and the database would refuse it too', async () => {
  const tenant = platform.connectedTenant()
  const refused = await platform.call('POST', tenant.imports, { users: [{ id: adele, sync: false, sso: true }] })
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
  expect((await platform.call('POST', tenant.imports, { all: true, sync: false, sso: true })).status).toBe(400)
  await platform.runImport(tenant, { users: [{ id: adele, sync: true, sso: true }] })
  await expect(
    platform.stores.pool.query('update roster.phone_user set sync = false where tenant_id = $1', [tenant.tenantId]),
  ).rejects.toThrow('phone_user_sso_needs_sync')
})

test('S35 T-141 users that are not in the directory are listed as skipped with a reason, the others are imported', async () => {
  const tenant = platform.connectedTenant()
  const stranger = randomUUID()
  const run = await platform.runImport(tenant, {
    users: [stranger, adele].map((id) => ({ id, sync: true, sso: false })),
  })
  expect(run.counts).toMatchObject({ seen: 2, created: 1, skipped: 1 })
  expect(run.skippedUsers).toEqual([{ id: stranger, reason: 'The directory has no such user.' }])
})

test('S34 more than one request of chosen users is imported in one OK, 15 ids a request', async () => {
  const tenant = platform.connectedTenant()
  platform.gate.requests.length = 0
  const strangers = Array.from({ length: 100 }, () => randomUUID())
  const users = [...contoso.map((user) => user.id), ...strangers].map((id) => ({ id, sync: true, sso: true }))
  const run = await platform.runImport(tenant, { users })
  expect(run.counts).toMatchObject({ seen: 132, created: 32, skipped: 100 })
  const filters = platform.gate.requests.map(({ query }) => query.get('$filter') ?? '').filter(Boolean)
  expect(filters.every((filter) => filter.split(',').length <= 15)).toBe(true)
})

test('S29 an import is refused while the account is not enabled, and for an account of another tenant', async () => {
  const tenant = platform.connectedTenant()
  const other = platform.connectedTenant()
  const connection = platform.registry.connections.get(tenant.accountId)
  if (connection) platform.registry.connections.set(tenant.accountId, { ...connection, enabled: false })
  const refused = await platform.call('POST', tenant.imports, { all: true, sync: true, sso: true })
  expect(refused).toMatchObject({ status: 409, body: { code: 'account-not-enabled' } })
  const foreign = await platform.call('POST', `${tenant.api}/microsoft-accounts/${other.accountId}/imports`, {
    all: true,
    sync: true,
    sso: true,
  })
  expect(foreign).toMatchObject({ status: 404, body: { code: 'account-not-found' } })
})

test('S46 the same object id with another UPN and mail stays the same user, with ticks and binding', async () => {
  const tenant = platform.connectedTenant()
  const directory = platform.emulator.directory('M365x214355.onmicrosoft.com')
  const person = directory.addUser({
    id: randomUUID(),
    userPrincipalName: `old@${directory.domains[0]}`,
    displayName: 'Renamed Later',
  })
  await platform.runImport(tenant, { users: [{ id: person.id, sync: true, sso: true }] })
  const before = (await platform.call('GET', `${tenant.api}/users?search=old@`)).body.items[0]
  const system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
  await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, { items: [{ number: '101' }] })
  await platform.call('PUT', `${tenant.api}/users/${before.id}/bindings/${system.id}`, { extension: '101' })

  directory.changeUser(person.id, {
    userPrincipalName: `new@${directory.domains[0]}`,
    mail: `new@${directory.domains[0]}`,
  })
  await platform.runImport(tenant, { users: [{ id: person.id, sync: true, sso: true }] })
  const after = (await platform.call('GET', `${tenant.api}/users/${before.id}`)).body
  directory.purgeUser(person.id)
  expect(after).toMatchObject({
    objectId: person.id,
    userPrincipalName: `new@${directory.domains[0]}`,
    sync: true,
    sso: true,
  })
  expect(after.bindings).toEqual([{ phoneSystemId: system.id, phoneSystemName: 'Head office', extension: '101' }])
})

test('S45 a user disabled in the directory becomes disabled and loses older sessions; enabling restores', async () => {
  const tenant = platform.connectedTenant()
  const directory = platform.emulator.directory('M365x214355.onmicrosoft.com')
  const request = { users: [{ id: third, sync: true, sso: true }] }
  await platform.runImport(tenant, request)
  directory.disableUser(third ?? '')
  expect((await platform.runImport(tenant, request)).counts).toMatchObject({ disabled: 1, updated: 0 })
  const identity = `?directoryId=${directory.id}&objectId=${third}`
  const entry = await platform.call(
    'GET',
    `/internal/tenants/${tenant.tenantId}/phone-users${identity}`,
    undefined,
    SERVICE,
  )
  expect(entry.body).toMatchObject({
    status: 'disabled',
    sync: true,
    sso: true,
    sessionsValidAfter: expect.any(String),
  })
  directory.enableUser(third ?? '')
  expect((await platform.runImport(tenant, request)).counts).toMatchObject({ updated: 1 })
  expect(await platform.roster(tenant.tenantId)).toMatchObject([{ status: 'active' }])
})

const SERVICE = { scope: 'platform', role: 'service' } as const
