import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROVE } from '../src/adapters/page-writes/page-proofs.ts'
import { DATABASE_ROLE } from '../src/adapters/tenant-scope.ts'
import { readListing } from '../src/jobs/sync-run/read-listing.ts'
import type { ListedPage } from '../src/ports.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { provenAccounts } from './support/proven-accounts.ts'

const SERVICE = { scope: 'platform', role: 'service' } as const
const PAGE = { users: [], unsynced: [], skipped: [], nameless: 0, staged: [], met: [], next: 'list 2' }

let platform: Platform
let accounts: Awaited<ReturnType<typeof provenAccounts>>
beforeAll(async () => {
  platform = await startPlatform({ webhooks: true })
  accounts = await provenAccounts(platform)
  await platform.work()
})
afterAll(() => platform.close())

test('S46 a table that was rewritten makes every proof worthless, and the next import makes them anew', async () => {
  const { tenantId, importAll, resync, deeds, proofs } = await accounts.givenProven(1_200)
  const [before, roster] = [await proofs(), await platform.roster(tenantId)]
  // The rows of an erased neighbour go, and everybody after them is somewhere else.
  await accounts.sql('vacuum full roster.phone_user')
  await accounts.sql('cluster roster.phone_user using phone_user_identity')
  expect(await importAll()).toMatchObject({ seen: 1_200, unchanged: 1_200 })
  expect(await deeds()).toEqual({ kept: 2, used: 0 })
  expect((await proofs()).map(({ places }) => places)).not.toEqual(before.map(({ places }) => places))
  expect(await resync('full')).toMatchObject({ unchanged: 1_200, updated: 0, deleted: 0 })
  expect(await deeds()).toEqual({ kept: 0, used: 2 })
  expect(await platform.roster(tenantId)).toEqual(roster)
})

test('S46 what happens to another account’s rows, among them and after them, changes nothing of a proof', async () => {
  const [mine, theirs] = [await accounts.givenImported(1_100), await accounts.givenImported(1_100)]
  await Promise.all([mine.importAll(), theirs.importAll()])
  await theirs.change("display_name = 'Moved'", theirs.ids()[0])
  await accounts.sql('delete from roster.phone_user where tenant_id = $1 and object_id = any($2)', [
    theirs.tenantId,
    theirs.ids().slice(500),
  ])
  await mine.deeds()
  expect(await mine.importAll()).toMatchObject({ unchanged: 1_100 })
  expect(await mine.deeds()).toEqual({ kept: 0, used: 2 })
  expect(await theirs.importAll()).toMatchObject({ updated: 1, created: 600, unchanged: 499 })
})

