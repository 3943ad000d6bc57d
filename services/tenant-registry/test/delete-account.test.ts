import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { adminOf, aSecret, inDays, platform, type Registry, startRegistry } from './registry.ts'
import { PEOPLE, type RosterStandIn, startRosterStandIn } from './roster-stand-in.ts'

const key = randomBytes(32)
let roster: RosterStandIn
let registry: Registry
let tenantId: string
beforeAll(async () => {
  roster = await startRosterStandIn(key)
  registry = await startRegistry({ ROSTER_URL: roster.url }, key)
  tenantId = await registry.givenTenant()
})
afterAll(async () => {
  await registry.close()
  await roster.close()
})
beforeEach(() => roster.reset())

const secret = aSecret()
const givenAccount = () =>
  registry.givenAccount(tenantId, { credential: { type: 'secret', secret, expiresAt: inDays(300) } })
const remove = (id: string, query = '', headers: Record<string, string> = {}) =>
  registry.call(
    adminOf(tenantId),
    'DELETE',
    `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}${query}`,
    undefined,
    headers,
  )
const find = (id: string) => registry.call(platform, 'GET', `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`)

test('S49 the preview shows the affected people and what is erased, and changes nothing', async () => {
  const account = await givenAccount()
  const { status, body } = await remove(account.id, '?preview=true')
  expect([status, body]).toEqual([200, { ...PEOPLE, credential: account.credential }])
  expect((await find(account.id)).body).toEqual(account)
  expect(roster.asked).toEqual([`GET ${account.id}/roster`])
})

test('T-91 a misspelled preview deletes nothing, and switches nothing off', async () => {
  const account = await givenAccount()
  for (const misspelled of [
    '?preveiw=true',
    '?Preview=true',
    '?preview=True',
    '?preview=true&preview=true',
    '?dryRun=true',
  ]) {
    const { status, body } = await remove(account.id, misspelled)
    expect([misspelled, status, body.code]).toEqual([misspelled, 400, 'invalid-request'])
  }
  const [error] = (await remove(account.id, '?preveiw=true')).body.errors
  expect(error).toMatchObject({ pointer: 'preveiw', in: 'query', code: 'unknown-parameter' })
  expect((await find(account.id)).body).toEqual(account)
  expect(roster.asked).toEqual([])
})

test('CW-03 S58 every reader sees how many people an account has; reading changes nothing', async () => {
  const account = await givenAccount()
  const reader = { ...adminOf(tenantId), role: 'read' as const }
  const reach = (id: string) =>
    registry.call(reader, 'GET', `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}/reach`)
  expect(await reach(account.id)).toMatchObject({ status: 200, body: PEOPLE })
  expect((await find(account.id)).body).toEqual(account)
  expect((await reach(crypto.randomUUID())).status).toBe(404)
  roster.down = true
  expect((await reach(account.id)).body.code).toBe('roster-unavailable')
})

test('S49 the account is switched off, ended at the roster while its credential works, then erased with the credential', async () => {
  const account = await givenAccount()
  let seen: unknown
  roster.meanwhile = async () => {
    seen = await registry.pool
      .query(
        `select status, sealed is not null as has_credential from registry.microsoft_account a
         left join registry.microsoft_credential c on c.account_id = a.id where a.id = $1`,
        [account.id],
      )
      .then(({ rows }) => rows)
  }
  expect((await remove(account.id)).status).toBe(204)
  expect(seen).toEqual([{ status: 'disabled', has_credential: true }])
  expect(roster.asked).toEqual([`POST ${account.id}/disconnect`])
  expect((await find(account.id)).status).toBe(404)
  const left = await registry.pool.query('select from registry.microsoft_credential where account_id = $1', [
    account.id,
  ])
  expect(left.rowCount).toBe(0)
  const [event] = await registry.auditEvents('microsoft-account.delete')
  expect(event).toMatchObject({ tenantId, target: account.id, outcome: 'success', details: { alias: account.alias } })
})

test('S49 T-115 while the roster is down nothing is erased, and asking again finishes it', async () => {
  const account = await givenAccount()
  roster.down = true
  expect(await remove(account.id)).toMatchObject({ status: 503, body: { code: 'roster-unavailable' } })
  expect((await find(account.id)).body).toMatchObject({
    status: 'disabled',
    enabled: false,
    credential: account.credential,
  })
  expect((await remove(account.id, '?preview=true')).status).toBe(503)
  roster.down = false
  expect((await remove(account.id)).status).toBe(204)
})

test('T-91 an account that changed meanwhile is not removed', async () => {
  const account = await givenAccount()
  const { headers } = await find(account.id)
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts/${account.id}`
  await registry.call(platform, 'PATCH', path, { alias: 'Renamed meanwhile' })
  expect((await remove(account.id, '', { 'if-match': String(headers.etag) })).status).toBe(412)
  expect(roster.asked).toEqual([])
  roster.meanwhile = async () =>
    void (await registry.call(platform, 'PATCH', path, { alias: 'Renamed at the same time' }))
  expect((await remove(account.id)).status).toBe(412)
  expect((await find(account.id)).body.alias).toBe('Renamed at the same time')
})

test('T-90 another tenant’s account is not there, and a reader removes nothing', async () => {
  const account = await givenAccount()
  const stranger = adminOf(await registry.givenTenant())
  const path = `/api/v1/tenants/${tenantId}/microsoft-accounts/${account.id}`
  expect((await registry.call(stranger, 'DELETE', path)).status).toBe(404)
  expect((await registry.call({ ...adminOf(tenantId), role: 'read' }, 'DELETE', path)).status).toBe(403)
  expect((await find(account.id)).status).toBe(200)
  expect(roster.asked).toEqual([])
})

test('S49 without an address of the roster the removal is refused, not done by halves', async () => {
  const alone = await startRegistry()
  const tenant = await alone.givenTenant()
  const account = await alone.givenAccount(tenant)
  const answer = await alone.call(platform, 'DELETE', `/api/v1/tenants/${tenant}/microsoft-accounts/${account.id}`)
  expect([answer.status, answer.body.code]).toEqual([503, 'roster-unavailable'])
  await alone.close()
})
