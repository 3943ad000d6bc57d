import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const SERVICE = { scope: 'platform', role: 'service' } as const

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({ webhooks: true })
  await platform.work()
})
afterAll(() => platform.close())

async function givenAccount() {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, 3))
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  const [user] = (await platform.call('GET', `${tenant.api}/users`)).body.items
  const system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
  await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, { items: [{ number: '101' }] })
  await platform.call('PUT', `${tenant.api}/users/${user.id}/bindings/${system.id}`, { extension: '101' })
  const subscriptions = () =>
    platform.emulator.subscriptions.all().filter(({ notificationUrl }) => notificationUrl.includes(tenant.accountId))
  await expect.poll(() => subscriptions().length, { timeout: 15_000 }).toBe(1)
  const left = async () => {
    const text = `select (select count(*)::int from roster.subscription where account_id = $1 and subscription_id is not null) as subscribed,
      (select count(*)::int from roster.account_sync where account_id = $1) as followed`
    return (await platform.stores.pool.query(text, [tenant.accountId])).rows[0]
  }
  await expect.poll(left, { timeout: 15_000 }).toEqual({ subscribed: 1, followed: 1 })
  return {
    ...tenant,
    user,
    subscriptions,
    left,
    internal: `/internal/tenants/${tenant.tenantId}/microsoft-accounts/${tenant.accountId}`,
  }
}

test('S49 what hangs on an account is shown; disconnected, users keep their extensions, SSO and the subscription end', async () => {
  const account = await givenAccount()
  const sample = ['Person user00000', 'Person user00001', 'Person user00002'].map((displayName) => ({
    userId: expect.any(String),
    displayName,
  }))
  const hanging = { users: 3, sso: 3, bound: 1, sample }
  expect((await platform.call('GET', `${account.internal}/roster`, undefined, SERVICE)).body).toEqual(hanging)
  expect((await platform.call('GET', `${account.internal}/roster`)).status).toBe(403)
  expect((await platform.call('POST', `${account.internal}/disconnect`, undefined, SERVICE)).body).toEqual(hanging)
  expect(account.subscriptions()).toEqual([])
  expect(await account.left()).toEqual({ subscribed: 0, followed: 0 })
  const entry = (
    await platform.call(
      'GET',
      `/internal/tenants/${account.tenantId}/phone-users/${account.user.id}`,
      undefined,
      SERVICE,
    )
  ).body
  expect(entry).toMatchObject({
    status: 'active',
    sso: false,
    bindings: [{ extension: '101' }],
    sessionsValidAfter: expect.any(String),
  })
  // Once more changes nothing, and another account's people are left alone.
  expect((await platform.call('POST', `${account.internal}/disconnect`, undefined, SERVICE)).body).toEqual({
    ...hanging,
    sso: 0,
  })
  const events = () =>
    [...platform.registry.auditEvents.values()].filter(
      ({ action, target }) => action === 'users.disconnect' && target === account.accountId,
    )
  await expect.poll(() => events().length, { timeout: 10_000 }).toBe(1)
})

test('S49 T-92 open runs of a disconnected account end and write nothing more', async () => {
  const account = await givenAccount()
  const directoryId = platform.registry.connections.get(account.accountId)?.directoryId ?? ''
  const run = {
    tenantId: account.tenantId,
    accountId: account.accountId,
    directoryId,
    requestedBy: 'test',
    request: { mode: 'full' } as const,
  }
  const { job } = await platform.ports.runs.create(run, platform.entryOf(account.tenantId))
  const lease = await platform.ports.leases.take(job)
  await platform.call('POST', `${account.internal}/disconnect`, undefined, SERVICE)
  if (lease) expect(await platform.ports.endings.finish(lease)).toBe(false)
  expect((await platform.call('GET', `${account.api}/sync-runs/${job.runId}`)).body).toMatchObject({
    status: 'cancelled',
    error: { code: 'account-removed' },
  })
  expect(await account.left()).toEqual({ subscribed: 0, followed: 0 })
})

test('S49 an account that is gone without a word is noticed by its next run, and ends in the same way', async () => {
  const account = await givenAccount()
  platform.registry.connections.delete(account.accountId)
  await platform.stores.pool.query('update roster.account_sync set next_delta_at = now() where account_id = $1', [
    account.accountId,
  ])
  await expect.poll(account.left, { timeout: 15_000 }).toEqual({ subscribed: 0, followed: 0 })
  expect((await platform.roster(account.tenantId)).map(({ sso, status }) => [sso, status])).toEqual(
    Array(3).fill([false, 'active']),
  )
  expect((await platform.call('GET', `${account.api}/sync-runs`)).body.items[0]).toMatchObject({
    status: 'failed',
    error: { code: 'account-not-found' },
  })
})