test('T-90 a proof is held against its rows by their places alone, under row-level security too, and another tenant has none of it', async () => {
  const { tenantId, accountId, directoryId, proofs, lease } = await accounts.givenProven(3_000)
  const [proof] = await proofs()
  const held = await lease('import')
  expect(await platform.ports.pages.provePage({ ...held, tenantId: randomUUID() }, proof?.digest ?? '')).toBeUndefined()
  expect(
    await platform.ports.pages.provePage({ ...held, accountId: randomUUID() }, proof?.digest ?? ''),
  ).toBeUndefined()
  expect(
    await platform.ports.pages.provePage({ ...held, directoryId: randomUUID() }, proof?.digest ?? ''),
  ).toBeUndefined()
  expect(
    await platform.ports.pages.provePage({ ...held, everybody: { sync: true, sso: false } }, proof?.digest ?? ''),
  ).toBeUndefined()
  expect(await platform.ports.pages.provePage(held, proof?.digest ?? '')).toBe(proof?.people)
  const client = await platform.stores.pool.connect()
  try {
    await client.query('begin')
    await client.query(`set local role ${DATABASE_ROLE}`)
    await client.query(`select set_config('jackfield.tenant', $1, true)`, [tenantId])
    const values = [tenantId, accountId, directoryId, Buffer.from(proof?.digest ?? '', 'hex'), true]
    const plan = (await client.query(`explain ${PROVE}`, values)).rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('Tid Scan on phone_user')
    expect(plan).not.toMatch(/(Seq|Index|Bitmap)[\w ]* on phone_user/)
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test('SY-15 a page that is proven is not parsed, one of which that is not certain any more is', async () => {
  const { lease, proofs, change, ids } = await accounts.givenProven(5)
  const [proof] = await proofs()
  const held = await lease('import')
  let [reads, frees] = [0, 0]
  const listed: ListedPage = {
    kind: 'page',
    told: { digest: proof?.digest ?? '', next: 'more' },
    read() {
      reads += 1
      return { kind: 'unavailable' }
    },
    release: () => {
      frees += 1
    },
  }
  const directory = { listUsers: async () => listed } as unknown as Platform['ports']['directory']
  const prepared = async () => {
    const page = await readListing(held, {} as never, { directory, pages: platform.ports.pages })(
      { phase: 'list', at: null },
      AbortSignal.any([]),
    )
    return page.kind === 'read' ? page.prepare() : page
  }
  expect(await prepared()).toEqual({
    ...PAGE,
    seen: 5,
    proven: [proof?.digest],
    next: expect.stringMatching(/^list~1\.[0-9a-f]{16} more$/),
  })
  expect([reads, frees]).toEqual([0, 1])
  await change('sso = false', ids()[0])
  expect(await prepared()).toEqual({ kind: 'unavailable' })
  expect([reads, frees]).toEqual([1, 1])
})

test('QC-04 pages of a worker whose lease was taken over are not counted and nobody on them is met; nor without their proof', async () => {
  const { tenantId, lease, proofs } = await accounts.givenProven(5)
  const held = await lease('full')
  const [proof] = await proofs()
  const page = { ...PAGE, seen: 5, proven: [proof?.digest ?? ''] }
  expect(await platform.ports.pages.commitPage({ ...held, token: held.token - 1 }, page)).toBe(false)
  await expect(
    platform.ports.pages.commitPage(held, { ...page, proven: [...page.proven, '00'.repeat(16)] }),
  ).rejects.toThrow('proof')
  const run = () => accounts.sql('select seen, unchanged, checkpoint from roster.sync_run where id = $1', [held.runId])
  expect(await run()).toEqual([{ seen: 0, unchanged: 0, checkpoint: null }])
  expect(await accounts.sql('select from roster.sync_run_met where tenant_id = $1', [tenantId])).toEqual([])
  expect(await platform.ports.pages.commitPage(held, { ...page, proven: [...page.proven, ...page.proven] })).toBe(true)
  expect(await run()).toEqual([{ seen: 5, unchanged: 5, checkpoint: 'list 2' }])
})

test('S46 nothing is kept of a page of which only some are asked for, and nothing for an account that is not followed', async () => {
  const given = await accounts.givenImported(5)
  const held = await given.lease('import')
  const { users } = (await platform.ports.directory.findUsers(
    platform.registry.connections.get(given.accountId) as never,
    given.ids(),
    AbortSignal.any([]),
  )) as { users: Array<{ user: { id: string } }> }
  const ticked = users.map(({ user }) => ({ user, ticks: { sync: true, sso: true } })) as never[]
  const digest = 'ab'.repeat(16)
  const { pages } = platform.ports
  expect(await pages.differing(held, ticked.slice(1), { digest, entries: 5 })).toEqual([])
  expect(await pages.differing(held, [...ticked.slice(1), ...ticked.slice(1, 2)], { digest, entries: 5 })).toEqual([])
  expect(await given.proofs()).toEqual([])
  await accounts.sql('delete from roster.account_sync where account_id = $1', [given.accountId])
  expect(await pages.differing(held, ticked, { digest, entries: 5 })).toEqual([])
  expect(await given.proofs()).toEqual([])
})

test('S49 AD-10 proofs go with their account, and with their tenant', async () => {
  const [account, tenant, neighbour] = [
    await accounts.givenProven(3),
    await accounts.givenProven(3),
    await accounts.givenProven(3),
  ]
  const internal = `/internal/tenants/${account.tenantId}/microsoft-accounts/${account.accountId}`
  expect((await platform.call('POST', `${internal}/disconnect`, undefined, SERVICE)).status).toBe(200)
  expect((await platform.call('POST', `/internal/tenants/${tenant.tenantId}/erase`, undefined, SERVICE)).status).toBe(
    200,
  )
  expect([await account.proofs(), await tenant.proofs()]).toEqual([[], []])
  expect((await neighbour.proofs()).length).toBe(1)
})
