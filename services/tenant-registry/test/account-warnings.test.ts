import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { announceExpiries, CHECK_EVERY_SECONDS, checkDueAccounts } from '../src/jobs/watch-accounts.ts'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { startImpostor } from './impostor.ts'
import { aSecret, BASE_URL, inDays, platform, type Registry, startRegistry } from './registry.ts'

const CALLBACK = `${BASE_URL}/auth/microsoft/callback`
const DAY = 86_400_000
let registry: Registry
let m365: M365Emulator
let impostor: Awaited<ReturnType<typeof startImpostor>>
let tenantId: string
beforeAll(async () => {
  m365 = await startMicrosoft()
  impostor = await startImpostor(m365.origin)
  registry = await startRegistry({ MICROSOFT_LOGIN_URL: impostor.origin, MICROSOFT_GRAPH_URL: m365.origin })
  tenantId = await registry.givenTenant()
})
afterEach(() => {
  registry.clock.offset = 0
})
afterAll(async () => {
  await registry.close()
  await impostor.close()
  await m365.close()
})

const path = (id: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}`
const read = async (id: string) => (await registry.call(platform, 'GET', path(id))).body
const eventsOf = async (action: string, id: string) =>
  (await registry.auditEvents(`microsoft-account.${action}`)).filter(({ target }: { target: string }) => target === id)
const watch = () => checkDueAccounts(registry.ports, registry.app.log)()
const announce = () => announceExpiries(registry.ports, registry.app.log)
/** A day and a bit later: everybody's turn. */
async function tomorrow() {
  registry.clock.offset += CHECK_EVERY_SECONDS * 1000 + 1000
  for (let round = 0; round < 20 && (await watch()) > 0; round++);
}
async function givenReady(expiresAt = inDays(365)) {
  const given = givenDirectory(m365, { redirectUris: [CALLBACK] })
  const { id } = await registry.givenAccount(tenantId, { ...given.ids, credential: { ...given.credential, expiresAt } })
  expect((await registry.call(platform, 'POST', `${path(id)}/verify`)).body.ok).toBe(true)
  return { ...given, id }
}

test('S26 an account warns of its credential’s end from 60 days before on, more and more pressingly', async () => {
  const { id } = await givenReady(inDays(61))
  const seen: Array<[number, unknown]> = []
  for (const day of [0, 2, 32, 48, 55, 60.5, 62]) {
    registry.clock.offset = day * DAY
    const [warning] = (await read(id)).warnings
    seen.push([day, warning && [warning.code, warning.severity, warning.daysLeft]])
  }
  expect(seen).toEqual([
    [0, undefined],
    [2, ['credential-expiring', 'info', 59]],
    [32, ['credential-expiring', 'info', 29]],
    [48, ['credential-expiring', 'warning', 13]],
    [55, ['credential-expiring', 'critical', 6]],
    [60.5, ['credential-expiring', 'critical', 1]],
    [62, ['credential-expired', 'critical', 0]],
  ])
})

test('S26 each threshold of 60, 30, 14, 7 and 1 days is announced once, over restarts and by however many replicas', async () => {
  const { id } = await givenReady(inDays(61))
  for (const day of [0, 2, 3, 32, 33, 48, 55, 60.5, 60.6, 62, 63]) {
    registry.clock.offset = day * DAY
    await Promise.all([announce(), announce(), announce()])
  }
  const told = (await eventsOf('credential-expiring', id)).map(
    ({ details }: { details: { daysLeft: string } }) => details.daysLeft,
  )
  expect(told.sort((one: string, other: string) => Number(other) - Number(one))).toEqual(['59', '29', '13', '6', '1'])
  expect(await eventsOf('credential-expired', id)).toHaveLength(1)
})

test('S26 a new credential starts over, and one that is added late is announced by its present threshold alone', async () => {
  const { id } = await givenReady(inDays(5))
  await announce()
  expect(await eventsOf('credential-expiring', id)).toHaveLength(1)
  const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(20) }
  await registry.call(platform, 'PUT', `${path(id)}/credential`, credential)
  await announce()
  const told = await eventsOf('credential-expiring', id)
  expect(told.map(({ details }: { details: { daysLeft: string } }) => details.daysLeft).sort()).toEqual(['20', '5'])
})

test('S22 S26 lost consent is found by a test of the clock: the account fails, warns, and says so once; regained, it recovers', async () => {
  const { id, directory, ids } = await givenReady()
  await tomorrow()
  expect(await read(id)).toMatchObject({ status: 'ready', warnings: [] })
  const before = (await eventsOf('verify', id)).length

  directory.withdrawConsent(ids.clientId)
  await tomorrow()
  expect(await read(id)).toMatchObject({
    status: 'failing',
    enabled: true,
    warnings: expect.arrayContaining([
      expect.objectContaining({ code: 'check-failed', severity: 'critical', check: 'consent' }),
    ]),
  })
  await tomorrow()
  expect(await eventsOf('failing', id)).toHaveLength(1)
  expect((await eventsOf('failing', id))[0]).toMatchObject({ actor: 'tenant-registry', outcome: 'failure' })

  directory.grantConsent(ids.clientId, { roles: ['User.Read.All'] })
  await tomorrow()
  expect(await read(id)).toMatchObject({ status: 'ready', warnings: [] })
  expect(await eventsOf('recovered', id)).toHaveLength(1)
  expect(await eventsOf('verify', id)).toHaveLength(before) // what changes nothing is no event
})

test('RP-19 S26 an account whose directory names a foreign issuer is failing and warns of it, and recovers when it no longer does', async () => {
  const { id } = await givenReady()
  impostor.changes = { issuer: 'https://evil.test/v2.0', token_endpoint: 'https://evil.test/token' }
  await tomorrow()
  const { status, warnings } = await read(id)
  expect([status, warnings]).toMatchObject([
    'failing',
    [{ code: 'check-failed', severity: 'critical', check: 'directory' }],
  ])
  expect(JSON.stringify(warnings)).not.toContain('evil.test')
  impostor.changes = undefined
  await tomorrow()
  expect(await read(id)).toMatchObject({ status: 'ready', warnings: [] })
})

test('S22 surplus permissions that are granted later become a warning and an event, and the account stays ready', async () => {
  const { id, directory, ids } = await givenReady()
  directory.grantConsent(ids.clientId, { roles: ['User.Read.All', 'Mail.Read'] })
  await tomorrow()
  expect(await read(id)).toMatchObject({
    status: 'ready',
    warnings: [{ code: 'check-warning', check: 'permissions', severity: 'warning' }],
  })
  expect(await eventsOf('findings-changed', id)).toHaveLength(1)
})

test('S26 disabled and draft accounts are not tested, and each account is tested by one replica', async () => {
  const { id } = await givenReady()
  const draft = await registry.givenAccount(tenantId, {})
  await registry.call(platform, 'PATCH', path(id), { status: 'disabled' })
  await tomorrow()
  expect(await read(id)).toMatchObject({ status: 'disabled', warnings: [{ code: 'switched-off' }] })
  expect((await read(draft.id)).lastVerifiedAt).toBeNull()

  const others = await Promise.all([1, 2, 3].map(() => givenReady()))
  registry.clock.offset += CHECK_EVERY_SECONDS * 1000 + 60_000
  const due = (await registry.ports.watch.listDue(registry.ports.now(), 100)).map((each) => each.id)
  const claims = await Promise.all(
    [1, 2, 3, 4].map(() => registry.ports.watch.claimDue(registry.ports.now(), 3600, due)),
  )
  const claimed = claims.flat().map(({ accountId }) => accountId)
  expect(new Set(claimed).size).toBe(claimed.length)
  expect(claimed).toEqual(expect.arrayContaining(others.map((other) => other.id)))
  expect(claimed).not.toContain(id)
})

test('T-130 an account whose directory does not answer delays the test of no other', async () => {
  const slow = await givenReady()
  const others = await Promise.all([1, 2, 3].map(() => givenReady()))
  const { promise: until, resolve: answer } = Promise.withResolvers<void>()
  impostor.delays = { directoryId: slow.ids.directoryId, until }
  registry.clock.offset += CHECK_EVERY_SECONDS * 1000 + 120_000
  await registry.pool.query('update registry.microsoft_account set next_check_at = created_at where id = $1', [slow.id])
  const before = Date.now() + registry.clock.offset
  const isTested = async ({ id }: { id: string }) => Date.parse((await read(id)).lastVerifiedAt) >= before
  const watching = watch()
  try {
    await expect.poll(() => Promise.all(others.map(isTested)), { timeout: 8_000 }).toEqual([true, true, true])
    expect(await isTested(slow)).toBe(false)
  } finally {
    answer()
    impostor.delays = undefined
    await watching
  }
})

test('T-141 an expiry that cannot be announced holds up no other, and is announced later', async () => {
  const [one, other] = [await givenReady(inDays(20)), await givenReady(inDays(20))]
  const barred = await registry.givenTenant()
  const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(20) }
  const { id } = await registry.givenAccount(barred, { credential })
  const bar = `alter table registry.expiry_notice add constraint barred check (tenant_id <> '${barred}') not valid`
  await registry.pool.query(bar)
  await announce()
  const told = () =>
    Promise.all([one.id, other.id, id].map(async (each) => (await eventsOf('credential-expiring', each)).length))
  expect(await told()).toEqual([1, 1, 0])
  expect(registry.said.join('')).toContain('the expiry of a credential was not announced')
  await registry.pool.query('alter table registry.expiry_notice drop constraint barred')
  await announce()
  expect(await told()).toEqual([1, 1, 1])
})

test('S51 metrics count accounts by status and credentials by the days they have left', async () => {
  await givenReady(inDays(10))
  const { body } = await registry.app.inject({ method: 'GET', url: '/metrics', headers: { host: '127.0.0.1' } })
  const value = (line: string) => Number(new RegExp(`^${line.replace(/[{}]/g, '\\$&')} (\\d+)$`, 'm').exec(body)?.[1])
  expect(value('jackfield_microsoft_accounts{status="ready",service="tenant-registry"}')).toBeGreaterThan(0)
  const within = (days: number) =>
    value(`jackfield_credentials_expiring{within_days="${days}",service="tenant-registry"}`)
  expect(within(14)).toBeGreaterThan(0)
  expect(within(60)).toBeGreaterThanOrEqual(within(14))
  expect(within(14)).toBeGreaterThan(within(7))
})
