import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let waitingId: string
const gone: string[] = []
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
  const directoryId = addLargeDirectory(platform, 40)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  expect(await platform.runImport(tenant, { all: true, sync: true, sso: true })).toMatchObject({ status: 'succeeded' })
  const ids = directory.users().map((user) => user.id)
  for (const objectId of ids.slice(0, 20)) directory.changeUser(objectId, { displayName: 'Renamed' })
  gone.push(...ids.slice(20, 35))
  for (const objectId of gone.slice(0, 10)) directory.purgeUser(objectId)
  for (const objectId of gone.slice(10)) directory.disableUser(objectId)
  waitingId = (
    await platform.call('POST', `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`, { mode: 'full' })
  ).body.runId
  const status = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${waitingId}`)).body.status
  await vi.waitFor(async () => expect(await status()).toBe('awaiting-approval'), { timeout: 15_000 })
}, 60_000)
afterAll(() => platform.close())

type Change = { objectId: string; change: string }
const list = (query: string) => platform.call('GET', `${tenant.api}/sync-runs${query}`)
const planned = (query: string) => list(`/${waitingId}/planned-changes${query}`)

test('CW-01 S63 the runs of one status are listed page by page', async () => {
  expect((await list('?status=awaiting-approval')).body).toMatchObject({ items: [{ id: waitingId }], nextCursor: null })
  expect((await list('?status=failed')).body).toEqual({ items: [], nextCursor: null })
  const { body: all } = await list('')
  const succeeded = await list('?status=succeeded&limit=1')
  expect(succeeded.body.items).toMatchObject([{ status: 'succeeded' }])
  expect(all.items.length).toBeGreaterThan(succeeded.body.items.length)
})

test('CW-01 S63 of what a run would change, only whom it takes something away from is listed, page by page', async () => {
  // All else is done.
  const everything: Change[] = (await planned('?limit=500')).body.items
  expect(everything).toHaveLength(15)
  const removals: Change[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await planned(`?removals=true&limit=4${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    removals.push(...body.items)
    cursor = body.nextCursor
  }
  expect(removals.map(({ objectId }) => objectId).sort()).toEqual([...gone].sort())
  expect(removals.filter(({ change }) => change === 'delete')).toHaveLength(10)
  expect(removals.filter(({ change }) => change === 'disable')).toHaveLength(5)
  expect((await planned('?removals=false&limit=500')).body.items).toEqual(everything)
})

test.each(['?status=waiting', '?status=', '?status=failed&status=running'])(
  'CW-01 the list of runs refuses %s',
  async (query) => {
    expect((await list(query)).status).toBe(400)
  },
)

test.each(['?removals=yes', '?removals='])('CW-01 the list of planned changes refuses %s', async (query) => {
  expect((await planned(query)).status).toBe(400)
})

test('CW-10 FC-31 a directory is counted by kind, before everybody is imported', async () => {
  const [first, second, third] = directory.users().filter(({ accountEnabled }) => accountEnabled)
  directory.changeUser(first?.id ?? '', { userType: 'Guest' })
  directory.changeUser(second?.id ?? '', { userType: 'Guest', accountEnabled: false })
  directory.changeUser(third?.id ?? '', { accountEnabled: false })
  const users = directory.users()
  const isGuest = ({ userType }: { userType?: string | null }) => userType === 'Guest'
  const { status, body } = await platform.call(
    'GET',
    `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users/count`,
  )
  expect([status, body]).toEqual([
    200,
    {
      total: users.length,
      guests: users.filter(isGuest).length,
      disabled: users.filter(({ accountEnabled }) => !accountEnabled).length,
      disabledGuests: 1,
    },
  ])
})
