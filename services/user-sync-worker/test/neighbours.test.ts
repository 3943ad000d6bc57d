import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, SLOTS, startPlatform } from './support/platform.ts'

/** The accounts that one tenant has of one registration. */
const MANY = 55
const EVERYBODY = { all: true, sync: true, sso: true }

let platform: Platform
beforeEach(async () => {
  // Only the schedule and the end of a slice bring a run to a worker.
  platform = await startPlatform({ webhooks: true, reconcileEveryMs: 600_000 })
})
afterEach(() => platform.close())

const statusOf = async (tenantId: string, objectId: string | undefined) =>
  (
    await platform.stores.pool.query('select status from roster.phone_user where tenant_id = $1 and object_id = $2', [
      tenantId,
      objectId,
    ])
  ).rows[0]?.status

async function runsOf(tenantId: string, status: string): Promise<number> {
  const text = 'select count(*)::int as runs from roster.sync_run where tenant_id = $1 and status = $2'
  return (await platform.stores.pool.query(text, [tenantId, status])).rows[0].runs
}

/** A tenant whose many accounts all compare a directory of which Graph answers nothing until `release`. */
async function givenManyComparisons() {
  const directoryId = addLargeDirectory(platform, 20)
  const { tenantId, accountId, api, imports } = platform.connectedTenant(directoryId)
  const others = Array.from({ length: MANY - 1 }, () => platform.addAccount(tenantId, directoryId))
  expect(await platform.runImport({ api, imports }, EVERYBODY)).toMatchObject({ status: 'succeeded' })
  await platform.stores.pool.query(
    `insert into roster.account_sync (account_id, tenant_id, directory_id, delta_link, next_delta_at, next_full_at)
     select other, tenant_id, directory_id, delta_link, next_delta_at, next_full_at
     from roster.account_sync, unnest($2::uuid[]) other where account_id = $1`,
    [accountId, others],
  )
  const before = await runsOf(tenantId, 'succeeded')
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  platform.gate.hold(directoryId, released)
  const compare = async (kind: 'full' | 'delta') => {
    for (const each of [accountId, ...others]) {
      const { status } = await platform.call('POST', `${api}/microsoft-accounts/${each}/resyncs`, { mode: kind })
      expect(status).toBe(202)
    }
  }
  return { tenantId, compare, release, done: async () => (await runsOf(tenantId, 'succeeded')) - before }
}

/** A tenant with imported people and a subscription to their changes. */
async function givenNeighbour() {
  const directoryId = addLargeDirectory(platform, 10)
  const tenant = platform.connectedTenant(directoryId)
  const directory = platform.emulator.directory(directoryId)
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ status: 'succeeded' })
  const subscriptions = () => platform.emulator.subscriptions.all().filter((each) => each.directoryId === directoryId)
  await vi.waitFor(() => expect(subscriptions()).toHaveLength(1), { timeout: 15_000 })
  return { ...tenant, directory }
}

test.each(['full', 'delta'] as const)(
  'FC-49 T-130 a disablement reaches another tenant while 55 accounts of one tenant have a %s run, and their runs follow one another',
  { timeout: 60_000 },
  async (kind) => {
    await platform.work()
    const neighbour = await givenNeighbour()
    const many = await givenManyComparisons()
    await many.compare(kind)
    const { ofTenant } = kind === 'full' ? SLOTS.listings : SLOTS.deltas
    await vi.waitFor(async () => expect(await runsOf(many.tenantId, 'running')).toBeGreaterThanOrEqual(ofTenant), {
      timeout: 10_000,
    })

    const [leaver] = neighbour.directory.users()
    neighbour.directory.disableUser(leaver?.id ?? '')
    await vi.waitFor(async () => expect(await statusOf(neighbour.tenantId, leaver?.id)).toBe('disabled'), {
      timeout: 10_000,
    })
    // By its own notification, not after them: none of theirs has ended, and they hold no more than their slots.
    expect(await runsOf(many.tenantId, 'running')).toBe(ofTenant)
    expect(await runsOf(many.tenantId, 'queued')).toBe(MANY - ofTenant)

    many.release()
    await vi.waitFor(async () => expect(await many.done()).toBe(MANY), { timeout: 30_000 })
  },
)

test('T-130 a new tenant is subscribed while Microsoft answers nothing about 55 accounts of another', async () => {
  await platform.work()
  await givenManyComparisons()
  const isAsked = () => platform.gate.requests.filter(({ path }) => path.endsWith('/subscriptions')).length > 2
  await vi.waitFor(() => expect(isAsked()).toBe(true), { timeout: 10_000 })
  await givenNeighbour()
})

test('FC-49 T-130 another tenant’s import finds a slot while 55 accounts of one tenant are compared', async () => {
  await platform.work()
  const many = await givenManyComparisons()
  await many.compare('full')
  const isBusy = async () => (await runsOf(many.tenantId, 'running')) >= SLOTS.listings.ofTenant
  await vi.waitFor(async () => expect(await isBusy()).toBe(true), { timeout: 10_000 })
  const other = platform.connectedTenant(addLargeDirectory(platform, 10))
  expect(await platform.runImport(other, EVERYBODY)).toMatchObject({ status: 'succeeded' })
  expect(await many.done()).toBe(0)
  many.release()
})
