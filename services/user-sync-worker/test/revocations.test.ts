import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Caller, CONTOSO_DIRECTORY_ID, type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let users: Array<{ id: string; displayName: string }>
beforeAll(async () => {
  platform = await startPlatform()
  tenant = platform.connectedTenant()
  await platform.work()
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  users = (await platform.call('GET', `${tenant.api}/users?limit=4`)).body.items
})
afterAll(() => platform.close())
beforeEach(() => platform.stores.pool.query('delete from roster.revocation'))

const service: Caller = { scope: 'platform', role: 'service' }
const claim = async (limit = 100) =>
  (await platform.call('POST', '/internal/revocations/claims', { limit }, service)).body.items
const done = (items: unknown) => platform.call('POST', '/internal/revocations/done', { items }, service)
const later = () => platform.stores.pool.query(`update roster.revocation set not_before = now() - interval '1 second'`)
const tick = (user: number, ticks: object) => platform.call('PATCH', `${tenant.api}/users/${users[user]?.id}`, ticks)

test('S45 whose SSO tick is taken away is handed to one caller, again should that one die, and no more once it is done', async () => {
  await tick(0, { sso: false })
  const entry = { tenantId: tenant.tenantId, userId: users[0]?.id, validAfter: expect.any(String) }
  const [first, second] = await Promise.all([claim(), claim()])
  expect([...first, ...second]).toEqual([entry])
  await later()
  const again = await claim()
  expect(again).toEqual([entry])
  expect((await done(again)).status).toBe(204)
  await later()
  expect(await claim()).toEqual([])
})

test('S45 T-22 whoever Microsoft says is disabled or deleted is handed out, and nobody who was only renamed', async () => {
  const contoso = platform.emulator.directory(CONTOSO_DIRECTORY_ID)
  const [, disabled, renamed] = users
  const objectIdOf = async (user?: { id: string }) =>
    (await platform.call('GET', `${tenant.api}/users/${user?.id}`)).body.objectId
  contoso.changeUser(await objectIdOf(disabled), { accountEnabled: false })
  contoso.changeUser(await objectIdOf(renamed), { displayName: 'Somebody Else' })
  const { body } = await platform.call('POST', `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`, {
    mode: 'full',
  })
  await platform.finishedRun(tenant.api, body.runId)
  expect(await claim()).toEqual([{ tenantId: tenant.tenantId, userId: disabled?.id, validAfter: expect.any(String) }])
})

test('S45 who is revoked once more while the first is being told stays to be told', async () => {
  await tick(3, { sso: false })
  const first = await claim()
  await tick(3, { sso: true })
  await tick(3, { sso: false })
  await done(first)
  const second = await claim()
  expect(second).toHaveLength(1)
  expect(Date.parse(second[0].validAfter)).toBeGreaterThan(Date.parse(first[0].validAfter))
})

test('T-130 tenants are handed out by turns: one that lost many people holds up nobody else’s', async () => {
  await platform.stores.pool.query(
    `insert into roster.revocation (tenant_id, user_id, valid_after, not_before)
     select tenant_id, id, now(), now() - interval '1 minute' from roster.phone_user where tenant_id = $1 limit 4`,
    [tenant.tenantId],
  )
  const other = platform.connectedTenant()
  await platform.runImport(other, { all: true, sync: true, sso: true })
  const [person] = (await platform.call('GET', `${other.api}/users?limit=1`)).body.items
  await platform.call('PATCH', `${other.api}/users/${person.id}`, { sso: false })
  const claimed = await claim(3)
  expect(claimed).toHaveLength(3)
  expect(claimed.map(({ userId }: { userId: string }) => userId)).toContain(person.id)
  expect(await claim()).toHaveLength(2)
})

test('T-90 only services may ask, and what they say is checked', async () => {
  for (const caller of [
    { scope: 'platform', role: 'admin' },
    { scope: tenant.tenantId, role: 'admin' },
  ] as const) {
    expect((await platform.call('POST', '/internal/revocations/claims', { limit: 1 }, caller)).status).toBe(403)
  }
  expect((await platform.call('POST', '/internal/revocations/claims', { limit: 501 }, service)).status).toBe(400)
  expect((await done([{ tenantId: 'x', userId: 'y', validAfter: 'z' }])).status).toBe(400)
})

test('a row is forgotten after 14 days, when no session of that time is left anywhere', async () => {
  await tick(2, { sso: false })
  await platform.stores.pool.query(`update roster.revocation set valid_after = now() - interval '14 days 1 minute'`)
  await platform.ports.inScope('every-tenant', () => platform.ports.revocations.forgetOld())
  expect(await claim()).toEqual([])
})
