import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { givenImported } from './support/given-imported.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// A listing may lack people who are in the directory, as while a replica of Microsoft's is behind.

const PEOPLE = 4_000
let platform: Platform
let tenant: Awaited<ReturnType<typeof givenImported>>
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(async () => {
  tenant = await givenImported(platform, PEOPLE)
})
afterEach(() => {
  platform.gate.rewrite = undefined
})
afterAll(() => platform.close())

/** Pages of the listing, other than answers about single people, have more than 60. */
function lackInListing(lacking: readonly string[], onPage = () => {}) {
  const missing = new Set(lacking)
  platform.gate.rewrite = (body) => {
    const parsed = JSON.parse(body)
    if (!(parsed.value?.length > 60) || body.includes('delta')) return body
    onPage()
    return JSON.stringify({ ...parsed, value: parsed.value.filter((user: { id: string }) => !missing.has(user.id)) })
  }
}
const people = async (status: string) =>
  (await platform.roster(tenant.tenantId)).filter((row) => row.status === status).length
const askedById = () =>
  platform.gate.requests.splice(0).flatMap(({ query }) => query.get('$filter')?.match(/[0-9a-f-]{36}/g) ?? [])

test('T-126 T-128 of many people whom a listing lacks, each is read by id where the removal limit does not ask', async () => {
  const { ids, directory } = tenant
  lackInListing(ids.slice(0, 700))
  for (const id of ids.slice(690, 700)) directory.deleteUser(id)
  expect(await tenant.resync('full')).toMatchObject({
    status: 'succeeded',
    counts: { deleted: 10, disabled: 0, updated: 0 },
  })
  expect([await people('active'), await people('deleted')]).toEqual([PEOPLE - 10, 10])
})

test('T-126 T-128 where it asks, active people are read at the approval, and disabled ones at once', async () => {
  const { ids } = tenant
  tenant.disable(0, 5)
  expect(await tenant.resync('full')).toMatchObject({ counts: { disabled: 5 } })
  lackInListing(ids.slice(0, 2_000))
  platform.gate.requests.length = 0
  const asking = await tenant.resync('full')
  expect(asking).toMatchObject({ status: 'awaiting-approval', counts: { deleted: 1_995 } })
  expect(askedById().sort()).toEqual(ids.slice(0, 5).sort())
  expect([await people('active'), await people('disabled')]).toEqual([PEOPLE - 5, 5])

  platform.gate.rewrite = undefined
  await tenant.answer(asking.id, 'approve')
  expect(await tenant.settled(asking.id)).toMatchObject({ status: 'succeeded', counts: { deleted: 0 } })
  expect([await people('active'), await people('disabled')]).toEqual([PEOPLE - 5, 5])
})

test('T-126 T-128 who was left unread is never removed unread, although others are found during the run', async () => {
  const { ids, directory } = tenant
  const found = ids.slice(0, 900)
  lackInListing(ids.slice(0, 1_000), () => {
    for (const id of found.splice(0)) directory.changeUser(id, { department: 'Found again' })
  })
  const asking = await tenant.resync('full')
  expect(asking).toMatchObject({ status: 'awaiting-approval', counts: { updated: 900, deleted: 100 } })
  expect(await people('active')).toBe(PEOPLE)
})
