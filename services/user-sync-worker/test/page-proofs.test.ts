import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { STATE_OF_ROW } from '../src/adapters/page-writes/page-proofs.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { provenAccounts } from './support/proven-accounts.ts'

const EVERYBODY = { all: true, sync: true, sso: true } as const

let platform: Platform
let accounts: Awaited<ReturnType<typeof provenAccounts>>
beforeAll(async () => {
  platform = await startPlatform()
  accounts = await provenAccounts(platform)
  await platform.work()
})
afterAll(() => platform.close())

test('S46 a page is written first, then found unchanged and kept, and from then on it is not looked at again', async () => {
  const { importAll, resync, deeds, proofs } = await accounts.givenProven(1_200)
  expect((await proofs()).map(({ people, sso }) => [people, sso])).toEqual([
    [201, true],
    [999, true],
  ])
  for (const again of [importAll, () => resync('full'), importAll]) {
    expect(await again()).toEqual({
      seen: 1_200,
      created: 0,
      updated: 0,
      unchanged: 1_200,
      disabled: 0,
      deleted: 0,
      skipped: 0,
    })
    expect(await deeds()).toEqual({ kept: 0, used: 2 })
  }
})

test('S46 what a proof says is believed without a look at the page: of a forged one an import notices nothing', async () => {
  const { tenantId, accountId, importAll, resync, change, deeds, ids } = await accounts.givenProven()
  await change("display_name = 'Forged'", ids()[0])
  const forge = `update roster.page_proof p set (places, state) = (
    select array_agg(u.ctid), bit_xor(${STATE_OF_ROW}) from roster.phone_user u where u.tenant_id = p.tenant_id) where account_id = $1`
  await accounts.sql(forge, [accountId])
  await deeds()
  for (const again of [importAll, () => resync('full')])
    expect(await again()).toMatchObject({ unchanged: 5, updated: 0 })
  expect(await deeds()).toEqual({ kept: 0, used: 2 })
  expect((await platform.roster(tenantId)).filter((row) => row.display_name === 'Forged').length).toBe(1)
})

describe('a page that is the same, of which the roster is not, is compared again and right at the end', () => {
  type Given = Awaited<ReturnType<typeof accounts.givenProven>>
  const cases: Array<[name: string, spoil: (given: Given) => Promise<unknown>, counts: object]> = [
    [
      'S32 an admin took somebody’s tick',
      ({ change, ids }) => change('sso = false', ids()[0]),
      { updated: 1, unchanged: 4 },
    ],
    [
      'S32 a rule gave somebody’s ticks',
      ({ change, ids }) => change("chosen_by = 'rule'", ids()[0]),
      { updated: 1, unchanged: 4 },
    ],
    [
      'S45 somebody was disabled',
      ({ change, ids }) => change("status = 'disabled'", ids()[0]),
      { updated: 1, unchanged: 4 },
    ],
    [
      'S45 somebody was deleted',
      ({ change, ids }) => change("status = 'deleted'", ids()[4]),
      { updated: 1, unchanged: 4 },
    ],
    [
      'T-112 a name was changed by hand',
      ({ change, ids }) => change("display_name = 'x'", ids()[2]),
      { updated: 1, unchanged: 4 },
    ],
    [
      'S49 a row is of another account',
      ({ change, ids }) => change('account_id = gen_random_uuid()', ids()[0]),
      { updated: 1, unchanged: 4 },
    ],
    [
      'AD-10 a row is gone',
      ({ tenantId, ids }) =>
        accounts.sql('delete from roster.phone_user where tenant_id = $1 and object_id = $2', [tenantId, ids()[1]]),
      { created: 1, unchanged: 4 },
    ],
    [
      'S46 a round of changes brought what the directory took back since',
      async ({ directory, resync, ids }) => {
        const [id = ''] = ids()
        const { displayName } = directory.user(id)
        directory.changeUser(id, { displayName: 'Only for a while' })
        expect(await resync('delta')).toMatchObject({ updated: 1 })
        directory.changeUser(id, { displayName })
      },
      { updated: 1, unchanged: 4 },
    ],
  ]
  test.each(cases)('%s', async (_, spoil, counts) => {
    const given = await accounts.givenProven()
    const roster = () =>
      accounts.sql(
        'select object_id, display_name, status, sync, sso, chosen_by, account_id from roster.phone_user where tenant_id = $1 order by 1',
        [given.tenantId],
      )
    const before = await roster()
    await spoil(given)
    expect(await roster()).not.toEqual(before)
    expect(await given.importAll()).toMatchObject({ seen: 5, ...counts })
    expect(await roster()).toEqual(before)
    expect(await given.deeds()).toEqual({ kept: 0, used: 0 })
    expect(await given.importAll()).toMatchObject({ unchanged: 5 })
    expect(await given.deeds()).toMatchObject({ kept: 1 })
  })
})

