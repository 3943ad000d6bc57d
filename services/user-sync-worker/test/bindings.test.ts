import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let people: Array<{ id: string; displayName: string; objectId: string }>
let system: { id: string }
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
  tenant = platform.connectedTenant()
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  people = (await platform.call('GET', `${tenant.api}/users?limit=500`)).body.items
})
beforeEach(async () => {
  system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
  const items = ['101', '102', '99'].map((number) => ({ number }))
  await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, { items })
})
afterAll(() => platform.close())

const bindingUrl = (userId: string | undefined, systemId = system.id) =>
  `${tenant.api}/users/${userId}/bindings/${systemId}`
const bind = (userId: string | undefined, extension: string, systemId = system.id) =>
  platform.call('PUT', bindingUrl(userId, systemId), { extension })

test('S42 a taken extension is refused with its holder’s name', async () => {
  const [adele, other] = people
  expect((await bind(adele?.id, '101')).status).toBe(200)
  const refused = await bind(other?.id, '101')
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'extension-taken', holder: { userId: adele?.id, displayName: adele?.displayName } },
  })
})

test('S6 S42 one user may be bound in several phone systems, has one extension in each, and may move to another', async () => {
  const [user] = people
  const second = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Branch' })).body
  await platform.call('POST', `${tenant.api}/phone-systems/${second.id}/extensions`, { items: [{ number: '101' }] })
  expect((await bind(user?.id, '101')).status).toBe(200)
  expect((await bind(user?.id, '101')).status).toBe(200) // again: nothing changes
  expect((await bind(user?.id, '101', second.id)).status).toBe(200)
  expect((await bind(user?.id, '102')).body).toEqual({
    phoneSystemId: system.id,
    phoneSystemName: 'Head office',
    extension: '102',
  })
  const { body } = await platform.call('GET', `${tenant.api}/phone-systems/${system.id}/extensions`)
  expect(body.items).toEqual([
    { number: '99', name: null, holder: null },
    { number: '101', name: null, holder: null },
    { number: '102', name: null, holder: { userId: user?.id, displayName: user?.displayName } },
  ])
  await platform.call('DELETE', bindingUrl(user?.id, second.id))
})

test('S43 unbound users can be filtered, unbinding frees the extension and may be repeated', async () => {
  const [, user, next] = people
  await bind(user?.id, '99')
  const bound = (await platform.call('GET', `${tenant.api}/users?bound=true&limit=500`)).body.items
  const unbound = (await platform.call('GET', `${tenant.api}/users?bound=false&limit=500`)).body.items
  expect(bound.some(({ id }: { id: string }) => id === user?.id)).toBe(true)
  expect(bound.length + unbound.length).toBe(32)
  expect((await platform.call('GET', `${tenant.api}/users?search=99`)).body.items).toMatchObject([{ id: user?.id }])
  expect((await platform.call('DELETE', bindingUrl(user?.id))).status).toBe(204)
  expect((await platform.call('DELETE', bindingUrl(user?.id))).status).toBe(204)
  expect((await bind(next?.id, '99')).status).toBe(200)
})

test('S41 the gateway’s view of a person carries the extensions', async () => {
  const user = people[2]
  await bind(user?.id, '101')
  const service = { scope: 'platform', role: 'service' } as const
  const { body } = await platform.call(
    'GET',
    `/internal/tenants/${tenant.tenantId}/phone-users/${user?.id}`,
    undefined,
    service,
  )
  expect(body.bindings).toContainEqual({ phoneSystemId: system.id, phoneSystemName: 'Head office', extension: '101' })
})

test('AD-12 of 50 parallel requests for one extension exactly one wins', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, index) => bind(people[index % people.length]?.id, '101')),
  )
  const winners = new Set(
    outcomes.flatMap(({ status }, index) => (status === 200 ? [people[index % people.length]?.id] : [])),
  )
  expect(winners.size).toBe(1)
  expect(outcomes.filter(({ status }) => status === 200 || status === 409)).toHaveLength(50)
})

test('AD-12 users who swap extensions at the same time get an answer, never an error of ours', async () => {
  const [left, right] = [people[3]?.id, people[4]?.id]
  await bind(left, '101')
  await bind(right, '102')
  const outcomes = await Promise.all([bind(left, '102'), bind(right, '101')])
  expect(outcomes.every(({ status }) => status === 409 || status === 200)).toBe(true)
})

test('AD-12 what does not fit together is refused: unknown extension or system, foreign user, disabled user', async () => {
  const user = people[5]
  expect(await bind(user?.id, '555')).toMatchObject({ status: 404, body: { code: 'extension-not-found' } })
  expect(await bind(user?.id, '101', tenant.tenantId)).toMatchObject({
    status: 404,
    body: { code: 'phone-system-not-found' },
  })
  expect(await bind(user?.id, 'abc')).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
  const other = platform.connectedTenant()
  await platform.runImport(other, { users: [{ id: user?.objectId, sync: true, sso: true }] })
  const [foreigner] = (await platform.call('GET', `${other.api}/users`)).body.items
  expect(await bind(foreigner.id, '101')).toMatchObject({ status: 404, body: { code: 'user-not-found' } })
  const crossing = platform.call('PUT', `${other.api}/users/${foreigner.id}/bindings/${system.id}`, {
    extension: '101',
  })
  expect(await crossing).toMatchObject({ status: 404, body: { code: 'phone-system-not-found' } })
  await platform.stores.pool.query(`update roster.phone_user set status = 'disabled' where id = $1`, [foreigner.id])
  const theirs = (await platform.call('POST', `${other.api}/phone-systems`, { name: 'Theirs' })).body
  const refused = platform.call('PUT', `${other.api}/users/${foreigner.id}/bindings/${theirs.id}`, { extension: '101' })
  expect(await refused).toMatchObject({ status: 409, body: { code: 'user-not-active' } })
})

test('T-91 the database itself refuses a binding that crosses tenants', async () => {
  const insert = 'insert into roster.binding (tenant_id, user_id, phone_system_id, extension) values ($1, $2, $3, $4)'
  const { pool } = platform.stores
  await expect(pool.query(insert, [tenant.accountId, people[6]?.id, system.id, '101'])).rejects.toThrow('foreign key')
})

test('extensions are added in bulk; numbers that exist stay as they are', async () => {
  const url = `${tenant.api}/phone-systems/${system.id}/extensions`
  const items = Array.from({ length: 5_000 }, (_, index) => ({ number: String(100 + index), name: `Line ${index}` }))
  expect((await platform.call('POST', url, { items })).body).toEqual({ created: 4_998, unchanged: 2 })
  expect((await platform.call('POST', url, { items })).body).toEqual({ created: 0, unchanged: 5_000 })
  const seen: string[] = []
  let cursor = ''
  do {
    const { body } = await platform.call('GET', `${url}?limit=500${cursor}`)
    seen.push(...body.items.map(({ number }: { number: string }) => number))
    cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : ''
  } while (cursor)
  expect(seen).toHaveLength(5_001)
  expect(seen.map(Number)).toEqual([...seen.map(Number)].sort((left, right) => left - right))
})
