import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// Properties that are absent or of an unknown form never change anybody's access (T-126).

const EVERYBODY = { all: true, sync: true, sso: true }
const LISTING = '^/v1\\.0/users$'
const CHANGES = '/users/delta$'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let ids: string[]
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(async () => {
  platform.emulator.faults.clear()
  const directoryId = addLargeDirectory(platform, 5)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  ids = directory.users().map((user) => user.id)
})
afterAll(() => platform.close())

const id = (index: number) => ids[index] ?? ''
const withOdd = (path: string, property: string, value: null | string | number | object) =>
  platform.emulator.faults.plan({ path, effect: { kind: 'odd-property', property, value: value as null } })
async function resync(mode: 'delta' | 'full') {
  const { body } = await platform.call('POST', `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`, { mode })
  return platform.finishedRun(tenant.api, body.runId)
}
async function states() {
  return new Map(
    (await platform.roster(tenant.tenantId)).map(({ object_id, status, display_name }) => [
      object_id,
      { status, display_name },
    ]),
  )
}
const statusOf = async (objectId: string) => (await states()).get(objectId)?.status
async function givenOneDisabled() {
  directory.disableUser(id(0))
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ status: 'succeeded' })
  expect([await statusOf(id(0)), await statusOf(id(1))]).toEqual(['disabled', 'active'])
}

describe.each([null, 'true', 1])('FC-20 T-126 with accountEnabled %j of everybody', (value) => {
  test('a full comparison keeps every status and updates the other properties', async () => {
    await givenOneDisabled()
    withOdd(LISTING, 'accountEnabled', value)
    for (const each of [id(0), id(1)]) directory.changeUser(each, { displayName: 'Renamed' })
    expect(await resync('full')).toMatchObject({ status: 'succeeded', counts: { updated: 2, disabled: 0 } })
    const known = await states()
    expect(known.get(id(0))).toEqual({ status: 'disabled', display_name: 'Renamed' })
    expect(known.get(id(1))).toEqual({ status: 'active', display_name: 'Renamed' })
    expect((await resync('full')).counts).toMatchObject({ updated: 0, disabled: 0 })
  })

  test.each([
    ['everybody', () => EVERYBODY],
    ['chosen users', () => ({ users: ids.map((each) => ({ id: each, sync: true, sso: true })) })],
  ])('an import of %s keeps every status, and stores newcomers as disabled', async (_, request) => {
    await givenOneDisabled()
    const newcomer = randomUUID()
    directory.addUser({ id: newcomer, userPrincipalName: `new@${directory.domains[0]}`, displayName: 'New' })
    ids.push(newcomer)
    withOdd(LISTING, 'accountEnabled', value)
    expect(await platform.runImport(tenant, request())).toMatchObject({
      status: 'succeeded',
      counts: { created: 1, disabled: 0 },
    })
    expect([await statusOf(id(0)), await statusOf(id(1)), await statusOf(newcomer)]).toEqual([
      'disabled',
      'active',
      'disabled',
    ])
    platform.emulator.faults.clear()
    await resync('full')
    expect([await statusOf(id(0)), await statusOf(id(1)), await statusOf(newcomer)]).toEqual([
      'disabled',
      'active',
      'active',
    ])
  })

  test('an import without ticks stores nobody and keeps every status', async () => {
    await givenOneDisabled()
    withOdd(LISTING, 'accountEnabled', value)
    expect(await platform.runImport(tenant, { all: true, sync: false, sso: false })).toMatchObject({
      status: 'succeeded',
    })
    expect([await statusOf(id(0)), await statusOf(id(1))]).toEqual(['disabled', 'active'])
  })

  test('a delta run keeps every status, also of people read by id', async () => {
    await givenOneDisabled()
    for (const path of [LISTING, CHANGES]) withOdd(path, 'accountEnabled', value)
    for (const each of [id(0), id(1)]) directory.changeUser(each, { displayName: 'Renamed' })
    expect(await resync('delta')).toMatchObject({ status: 'succeeded', counts: { updated: 2, disabled: 0 } })
    expect([await statusOf(id(0)), await statusOf(id(1))]).toEqual(['disabled', 'active'])
  })

  test('an import rule syncs nobody', async () => {
    withOdd(LISTING, 'accountEnabled', value)
    const rules = { items: [{ userType: 'Member', sso: true }], leavers: 'keep' }
    const { status } = await platform.call(
      'PUT',
      `${tenant.api}/microsoft-accounts/${tenant.accountId}/import-rules`,
      rules,
    )
    expect(status).toBe(200)
    const newest = async () => (await platform.call('GET', `${tenant.api}/sync-runs`)).body.items[0]
    await expect.poll(async () => (await newest())?.status, { timeout: 20_000 }).toBe('succeeded')
    expect((await states()).size).toBe(0)
  })

  test('the live list shows accountEnabled false', async () => {
    withOdd(LISTING, 'accountEnabled', value)
    const { status, body } = await platform.call(
      'GET',
      `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users`,
    )
    expect([
      status,
      new Set(body.items.map(({ accountEnabled }: { accountEnabled: boolean }) => accountEnabled)),
    ]).toEqual([200, new Set([false])])
  })
})

