import type { ImportRules } from '@jackfield/contract/microsoft/import-rule'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { postgresSubscriptions } from '../src/adapters/notifications/postgres-subscriptions.ts'
import type { Lease } from '../src/sync-run-ports.ts'
import { holdGraph } from './support/held-graph.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// Marks that ask for a run, or for a subscription, while the one before is still under way.

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let ids: string[]
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(() => {
  const directoryId = addLargeDirectory(platform, 12)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  ids = directory.users().map((user) => user.id)
  for (const id of ids.slice(0, 4)) directory.changeUser(id, { department: 'Sales' })
})
afterAll(() => platform.close())

const query = async (text: string) => (await platform.stores.pool.query(text, [tenant.accountId])).rows
const account = () => `${tenant.api}/microsoft-accounts/${tenant.accountId}`
const rulesFor = (department: string): ImportRules => ({ items: [{ department, sso: true }], leavers: 'keep' })
async function put(rules: ImportRules) {
  expect((await platform.call('PUT', `${account()}/import-rules`, rules)).status).toBe(200)
}
const runs = async () => (await platform.call('GET', `${tenant.api}/sync-runs`)).body.items
const synced = async () =>
  (await platform.roster(tenant.tenantId)).filter(({ sync }) => sync).map(({ object_id: id }) => id)
const importOne = () => platform.runImport(tenant, { users: [{ id: ids[11], sync: true, sso: true }] })
async function during(mode: 'delta' | 'full', work: () => Promise<unknown>) {
  const held = holdGraph(platform.gate)
  const { body } = await platform.call('POST', `${account()}/resyncs`, { mode })
  await held.reached
  await work()
  held.release()
  return platform.finishedRun(tenant.api, body.runId)
}

describe('T-127 the end of a full comparison leaves', () => {
  test('FC-26 rules that were put while it ran: a run by the new rules follows', async () => {
    await importOne()
    const first = await during('full', () => put(rulesFor('Sales')))
    expect(first).toMatchObject({ kind: 'full', status: 'succeeded', counts: { created: 0 } })
    await expect.poll(synced, { timeout: 15_000 }).toEqual([...ids.slice(0, 4), ids[11] ?? ''].sort())
    await expect.poll(async () => (await runs())[0], { timeout: 15_000 }).toMatchObject({ status: 'succeeded' })
    // Nobody wished for a third one.
    expect((await runs()).map(({ kind }: { kind: string }) => kind)).toEqual(['full', 'full', 'import'])
    expect(await query('select next_full_at > now() as later from roster.account_sync where account_id = $1')).toEqual([
      { later: true },
    ])
  })

  test('FC-26 the first rules of an account that nobody imported from', async () => {
    const held = holdGraph(platform.gate)
    await platform.call('POST', `${account()}/resyncs`, { mode: 'full' })
    await held.reached
    await put(rulesFor('Sales'))
    held.release()
    await expect.poll(synced, { timeout: 15_000 }).toEqual(ids.slice(0, 4).sort())
  })

  test('FC-26 rules that were put while a delta became a full comparison', async () => {
    await importOne()
    directory.expireDeltaTokens()
    await during('delta', () => put(rulesFor('Sales')))
    await expect.poll(synced, { timeout: 15_000 }).toEqual([...ids.slice(0, 4), ids[11] ?? ''].sort())
  })

  test('T-83 that Microsoft missed notifications', async () => {
    await importOne()
    await during('full', () => platform.ports.subscriptions.follow(tenant.accountId, 'missed'))
    const kinds = async () => (await runs()).map(({ kind }: { kind: string }) => kind)
    await expect.poll(kinds, { timeout: 15_000 }).toEqual(['full', 'full', 'import'])
  })

  test('S44 that a notification announced a change', async () => {
    await importOne()
    const hint = 'update roster.account_sync set hinted_at = now() where account_id = $1'
    await during('full', () => query(hint))
    const asked = async () => (await runs()).map(({ requestedBy }: { requestedBy: string }) => requestedBy)
    await expect.poll(asked, { timeout: 15_000 }).toEqual(['notification', 'test', 'test'])
  })
})

test('FC-26 a run follows the rules that it began with to its end', async () => {
  const { leases, runs: kept } = platform.ports
  await put(rulesFor('Sales'))
  await expect.poll(async () => (await runs())[0]?.status, { timeout: 15_000 }).toBe('succeeded')
  const { tenantId, accountId } = tenant
  const run = {
    tenantId,
    accountId,
    directoryId: directory.id,
    requestedBy: 'test',
    request: { mode: 'full' } as const,
  }
  const { job } = await kept.create(run, platform.entryOf(tenantId))
  const first = (await leases.take(job)) as Lease
  await platform.ports.leases.setTotal(first, 12)
  await query(`update roster.sync_run set checkpoint = 'list' where status = 'running' and account_id = $1`)
  await put(rulesFor('Support'))
  await leases.release(first, 0)
  const second = (await leases.take(job)) as Lease
  expect(second.rules).toEqual(rulesFor('Sales'))
  expect(second.fullWishes).toBe(first.fullWishes)
  // A run that begins again takes the present ones.
  await platform.ports.endings.restart(second)
  const third = (await leases.take(job)) as Lease
  expect(third.rules).toEqual(rulesFor('Support'))
  expect(third.fullWishes).toBe(first.fullWishes + 1)
  await platform.ports.endings.finish(third)
})

describe('T-127 the end of a renewal leaves', () => {
  const subscriptions = () => postgresSubscriptions(platform.stores.pool)
  const subscription = { id: crypto.randomUUID(), expiresAt: new Date(Date.now() + 3_600_000) }
  const claim = async () => (await subscriptions().claim([tenant.accountId]))[0]
  async function claimed() {
    await importOne()
    for (;;) {
      await subscriptions().listDue(50) // which adds those that are missing
      const ours = await claim()
      if (ours) return ours
    }
  }
  const isDue = async () =>
    (await query('select renew_at <= now() as due from roster.subscription where account_id = $1'))[0]

  test.each(['reauthorizationRequired', 'subscriptionRemoved'] as const)('T-83 %s', async (event) => {
    const ours = await claimed()
    await subscriptions().follow(tenant.accountId, event)
    // The claim stands: nobody else subscribes at the same moment.
    expect(await claim()).toBeUndefined()
    await subscriptions().keep(ours, subscription, false)
    expect(await isDue()).toEqual({ due: true })
    const again = await claim()
    await subscriptions().keep(again ?? ours, subscription, false)
    expect(await isDue()).toEqual({ due: false })
  })

  test('S44 that the subscription is silent', async () => {
    await importOne()
    await subscriptions().keep(await claimed(), subscription, false)
    await query(`update roster.subscription set renew_at = now(), quiet_rounds = 1 where account_id = $1`)
    const ours = await claim()
    directory.changeUser(ids[11] ?? '', { displayName: 'Renamed' })
    await query(`update roster.account_sync set next_delta_at = now() where account_id = $1`)
    const isQuiet = async () => (await query('select is_quiet from roster.subscription where account_id = $1'))[0]
    await expect.poll(isQuiet, { timeout: 15_000 }).toEqual({ is_quiet: true })
    if (ours) await subscriptions().keep(ours, subscription, false)
    expect(await isQuiet()).toEqual({ is_quiet: true })
    expect(await isDue()).toEqual({ due: true })
  })
})
