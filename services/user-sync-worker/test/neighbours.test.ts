import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, SLOTS, startPlatform } from './support/platform.ts'

/** The accounts that one tenant has of one registration. */
const MANY = 55
const PATIENCE_MS = 60_000
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

/** Of the runs that this test asked for: how many are worked on now, and how many have succeeded. */
async function manyRuns(tenantId: string): Promise<{ leased: number; succeeded: number }> {
  const text = `select count(*) filter (where status = 'running' and lease_expires_at > now())::int as leased,
      count(*) filter (where status = 'succeeded')::int as succeeded
    from roster.sync_run where tenant_id = $1 and requested_by = 'many'`
  return (await platform.stores.pool.query(text, [tenantId])).rows[0]
}

/** As a notification marks the account, and again should that one get lost on a busy machine. */
async function notify(tenantId: string): Promise<void> {
  const text = `update roster.account_sync set hinted_at = coalesce(hinted_at, now() - interval '2 seconds') where tenant_id = $1`
  await platform.stores.pool.query(text, [tenantId])
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
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  platform.gate.hold(directoryId, released)
  const compare = async (mode: 'full' | 'delta') => {
    const { runs, queue } = platform.ports
    for (const each of [accountId, ...others]) {
      const run = { tenantId, accountId: each, directoryId, requestedBy: 'many', request: { mode } }
      await queue.enqueue(await runs.create(run, platform.entryOf(tenantId)))
    }
  }
  return { tenantId, compare, release, runs: () => manyRuns(tenantId) }
}

/** A tenant with imported people and a subscription to their changes. */
async function givenNeighbour() {
  const directoryId = addLargeDirectory(platform, 10)
  const tenant = platform.connectedTenant(directoryId)
  const directory = platform.emulator.directory(directoryId)
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ status: 'succeeded' })
  const subscriptions = () => platform.emulator.subscriptions.all().filter((each) => each.directoryId === directoryId)
  await vi.waitFor(() => expect(subscriptions()).toHaveLength(1), { timeout: PATIENCE_MS })
  return { ...tenant, directory }
}

test.each(['full', 'delta'] as const)(
  'FC-49 T-130 a disablement reaches another tenant while 55 accounts of one tenant have a %s run, and their runs follow one another',
  { timeout: 3 * PATIENCE_MS },
  async (kind) => {
    await platform.work()
    const neighbour = await givenNeighbour()
    const many = await givenManyComparisons()
    await many.compare(kind)
    const { ofTenant } = kind === 'full' ? SLOTS.listings : SLOTS.deltas
    const isBusy = async () => (await many.runs()).leased >= ofTenant
    await vi.waitFor(async () => expect(await isBusy()).toBe(true), { timeout: PATIENCE_MS })

    const [leaver] = neighbour.directory.users()
    neighbour.directory.disableUser(leaver?.id ?? '')
    const status = async () => {
      await notify(neighbour.tenantId)
      return statusOf(neighbour.tenantId, leaver?.id)
    }
    await vi.waitFor(async () => expect(await status()).toBe('disabled'), { timeout: PATIENCE_MS, interval: 200 })
    // Not after them: none of theirs has ended, and they hold no more than their slots.
    const { leased, succeeded } = await many.runs()
    expect(leased).toBeLessThanOrEqual(ofTenant)
    expect(succeeded).toBe(0)

    many.release()
    await vi.waitFor(async () => expect((await many.runs()).succeeded).toBe(MANY), { timeout: PATIENCE_MS })
  },
)

test('T-130 a new tenant is subscribed while Microsoft answers nothing about 55 accounts of another', async () => {
  await platform.work()
  await givenManyComparisons()
  const isAsked = () => platform.gate.requests.filter(({ path }) => path.endsWith('/subscriptions')).length > 2
  await vi.waitFor(() => expect(isAsked()).toBe(true), { timeout: PATIENCE_MS })
  await givenNeighbour()
})

test('FC-49 T-130 another tenant’s import finds a slot while 55 accounts of one tenant are compared', async () => {
  await platform.work()
  const many = await givenManyComparisons()
  await many.compare('full')
  const isBusy = async () => (await many.runs()).leased >= SLOTS.listings.ofTenant
  await vi.waitFor(async () => expect(await isBusy()).toBe(true), { timeout: PATIENCE_MS })
  const other = platform.connectedTenant(addLargeDirectory(platform, 10))
  expect(await platform.runImport(other, EVERYBODY)).toMatchObject({ status: 'succeeded' })
  expect((await many.runs()).succeeded).toBe(0)
  many.release()
})