const ODD_REMOVALS = [
  { form: true },
  { form: 1 },
  { form: 'removed' },
  { form: [] },
  { form: {} },
  { form: { reason: null } },
]

test.each([...ODD_REMOVALS, { form: 'deleted' }, { form: { reason: 'Deleted' } }])(
  'T-126 an @removed of the form $form ends the access of a person who is gone',
  async ({ form }) => {
    await platform.runImport(tenant, EVERYBODY)
    directory.purgeUser(id(0))
    withOdd(CHANGES, '@removed', form as object)
    await resync('delta')
    expect(await statusOf(id(0))).not.toBe('active')
  },
)

test.each(ODD_REMOVALS)(
  'T-126 an @removed of the form $form keeps the access of a person who exists',
  async ({ form }) => {
    await platform.runImport(tenant, EVERYBODY)
    platform.gate.rewrite = (body) => {
      const page = JSON.parse(body)
      return JSON.stringify('@odata.deltaLink' in page ? { ...page, value: [{ id: id(1), '@removed': form }] } : page)
    }
    await resync('delta')
    platform.gate.rewrite = undefined
    expect(await statusOf(id(1))).toBe('active')
  },
)

describe('S50 SI-07 a person who is unreadable when read by id keeps their status', () => {
  const rewriting = async (rewrite: (page: { value: object[] }) => object[], mode: 'delta' | 'full') => {
    await platform.runImport(tenant, EVERYBODY)
    platform.gate.rewrite = (body) => {
      const page = JSON.parse(body)
      return JSON.stringify('value' in page ? { ...page, value: rewrite(page) } : page)
    }
    const run = await resync(mode).finally(() => {
      platform.gate.rewrite = undefined
    })
    expect(run).toMatchObject({ status: 'succeeded', counts: { updated: 0, disabled: 0, deleted: 0 } })
    expect(await statusOf(id(1))).toBe('active')
  }
  const unreadable = { id: '', userPrincipalName: '' }

  test('after a removal of an unknown form', () =>
    rewriting(
      (page) => ('@odata.deltaLink' in page ? [{ id: id(1), '@removed': {} }] : [{ ...unreadable, id: id(1) }]),
      'delta',
    ))

  test('when the listing lacks them', () =>
    rewriting(({ value }) => (value.length === 5 ? value.filter((user) => !isPerson(user)) : value.map(spoil)), 'full'))

  const isPerson = (user: object) => 'id' in user && user.id === id(1)
  const spoil = (user: object) => (isPerson(user) ? { ...unreadable, id: id(1) } : user)
})
