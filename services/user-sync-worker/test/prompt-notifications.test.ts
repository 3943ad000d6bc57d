import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
beforeAll(async () => {
  // Nothing here comes from the schedule.
  platform = await startPlatform({ webhooks: true, scheduleEveryMs: 3_600_000 })
  await platform.work()
  const directoryId = addLargeDirectory(platform, 5)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  await vi.waitUntil(() => platform.emulator.subscriptions.all().length === 1, { timeout: 15_000 })
})
afterAll(() => platform.close())

const query = async (text: string) => (await platform.stores.pool.query(text, [tenant.accountId])).rows
const long = () => query(`update roster.account_sync set synced_at = now() - interval '1 minute' where account_id = $1`)
const runs = async () => (await platform.call('GET', `${tenant.api}/sync-runs?limit=500`)).body.items
const person = async (objectId: string) =>
  (await platform.roster(tenant.tenantId)).find((user) => user.object_id === objectId)

test('S45 a disablement that Microsoft tells is applied at once, without waiting for the schedule', async () => {
  const [{ id = '' } = {}] = directory.users()
  await long()
  directory.changeUser(id, { accountEnabled: false })
  await expect.poll(async () => (await person(id))?.status, { timeout: 20_000 }).toBe('disabled')
  expect((await runs())[0]).toMatchObject({ kind: 'delta', requestedBy: 'notification', status: 'succeeded' })
})

test('S44 a notified round that finds nothing is repeated within ten seconds: the change may come in the next', async () => {
  await long()
  const before = (await runs()).length
  const [subscription] = platform.emulator.subscriptions.all()
  const { rows } = await platform.stores.pool.query(
    'select next_delta_at from roster.account_sync where account_id = $1',
    [tenant.accountId],
  )
  expect(rows[0].next_delta_at.getTime()).toBeGreaterThan(Date.now() + 60_000)
  const { id, clientState } = subscription ?? {}
  const value = [
    { subscriptionId: id, tenantId: directory.id, clientState, changeType: 'updated', resource: 'users/x' },
  ]
  const url = `/webhooks/graph/${tenant.accountId}`
  expect((await platform.app.inject({ method: 'POST', url, payload: { value } })).statusCode).toBe(202)
  await expect.poll(async () => (await runs()).length, { timeout: 20_000 }).toBe(before + 1)
  await expect.poll(async () => (await runs())[0].status, { timeout: 20_000 }).toBe('succeeded')
  const [kept] = await query(
    'select next_delta_at <= now() + interval $$10 seconds$$ as soon from roster.account_sync where account_id = $1',
  )
  expect(kept.soon).toBe(true)
})
