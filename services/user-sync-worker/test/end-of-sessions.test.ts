import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { waitUntilBlocked } from './support/locks.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const EVERYBODY = { all: true, sync: true, sso: true }
const SERVICE = { scope: 'platform', role: 'service' } as const

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let objectId: string
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(() => {
  const directoryId = addLargeDirectory(platform, 1)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  objectId = directory.users()[0]?.id ?? ''
})
afterAll(() => platform.close())

type Person = {
  id: string
  status: string
  sync: boolean
  sso: boolean
  sessions_valid_after: Date | null
  told_after: Date | null
}
async function person(): Promise<Person> {
  const text = `select u.*, r.valid_after as told_after from roster.phone_user u left join roster.revocation r on r.user_id = u.id
    where u.tenant_id = $1 and u.object_id = $2`
  return (await platform.stores.pool.query<Person>(text, [tenant.tenantId, objectId])).rows[0] as Person
}
const account = () => `${tenant.api}/microsoft-accounts/${tenant.accountId}`
async function resync(mode: 'delta' | 'full') {
  const { body } = await platform.call('POST', `${account()}/resyncs`, { mode })
  return platform.finishedRun(tenant.api, body.runId)
}
const internal = () => `/internal/tenants/${tenant.tenantId}/microsoft-accounts/${tenant.accountId}`
const importAs = (ticks: { sync: boolean; sso: boolean }) =>
  platform.runImport(tenant, { users: [{ id: objectId, ...ticks }] })
const untick = async (ticks: object) => platform.call('PATCH', `${tenant.api}/users/${(await person()).id}`, ticks)

async function disabled(thenRun: () => Promise<unknown>) {
  directory.disableUser(objectId)
  await thenRun()
}
async function purged() {
  directory.purgeUser(objectId)
  await resync('full')
}

type Way = [name: string, end: () => Promise<unknown>, after: Partial<Person>]
const WAYS: Way[] = [
  ['an import without SSO', () => importAs({ sync: true, sso: false }), { sync: true, sso: false }],
  ['an import without sync', () => importAs({ sync: false, sso: false }), { sync: false, sso: false }],
  ['a delta that disables', () => disabled(() => resync('delta')), { status: 'disabled', sso: true }],
  ['a full comparison that disables', () => disabled(() => resync('full')), { status: 'disabled', sso: true }],
  ['an import that disables', () => disabled(() => platform.runImport(tenant, EVERYBODY)), { status: 'disabled' }],
  ['a deletion', purged, { status: 'deleted', sso: true }],
  ['SSO unticked by hand', () => untick({ sso: false }), { sync: true, sso: false }],
  ['sync unticked by hand', () => untick({ sync: false }), { sync: false, sso: false }],
  [
    'the removal of the account',
    () => platform.call('POST', `${internal()}/disconnect`, undefined, SERVICE),
    { status: 'active', sso: false },
  ],
  [
    'the word of the admin who switched the account off (FC-30 T-129)',
    () => platform.call('POST', `${internal()}/end-sessions`, undefined, SERVICE),
    { status: 'active', sync: true, sso: true },
  ],
]

test.each(WAYS)('T-138 S45 sessions end with %s, and the apps are told of that moment', async (_, end, after) => {
  await platform.runImport(tenant, EVERYBODY)
  expect(await person()).toMatchObject({ status: 'active', sso: true, sessions_valid_after: null, told_after: null })
  const before = Date.now()
  await end()
  const ended = await person()
  expect(ended).toMatchObject(after)
  expect(ended.sessions_valid_after?.getTime()).toBeGreaterThan(before)
  expect(ended.told_after).toEqual(ended.sessions_valid_after)
})

test('T-138 S45 sessions end with import rules that let a person go, and the apps are told of that moment', async () => {
  directory.changeUser(objectId, { department: 'Sales' })
  await platform.call('PUT', `${account()}/import-rules`, {
    items: [{ department: 'sales', sso: true }],
    leavers: 'unsync',
  })
  await expect.poll(async () => (await person())?.sso, { timeout: 20_000 }).toBe(true)
  await expect
    .poll(async () => (await platform.call('GET', `${tenant.api}/sync-runs`)).body.items[0]?.status)
    .toBe('succeeded')
  directory.changeUser(objectId, { department: null })
  const before = Date.now()
  await resync('delta')
  const ended = await person()
  expect(ended).toMatchObject({ status: 'active', sync: false, sso: false })
  expect(ended.sessions_valid_after?.getTime()).toBeGreaterThan(before)
  expect(ended.told_after).toEqual(ended.sessions_valid_after)
})

test('T-138 S45 a transaction that waits for the row ends the sessions of everybody who signed in meanwhile', async () => {
  await platform.runImport(tenant, EVERYBODY)
  const { id } = await person()
  const holder = await platform.stores.pool.connect()
  try {
    await holder.query('begin')
    await holder.query('select from roster.phone_user where id = $1 for update', [id])
    const unticked = untick({ sso: false })
    await waitUntilBlocked(platform.stores.pool, 1)
    const signedIn = (await holder.query<{ at: Date }>('select clock_timestamp() as at')).rows[0]?.at as Date
    await holder.query('commit')
    expect((await unticked).status).toBe(200)
    expect((await person()).sessions_valid_after?.getTime()).toBeGreaterThan(signedIn.getTime())
  } finally {
    holder.release()
  }
})

test('T-138 S45 a change that ends nothing leaves the sessions as they are', async () => {
  await importAs({ sync: true, sso: false })
  await untick({ sso: true })
  directory.changeUser(objectId, { displayName: 'Renamed' })
  await resync('full')
  expect(await person()).toMatchObject({ display_name: 'Renamed', sso: true, sessions_valid_after: null })
})
