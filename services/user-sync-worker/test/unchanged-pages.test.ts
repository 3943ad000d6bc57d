import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// The directory lists the same people with the same attributes as before, and the roster has changed meanwhile.

const EVERYBODY = { all: true, sync: true, sso: true } as const

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterAll(() => platform.close())

const sql = async <Row>(text: string, values: unknown[]) =>
  (await platform.stores.pool.query(text, values)).rows as Row[]

/** An account whose people have all been imported. */
async function givenImported(people = 5) {
  const directoryId = addLargeDirectory(platform, people)
  const tenant = platform.connectedTenant(directoryId)
  const { tenantId, accountId, api } = tenant
  const directory = platform.emulator.directory(directoryId)
  const ids = directory.users().map(({ id }) => id)
  const importAll = async (request: object = EVERYBODY) => (await platform.runImport(tenant, request)).counts
  async function resync(mode: 'full' | 'delta') {
    const { body } = await platform.call('POST', `${api}/microsoft-accounts/${accountId}/resyncs`, { mode })
    return (await platform.finishedRun(api, body.runId)).counts
  }
  const change = (set: string, id: string | undefined) =>
    sql(`update roster.phone_user set ${set} where tenant_id = $1 and object_id = $2`, [tenantId, id])
  const roster = () =>
    sql(
      `select object_id, display_name, status, sync, sso, chosen_by, account_id from roster.phone_user
      where tenant_id = $1 order by 1`,
      [tenantId],
    )
  await importAll()
  return { ...tenant, directory, ids, importAll, resync, change, roster }
}
type Given = Awaited<ReturnType<typeof givenImported>>

test('S46 imports and full comparisons of an unchanged directory write nobody', async () => {
  const { tenantId, importAll, resync } = await givenImported(1_200)
  const versions = () =>
    sql('select version, updated_at from roster.phone_user where tenant_id = $1 order by object_id', [tenantId])
  const before = await versions()
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
  }
  expect(await versions()).toEqual(before)
})

describe('an import of an unchanged directory restores what differs in the roster', () => {
  const cases: Array<[name: string, spoil: (given: Given) => Promise<unknown>, counts: object]> = [
    ['S32 an admin took an SSO tick', ({ change, ids }) => change('sso = false', ids[0]), { updated: 1, unchanged: 4 }],
    ['S32 a rule gave the ticks', ({ change, ids }) => change("chosen_by = 'rule'", ids[0]), { updated: 1 }],
    ['S45 a person is disabled', ({ change, ids }) => change("status = 'disabled'", ids[0]), { updated: 1 }],
    ['S45 a person is deleted', ({ change, ids }) => change("status = 'deleted'", ids[4]), { updated: 1 }],
    ['T-112 a name was changed by hand', ({ change, ids }) => change("display_name = 'x'", ids[2]), { updated: 1 }],
    [
      'S49 a row belongs to another account',
      ({ change, ids }) => change('account_id = gen_random_uuid()', ids[0]),
      { updated: 1 },
    ],
    [
      'AD-10 a row is gone',
      ({ tenantId, ids }) =>
        sql('delete from roster.phone_user where tenant_id = $1 and object_id = $2', [tenantId, ids[1]]),
      { created: 1 },
    ],
    [
      'S46 a delta run brought a change that the directory took back since',
      async ({ directory, resync, ids: [id = ''] }) => {
        const { displayName } = directory.user(id)
        directory.changeUser(id, { displayName: 'Only for a while' })
        expect(await resync('delta')).toMatchObject({ updated: 1 })
        directory.changeUser(id, { displayName })
      },
      { updated: 1 },
    ],
  ]
  test.each(cases)('%s', async (_, spoil, counts) => {
    const given = await givenImported()
    const before = await given.roster()
    await spoil(given)
    expect(await given.roster()).not.toEqual(before)
    expect(await given.importAll()).toMatchObject({ seen: 5, unchanged: 4, ...counts })
    expect(await given.roster()).toEqual(before)
    expect(await given.importAll()).toMatchObject({ unchanged: 5 })
  })
})

test('S46 a full comparison restores a status and leaves ticks as an admin set them', async () => {
  const { tenantId, resync, importAll, change, ids } = await givenImported()
  const withoutSso = async () => (await platform.roster(tenantId)).filter(({ sso }) => !sso).length
  await change("status = 'disabled'", ids[0])
  expect(await resync('full')).toMatchObject({ updated: 1, unchanged: 4 })
  await change('sso = false', ids[1])
  expect(await resync('full')).toMatchObject({ updated: 0, unchanged: 5 })
  expect(await withoutSso()).toBe(1)
  expect(await importAll()).toMatchObject({ updated: 1, unchanged: 4 })
  expect(await withoutSso()).toBe(0)
})

test('S46 a full comparison finds the one person that the directory lacks, and asks for nobody else by id', async () => {
  const { tenantId, directory, resync, ids } = await givenImported(2_100)
  const [gone = ''] = ids.slice(-1)
  directory.deleteUser(gone)
  platform.gate.requests.length = 0
  expect(await resync('full')).toMatchObject({ seen: 2_099, deleted: 1, updated: 0, disabled: 0, unchanged: 2_099 })
  const asked = platform.gate.requests.flatMap(({ query }) => query.get('$filter') ?? [])
  expect(asked).toEqual([`id in ('${gone}')`])
  const deleted = (await platform.roster(tenantId)).filter(({ status }) => status === 'deleted')
  expect(deleted.map(({ object_id }) => object_id)).toEqual([gone])
})

test('S32 an import that gives other ticks writes everybody', async () => {
  const { tenantId, importAll } = await givenImported()
  expect(await importAll({ ...EVERYBODY, sso: false })).toMatchObject({ updated: 5, unchanged: 0 })
  expect((await platform.roster(tenantId)).some(({ sso }) => sso)).toBe(false)
  expect(await importAll()).toMatchObject({ updated: 5, unchanged: 0 })
  expect(await importAll({ ...EVERYBODY, sync: false, sso: false })).toMatchObject({ updated: 5 })
  expect((await platform.roster(tenantId)).some(({ sync }) => sync)).toBe(false)
})

test('S50 a filter, a preview and rules count the same unchanged people', async () => {
  const { api, accountId, importAll, resync } = await givenImported()
  const account = `${api}/microsoft-accounts/${accountId}`
  const nobody = { department: 'Nobody’s' }
  expect(await importAll({ ...EVERYBODY, filter: nobody })).toMatchObject({ seen: 0 })
  const { body } = await platform.call('POST', `${account}/imports?preview=true`, EVERYBODY)
  expect((await platform.finishedRun(api, body.runId)).counts).toMatchObject({ seen: 5, unchanged: 5 })
  const rules = { items: [{ ...nobody, sso: true }], leavers: 'keep' }
  expect((await platform.call('PUT', `${account}/import-rules`, rules)).status).toBe(200)
  expect(await resync('full')).toMatchObject({ seen: 5, unchanged: 5 })
  expect(await importAll()).toMatchObject({ seen: 5, unchanged: 5 })
})

test('SI-05 a page whose link follows its people is read like any other', async () => {
  const { importAll } = await givenImported(1_200)
  platform.gate.rewrite = (body) => {
    const { '@odata.nextLink': link, ...page } = JSON.parse(body)
    return JSON.stringify(link === undefined ? page : { ...page, '@odata.nextLink': link })
  }
  const counts = await importAll().finally(() => {
    platform.gate.rewrite = undefined
  })
  expect(counts).toMatchObject({ seen: 1_200, unchanged: 1_200 })
})