describe('a full comparison', () => {
  test('S46 of the same page writes again whose status is another, and leaves ticks as an admin set them, then by a proof of its own', async () => {
    const { tenantId, resync, importAll, change, deeds, ids, proofs } = await accounts.givenProven()
    await change("status = 'disabled'", ids()[0])
    expect(await resync('full')).toMatchObject({ updated: 1, unchanged: 4 })
    await change('sso = false', ids()[1])
    expect(await resync('full')).toMatchObject({ updated: 0, unchanged: 5 })
    expect(await proofs()).toMatchObject([{ people: 5, sso: null }])
    expect(await deeds()).toMatchObject({ kept: 1 })
    expect(await resync('full')).toMatchObject({ unchanged: 5 })
    expect(await deeds()).toEqual({ kept: 0, used: 1 })
    expect((await platform.roster(tenantId)).filter(({ sso }) => !sso).length).toBe(1)
    expect(await importAll()).toMatchObject({ updated: 1, unchanged: 4 })
    expect((await platform.roster(tenantId)).filter(({ sso }) => !sso).length).toBe(0)
  })

  test('S46 keeps pages for the import too, when everybody has its ticks by hand', async () => {
    const { resync, importAll, deeds, proofs } = await accounts.givenImported(5)
    expect(await resync('full')).toMatchObject({ unchanged: 5 })
    expect(await proofs()).toMatchObject([{ sso: true }])
    expect(await importAll()).toMatchObject({ unchanged: 5 })
    expect(await deeds()).toEqual({ kept: 1, used: 1 })
  })

  test('S46 finds whom the directory lacks among pages that are the same, and asks for nobody else by id', async () => {
    const { tenantId, directory, resync, deeds, ids } = await accounts.givenProven(2_100)
    const [gone = ''] = ids().slice(-1)
    directory.deleteUser(gone)
    platform.gate.requests.length = 0
    expect(await resync('full')).toMatchObject({ seen: 2_099, deleted: 1, updated: 0, disabled: 0, unchanged: 2_099 })
    expect(await deeds()).toMatchObject({ used: 2 })
    const asked = platform.gate.requests.flatMap(({ query }) => query.get('$filter') ?? [])
    expect(asked).toEqual([`id in ('${gone}')`])
    const deleted = (await platform.roster(tenantId)).filter(({ status }) => status === 'deleted')
    expect(deleted.map(({ object_id }) => object_id)).toEqual([gone])
  })

  test('S46 T-110 cut into slices of a page each meets everybody all the same', async () => {
    const { lease, deeds, tenantId, proofs } = await accounts.givenProven(1_200)
    const { pages, endings } = platform.ports
    const held = await lease('full')
    const page = { users: [], unsynced: [], skipped: [], nameless: 0, staged: [], met: [], next: 'list 2' }
    for (const { digest, people } of await proofs()) {
      expect(await pages.provePage(held, digest)).toBe(people)
      expect(await pages.commitPage(held, { ...page, seen: people, proven: [digest] })).toBe(true)
    }
    expect(await deeds()).toEqual({ kept: 0, used: 2 })
    expect(await pages.missingUsers(held, null, 10)).toEqual({ ids: [], total: 0 })
    await endings.restart(held)
    expect((await accounts.sql('select from roster.sync_run_met where tenant_id = $1', [tenantId])).length).toBe(0)
  })
})

