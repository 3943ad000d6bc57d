import { randomUUID } from 'node:crypto'
import { NotificationHealth } from '@jackfield/contract/microsoft/notification-health'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const SERVICE = { scope: 'platform', role: 'service' } as const
/** As Graph says it. */
const WORDS =
  'Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directoryId: string
beforeAll(async () => {
  platform = await startPlatform({ webhooks: true })
  await platform.work()
})
beforeEach(() => {
  platform.emulator.faults.clear()
  platform.emulator.subscriptions.limits.perAppAndTenant = 100
  directoryId = addLargeDirectory(platform, 2)
  tenant = platform.connectedTenant(directoryId)
})
afterAll(() => platform.close())

const pathOf = (accountId: string) =>
  `/internal/tenants/${tenant.tenantId}/microsoft-accounts/${accountId}/notification-check`
async function check(accountId = tenant.accountId): Promise<NotificationHealth> {
  const { status, body } = await platform.call('POST', pathOf(accountId), undefined, SERVICE)
  expect(status).toBe(200)
  return NotificationHealth.parse(body)
}
const failure = async () => (await check()).subscription?.failure ?? null
const until = async () => (await check()).subscription?.until ?? null
const follow = () => platform.runImport(tenant, { all: true, sync: true, sso: true })
const refuse = (code: string, message: string, status = 400) =>
  platform.emulator.faults.plan({
    path: '^/v1\\.0/subscriptions$',
    method: 'POST',
    effect: { kind: 'refuse', status, code, message },
  })
const shift = (column: string, seconds: number) =>
  platform.stores.pool.query(
    `update roster.subscription set ${column} = ${column} + make_interval(secs => $2) where account_id = $1`,
    [tenant.accountId, seconds],
  )

test('S44 an account through which nobody was imported has no subscription, nor has one of another tenant', async () => {
  expect(await check()).toEqual({ isConfigured: true, subscription: null })
  await follow()
  const { accountId } = tenant
  await expect.poll(until, { timeout: 15_000 }).not.toBeNull()
  tenant = platform.connectedTenant(directoryId)
  expect(await check(accountId)).toEqual({ isConfigured: true, subscription: null })
  expect(await check(randomUUID())).toEqual({ isConfigured: true, subscription: null })
})

test('S44 T-90 it is told to services alone', async () => {
  for (const role of ['admin', 'read', 'hand-over'] as const)
    expect(
      (await platform.call('POST', pathOf(tenant.accountId), undefined, { scope: tenant.tenantId, role })).status,
    ).toBe(403)
})

test('S44 a healthy subscription: since when, until when, and when Graph last told of a change', async () => {
  const began = Date.now() - 1_000
  await follow()
  await expect.poll(until, { timeout: 15_000 }).not.toBeNull()
  const { isConfigured, subscription } = await check()
  expect([isConfigured, subscription]).toMatchObject([true, { lastNotifiedAt: null, isQuiet: false, failure: null }])
  expect(Date.parse(subscription?.since ?? '')).toBeGreaterThan(began)
  expect(Date.parse(subscription?.until ?? '')).toBeGreaterThan(began + 6 * 86_400_000)
  const directory = platform.emulator.directory(directoryId)
  directory.changeUser(directory.users()[0]?.id ?? '', { displayName: 'Renamed' })
  await expect
    .poll(async () => (await check()).subscription?.lastNotifiedAt ?? null, { timeout: 15_000 })
    .not.toBeNull()
  expect((await check()).subscription?.since).toBe(subscription?.since)
})

test('S44 an address that Graph could not reach is told in Graph’s own words, and tried again soon after somebody asked', async () => {
  refuse('ValidationError', `${WORDS}\r\n\u202e${'x'.repeat(500)}`)
  await follow()
  await expect.poll(failure, { timeout: 15_000 }).not.toBeNull()
  const told = await check()
  expect(told.subscription).toMatchObject({
    until: null,
    since: null,
    failure: { kind: 'address-unreachable', code: 'ValidationError' },
  })
  expect(told.subscription?.failure?.words).toMatch(
    /^Subscription validation request failed\. [\w .]{0,80}request\. x+$/,
  )
  expect(told.subscription?.failure?.words).toHaveLength(300)
  expect(Date.now() - Date.parse(told.subscription?.failure?.at ?? '')).toBeLessThan(30_000)

  // After many failures the next attempt is far away, but for whoever asks.
  platform.emulator.faults.clear()
  await shift('not_before', 3_600)
  await shift('failed_at', -60)
  await check()
  await expect.poll(until, { timeout: 15_000 }).not.toBeNull()
  expect(await failure()).toBeNull()
})

test('S44 SY-07 a wait that Graph asked for is kept, whoever asks', async () => {
  platform.emulator.faults.plan({
    path: '^/v1\\.0/subscriptions$',
    method: 'POST',
    effect: { kind: 'refuse', status: 429, retryAfter: 600 },
  })
  await follow()
  await expect.poll(failure, { timeout: 15_000 }).toMatchObject({ kind: 'throttled', code: null, words: null })
  platform.emulator.faults.clear()
  await shift('failed_at', -60)
  await check()
  const { rows } = await platform.stores.pool.query(
    `select not_before > now() + interval '500 seconds' as waits from roster.subscription where account_id = $1`,
    [tenant.accountId],
  )
  expect(rows).toEqual([{ waits: true }])
})

test('S44 a quota at Graph is told from a missing permission', async () => {
  platform.emulator.subscriptions.limits.perAppAndTenant = 0
  await follow()
  await expect
    .poll(failure, { timeout: 15_000 })
    .toMatchObject({ kind: 'limit-reached', words: expect.stringContaining('limit reached') })
  platform.emulator.subscriptions.limits.perAppAndTenant = 100
  refuse('Authorization_RequestDenied', 'Insufficient privileges to complete the operation.', 403)
  await shift('not_before', -3_600)
  await expect
    .poll(failure, { timeout: 15_000 })
    .toMatchObject({ kind: 'not-permitted', code: 'Authorization_RequestDenied' })
})

test('S44 a renewal that fails is told while the subscription still lives', async () => {
  await follow()
  await expect.poll(until, { timeout: 15_000 }).not.toBeNull()
  platform.emulator.faults.plan({
    path: '^/v1\\.0/subscriptions/',
    method: 'PATCH',
    effect: { kind: 'refuse', status: 503 },
  })
  await platform.stores.pool.query('update roster.subscription set renew_at = now() where account_id = $1', [
    tenant.accountId,
  ])
  await expect.poll(failure, { timeout: 20_000 }).toMatchObject({ kind: 'unavailable' })
  expect(await until()).not.toBeNull()
})

test('S44 an address that really does not answer the handshake is found out by the emulator’s own attempt', async () => {
  platform.emulator.notifications.settings.answerWithinMilliseconds = 0
  await follow()
  await expect
    .poll(failure, { timeout: 15_000 })
    .toMatchObject({ kind: 'address-unreachable', words: expect.stringMatching(/could not be reached/) })
  platform.emulator.notifications.settings.answerWithinMilliseconds = 10_000
})

test('S44 where no address is set, that is told', async () => {
  const other = await startPlatform()
  const { tenantId, accountId } = other.connectedTenant()
  const path = `/internal/tenants/${tenantId}/microsoft-accounts/${accountId}/notification-check`
  expect((await other.call('POST', path, undefined, SERVICE)).body).toEqual({ isConfigured: false, subscription: null })
  await other.close()
})
