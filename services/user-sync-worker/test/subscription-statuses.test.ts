import type { NotificationHealth } from '@jackfield/contract/microsoft/notification-health'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// What Graph answers about a subscription is read by its status first; only a success and its own 404 mean that one is
// gone.

const SERVICE = { scope: 'platform', role: 'service' } as const
const ONE = '^/v1\\.0/subscriptions/'
const refused = (status: number) => ({ kind: 'refuse', status, ...(status === 429 && { retryAfter: 1 }) }) as const
const REFUSALS = [401, 403, 429, 503].map((status) => [`a refusal with ${status}`, refused(status)] as const)
const PAGES = [200, 403, 404, 502].map(
  (status) => [`a proxy’s page with ${status}`, { kind: 'foreign-answer', status }] as const,
)

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directoryId: string
const said: string[] = []
beforeAll(async () => {
  platform = await startPlatform({ webhooks: true, said })
  await platform.work()
})
beforeEach(async () => {
  directoryId = addLargeDirectory(platform, 1)
  tenant = platform.connectedTenant(directoryId)
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  await expect.poll(() => ids().length, { timeout: 15_000 }).toBe(1)
  await expect.poll(async () => (await health())?.until ?? null, { timeout: 15_000 }).not.toBeNull()
})
afterEach(() => platform.emulator.faults.clear())
afterAll(() => platform.close())

const ids = () =>
  platform.emulator.subscriptions.all().flatMap((each) => (each.directoryId === directoryId ? [each.id] : []))
const internal = () => `/internal/tenants/${tenant.tenantId}/microsoft-accounts/${tenant.accountId}`
async function health(): Promise<NotificationHealth['subscription']> {
  return (await platform.call('POST', `${internal()}/notification-check`, undefined, SERVICE)).body.subscription
}
const set = (columns: string) =>
  platform.stores.pool.query(`update roster.subscription set ${columns} where account_id = $1`, [tenant.accountId])
const failures = async () =>
  (
    await platform.stores.pool.query('select failures from roster.subscription where account_id = $1', [
      tenant.accountId,
    ])
  ).rows[0].failures

test.each([...REFUSALS, ...PAGES])(
  'FC-33 %s of the end of a silent subscription leaves it what it is; it is tried again, and there is never a second one',
  async (_, effect) => {
    const [old] = ids()
    platform.emulator.faults.plan({ path: ONE, method: 'DELETE', effect })
    await set('is_quiet = true, renew_at = now(), not_before = now()')
    await expect.poll(failures, { timeout: 15_000 }).toBeGreaterThanOrEqual(1)
    expect(ids()).toEqual([old])
    platform.emulator.faults.clear()
    await set('not_before = now()')
    await expect.poll(() => ids().includes(old ?? ''), { timeout: 15_000 }).toBe(false)
    await expect.poll(() => ids().length, { timeout: 15_000 }).toBe(1)
    await expect.poll(failures, { timeout: 15_000 }).toBe(0)
  },
)

test.each([...REFUSALS, ...PAGES])(
  'FC-33 %s of the end of a disconnected account’s subscription is told: it was left to expire',
  async (_, effect) => {
    platform.emulator.faults.plan({ path: ONE, method: 'DELETE', effect })
    said.length = 0
    expect((await platform.call('POST', `${internal()}/disconnect`, undefined, SERVICE)).status).toBe(200)
    expect(said.filter((line) => line.includes('left to expire') && line.includes(tenant.accountId))).toHaveLength(1)
  },
)

test.each([
  ['its own 404', { kind: 'refuse', status: 404, code: 'ResourceNotFound' }],
  ['a 404 without a body', { kind: 'foreign-answer', status: 404, body: '' }],
] as const)('FC-33 FC-35 %s means that a subscription is gone: a new one is made', async (_, effect) => {
  const [old] = ids()
  platform.emulator.subscriptions.remove(old ?? '')
  platform.emulator.faults.plan({ path: ONE, method: 'PATCH', effect })
  await set('renew_at = now(), not_before = now()')
  await expect.poll(() => ids().length, { timeout: 15_000 }).toBe(1)
  expect(ids()).not.toEqual([old])
})

test.each(PAGES)(
  'FC-35 %s in place of a renewal is told as what it is, and makes no second subscription',
  async (_, effect) => {
    const before = ids()
    platform.emulator.faults.plan({ path: ONE, method: 'PATCH', effect })
    await set('renew_at = now(), not_before = now()')
    await expect.poll(async () => (await health())?.failure ?? null, { timeout: 15_000 }).not.toBeNull()
    const { failure } = (await health()) ?? {}
    expect(failure).toMatchObject({ kind: 'unavailable', words: expect.stringContaining('not Microsoft Graph’s') })
    expect(ids()).toEqual(before)
  },
)

test('FC-35 an empty success in place of a new subscription is told as what it is', async () => {
  platform.emulator.faults.plan({
    path: '^/v1\\.0/subscriptions$',
    method: 'POST',
    effect: { kind: 'foreign-answer', status: 201, body: '' },
  })
  await set('subscription_id = null, renew_at = now(), not_before = now()')
  await expect
    .poll(async () => (await health())?.failure ?? null, { timeout: 15_000 })
    .toMatchObject({
      kind: 'unavailable',
      words: expect.stringContaining('not Microsoft Graph’s'),
    })
})

test('FC-35 a proxy’s page with 403 in place of the users is not taken for a missing permission', async () => {
  platform.emulator.faults.plan({ path: '^/v1\\.0/users$', effect: { kind: 'foreign-answer', status: 403 } })
  const { status, body } = await platform.call(
    'GET',
    `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users`,
  )
  expect([status, body.code, body.detail]).toEqual([
    503,
    'microsoft-unavailable',
    expect.stringContaining('not Microsoft Graph’s'),
  ])
})

test.each(['not a date', '2001-01-01T00:00:00Z', '9999-12-31T00:00:00Z'])(
  'T-125 FC-33 a subscription whose end is told as %j is kept, renewed in time, and never doubled',
  async (told) => {
    const [old] = ids()
    platform.gate.rewrite = (body) =>
      body.replace(/("expirationDateTime":)"[^"]*"/, (_, name: string) => `${name}${JSON.stringify(told)}`)
    await set("renew_at = now(), not_before = now(), expires_at = '2001-01-01'")
    await expect
      .poll(async () => Date.parse((await health())?.until ?? '') - Date.now(), { timeout: 15_000 })
      .toBeGreaterThan(1_800_000)
    platform.gate.rewrite = undefined
    const text = `select renew_at > now() + interval '20 minutes' and renew_at < now() + interval '4 days' as "isInTime"
      from roster.subscription where account_id = $1`
    expect((await platform.stores.pool.query(text, [tenant.accountId])).rows).toEqual([{ isInTime: true }])
    expect(ids()).toEqual([old])
  },
)