describe('a page that is another', () => {
  test('SI-05 by one letter is written, and its old proof forgotten', async () => {
    const { tenantId, directory, importAll, resync, deeds, proofs, ids } = await accounts.givenProven()
    const [old] = await proofs()
    directory.changeUser(ids()[3] ?? '', { displayName: 'Person user00004' })
    expect(await importAll()).toMatchObject({ updated: 1, unchanged: 4 })
    expect(await proofs()).toEqual([])
    expect(await importAll()).toMatchObject({ unchanged: 5 })
    expect((await proofs()).map(({ digest }) => digest)).not.toEqual([old?.digest])
    directory.changeUser(ids()[3] ?? '', { displayName: '"value":[' })
    expect(await resync('full')).toMatchObject({ updated: 1, unchanged: 4 })
    await deeds()
    for (const expected of [
      { kept: 1, used: 0 },
      { kept: 0, used: 1 },
    ]) {
      expect(await importAll()).toMatchObject({ unchanged: 5 })
      expect(await deeds()).toEqual(expected)
    }
    expect((await platform.roster(tenantId)).filter((row) => row.display_name === '"value":[').length).toBe(1)
  })

  test('S32 of an import that gives other ticks is written, whatever was kept for the ticks before', async () => {
    const { tenantId, importAll, deeds } = await accounts.givenProven()
    expect(await importAll({ ...EVERYBODY, sso: false })).toMatchObject({ updated: 5, unchanged: 0 })
    expect((await platform.roster(tenantId)).some(({ sso }) => sso)).toBe(false)
    expect(await importAll()).toMatchObject({ updated: 5, unchanged: 0 })
    expect(await importAll({ ...EVERYBODY, sync: false, sso: false })).toMatchObject({ updated: 5 })
    expect((await platform.roster(tenantId)).some(({ sync }) => sync)).toBe(false)
    expect(await deeds()).toEqual({ kept: 0, used: 0 })
  })

  test('S50 to a run with a filter, rules or a preview is read, whatever its proof says', async () => {
    const { api, accountId, importAll, resync, deeds } = await accounts.givenProven()
    const department = { department: 'Nobody’s' }
    expect(await importAll({ ...EVERYBODY, filter: department })).toMatchObject({ seen: 0 })
    const { body } = await platform.call(
      'POST',
      `${api}/microsoft-accounts/${accountId}/imports?preview=true`,
      EVERYBODY,
    )
    expect((await platform.finishedRun(api, body.runId)).counts).toMatchObject({ seen: 5, unchanged: 5 })
    expect(await deeds()).toEqual({ kept: 0, used: 0 })
    const rules = { items: [{ ...department, sso: true }], leavers: 'keep' }
    expect((await platform.call('PUT', `${api}/microsoft-accounts/${accountId}/import-rules`, rules)).status).toBe(200)
    expect(await resync('full')).toMatchObject({ seen: 5, unchanged: 5 })
    expect(await deeds()).toEqual({ kept: 0, used: 0 })
    expect(await importAll()).toMatchObject({ seen: 5, unchanged: 5 })
    expect(await deeds()).toEqual({ kept: 0, used: 1 })
  })

  test('SI-05 with the link to the next behind the people, or nobody, is read each time', async () => {
    const { importAll, deeds } = await accounts.givenImported(1_200)
    platform.gate.rewrite = (body) => {
      const { '@odata.nextLink': link, ...page } = JSON.parse(body)
      return JSON.stringify(link === undefined ? page : { ...page, '@odata.nextLink': link })
    }
    try {
      for (const expected of [
        { kept: 1, used: 0 },
        { kept: 0, used: 1 },
      ]) {
        expect(await importAll()).toMatchObject({ seen: 1_200, unchanged: 1_200 })
        expect(await deeds()).toEqual(expected)
      }
    } finally {
      platform.gate.rewrite = undefined
    }
  })

  test('SI-07 on which somebody cannot be read, is told twice or is a stranger, is compared each time', async () => {
    const { importAll, resync, change, deeds, proofs, ids } = await accounts.givenImported(5)
    const [one] = ids()
    const spoilt: Array<(value: Array<{ id: string }>) => unknown[]> = [
      (value) => value.map((user) => (user.id === one ? { ...user, userPrincipalName: '' } : user)),
      (value) => [...value, value[0]],
    ]
    for (const spoil of spoilt) {
      platform.gate.rewrite = (body) => {
        const page = JSON.parse(body)
        return JSON.stringify(page.value?.length === 5 ? { ...page, value: spoil(page.value) } : page)
      }
      try {
        for (const again of [importAll, () => resync('full')])
          expect(await again()).toMatchObject({ seen: 5, updated: 0 })
      } finally {
        platform.gate.rewrite = undefined
      }
    }
    await change('sync = false, sso = false', one)
    for (const _ of [1, 2]) expect(await resync('full')).toMatchObject({ seen: 5, updated: 0 })
    expect(await deeds()).toEqual({ kept: 0, used: 0 })
    expect(await proofs()).toEqual([])
  })
})
