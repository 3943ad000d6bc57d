import { randomUUID } from 'node:crypto'
import { JACKFIELD_CLIENT_ID } from '@jackfield/m365-emulator/demo/contoso'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { scheduleSyncRuns } from '../src/jobs/enqueue-sync-runs.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// FC-39: a directory for customers refuses users/delta. It is imported by its listing, and compared by the clock.

const EVERYBODY = { all: true, sync: true, sso: true }

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let ids: string[]
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(() => {
  const domain = `${randomUUID()}.example`
  ids = [randomUUID(), randomUUID(), randomUUID()]
  directory = platform.emulator.addDirectory({
    id: randomUUID(),
    displayName: 'Customers',
    domains: [domain],
    usersDelta: false,
    users: ids.map((id, index) => ({ id, userPrincipalName: `u${index}@${domain}`, displayName: `User ${index}` })),
    grants: [{ appId: JACKFIELD_CLIENT_ID, roles: ['User.Read.All'] }],
  })
  tenant = platform.connectedTenant(directory.id)
})
afterAll(() => platform.close())

const runs = async () => (await platform.call('GET', `${tenant.api}/sync-runs`)).body.items
const due = (column: string) =>
  platform.stores.pool.query(
    `update roster.account_sync set ${column} = now() - interval '1 minute' where account_id = $1`,
    [tenant.accountId],
  )
async function linkOf(): Promise<unknown> {
  const text = 'select delta_link from roster.account_sync where account_id = $1'
  return (await platform.stores.pool.query(text, [tenant.accountId])).rows[0]?.delta_link
}
const statuses = async () =>
  new Map((await platform.roster(tenant.tenantId)).map(({ object_id: id, status }) => [id, status]))

test.each([
  ['everybody', () => EVERYBODY, 3],
  ['chosen people', () => ({ users: [{ id: ids[0], sync: true, sso: true }] }), 1],
])('FC-39 an import of %s succeeds without changes, and keeps no delta link', async (_, request, created) => {
  expect(await platform.runImport(tenant, request())).toMatchObject({ status: 'succeeded', counts: { created } })
  expect(await linkOf()).toBeNull()
})

test('FC-39 S45 what is due by the clock, or asked for, is a full comparison that finds leavers', async () => {
  await platform.runImport(tenant, EVERYBODY)
  directory.disableUser(ids[0] ?? '')
  await due('next_delta_at')
  await expect.poll(async () => (await statuses()).get(ids[0]), { timeout: 15_000 }).toBe('disabled')
  expect(await runs()).toMatchObject([{ kind: 'full', requestedBy: 'schedule' }, { kind: 'import' }])

  directory.purgeUser(ids[1] ?? '')
  const { body } = await platform.call('POST', `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`, {
    mode: 'delta',
  })
  expect(await platform.finishedRun(tenant.api, body.runId)).toMatchObject({
    kind: 'full',
    status: 'succeeded',
    counts: { deleted: 1 },
  })
})

test('FC-39 a notification causes no full comparison: the next one by the clock finds the change', async () => {
  await platform.runImport(tenant, EVERYBODY)
  directory.disableUser(ids[0] ?? '')
  await due('hinted_at')
  await scheduleSyncRuns(platform.ports)()
  expect(await runs()).toHaveLength(1)
  await due('next_delta_at')
  await expect.poll(async () => (await statuses()).get(ids[0]), { timeout: 15_000 }).toBe('disabled')
  expect(await runs()).toHaveLength(2)
})

test('FC-39 a directory that tells no changes any more is compared in full', async () => {
  await platform.runImport(tenant, EVERYBODY)
  await platform.stores.pool.query(
    `update roster.account_sync set delta_link = '$select=id&$deltatoken=x' where account_id = $1`,
    [tenant.accountId],
  )
  directory.disableUser(ids[2] ?? '')
  await due('next_delta_at')
  await expect.poll(async () => (await statuses()).get(ids[2]), { timeout: 15_000 }).toBe('disabled')
})

test('FC-39 T-125 an empty 429 at the token endpoint is waited for', async () => {
  const other = platform.connectedTenant(directory.id)
  platform.emulator.faults.plan({
    path: '/oauth2/v2\\.0/token$',
    effect: { kind: 'foreign-answer', status: 429, body: '' },
  })
  const { body } = await platform.call('POST', other.imports, EVERYBODY)
  const run = async () => (await platform.call('GET', `${other.api}/sync-runs/${body.runId}`)).body
  await expect.poll(async () => (await run()).waiting?.reason, { timeout: 15_000 }).toBe('microsoft-throttled')
  expect(Date.parse((await run()).waiting.until)).toBeGreaterThan(Date.now() + 3_000)
  platform.emulator.faults.clear()
  await platform.stores.pool.query('update roster.sync_run set not_before = null where id = $1', [body.runId])
  expect(await platform.finishedRun(other.api, body.runId)).toMatchObject({ status: 'succeeded' })
})
