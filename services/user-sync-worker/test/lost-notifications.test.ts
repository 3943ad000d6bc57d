import { afterAll, beforeAll, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const DELTA_SECONDS = 3

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform({ webhooks: true, sync: { deltaSeconds: DELTA_SECONDS } })
  await platform.work()
})
afterAll(() => platform.close())

test('T-114 while every notification is lost, each change arrives by the delta of the clock, once an interval', async () => {
  const directoryId = addLargeDirectory(platform, 5)
  const tenant = platform.connectedTenant(directoryId)
  const directory = platform.emulator.directory(directoryId)
  const person = directory.users()[0]?.id ?? ''
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  // A new subscription asks for a run, too.
  const settled = async () => {
    const text = `select 1 from roster.subscription join roster.account_sync using (account_id)
      where account_id = $1 and subscription_id is not null and hinted_at is null
        and not exists (select from roster.sync_run where account_id = $1 and finished_at is null)`
    return (await platform.stores.pool.query(text, [tenant.accountId])).rowCount
  }
  await expect.poll(settled, { timeout: 15_000 }).toBe(1)
  platform.emulator.notifications.faults.plan({ kind: 'lose', count: 1_000 })

  const nameOf = async () =>
    (await platform.roster(tenant.tenantId)).find((user) => user.object_id === person)?.display_name
  type Run = { kind: string; requestedBy: string; createdAt: string; counts: { updated: number } }
  const updates = async (): Promise<Run[]> =>
    (await platform.call('GET', `${tenant.api}/sync-runs?limit=500`)).body.items.filter(
      ({ kind, counts }: Run) => kind !== 'import' && counts.updated > 0,
    )
  // After two silent rounds the subscription is replaced, which asks for a run as well.
  for (const [index, displayName] of ['First', 'Second'].entries()) {
    directory.changeUser(person, { displayName })
    await expect.poll(nameOf, { timeout: 5 * DELTA_SECONDS * 1_000 }).toBe(displayName)
    const seen = await updates()
    expect(seen).toHaveLength(index + 1)
    expect(seen[0]).toMatchObject({ kind: 'delta', requestedBy: 'schedule' })
  }
  const [second, first] = (await updates()).map(({ createdAt }) => Date.parse(createdAt))
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(DELTA_SECONDS * 1_000)
})
