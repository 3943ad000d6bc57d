import { JACKFIELD_CLIENT_ID } from '@jackfield/m365-emulator/demo/contoso'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { advanceSyncRun } from '../src/jobs/sync-run/advance-sync-run.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// A run that Graph leads in a circle ends with a reason, after a few pages (FC-21, T-125).

const EVERYBODY = { all: true, sync: true, sso: true } as const
const GROUP = '0f6f2a74-0c52-4d1b-8d8e-3d5c0a1b2c01'
const PHONE_LICENCE = '4828c8ec-dc2e-4779-b502-87ac9ce28ab7'
const LISTING = '^/v1\\.0/users$'
const CHANGES = '/users/delta$'
const never = new AbortController().signal

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
beforeAll(async () => {
  platform = await startPlatform()
})
beforeEach(() => {
  const directoryId = addLargeDirectory(platform, 2_500)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
})
afterEach(() => {
  platform.emulator.faults.clear()
  platform.gate.rewrite = undefined
})
afterAll(() => platform.close())

type Request = typeof EVERYBODY | { mode: 'delta' | 'full' }
/** Works on a run until it is over, in slices that end after `sliceMs`; how often Graph was asked meanwhile. */
async function run(request: Request, sliceMs = 60_000) {
  platform.gate.requests.length = 0
  const asked = { ...tenant, directoryId: directory.id, requestedBy: 'test', request }
  const { job } = await platform.ports.runs.create(asked, platform.entryOf(tenant.tenantId))
  const advance = advanceSyncRun(platform.ports, { sliceMs, now: Date.now })
  const ended = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)).body
  for (let slices = 0; slices < 100 && (await ended()).finishedAt === null; slices += 1) await advance(job, never)
  return { run: await ended(), requests: platform.gate.requests.length }
}
const CIRCLE = { status: 'failed', error: { code: 'repeated-page', message: expect.stringContaining('again') } }

test.each([
  ['itself', 'self', 60_000],
  ['itself, a page in each slice', 'self', 0],
  ['the first page', 'first', 60_000],
  ['the first page, a page in each slice', 'first', 0],
] as const)(
  'FC-21 T-125 a listing whose link leads to %s ends with a reason, after a few requests',
  async (_, to, sliceMs) => {
    // The second page of three.
    platform.emulator.faults.plan({ path: LISTING, after: 2, effect: { kind: 'repeated-link', to } })
    const { run: failed, requests } = await run(EVERYBODY, sliceMs)
    expect(failed).toMatchObject(CIRCLE)
    expect(requests).toBeLessThan(12)
  },
)

test('FC-21 T-125 a cycle of unchanged pages ends with a reason too', async () => {
  expect((await run(EVERYBODY)).run.status).toBe('succeeded')
  expect((await run({ mode: 'full' })).run.status).toBe('succeeded')
  platform.emulator.faults.plan({ path: LISTING, after: 2, effect: { kind: 'repeated-link' } })
  const { run: failed, requests } = await run({ mode: 'full' })
  expect(failed).toMatchObject(CIRCLE)
  expect(requests).toBeLessThan(12)
})

test('FC-21 T-125 a delta link that leads to itself ends the run with a reason and changes nobody', async () => {
  expect((await run(EVERYBODY)).run.status).toBe('succeeded')
  const before = await platform.roster(tenant.tenantId)
  const { id } = directory.users()[0] ?? { id: '' }
  directory.changeUser(id, { displayName: 'Renamed' })
  platform.emulator.faults.plan({ path: CHANGES, effect: { kind: 'repeated-link' } })
  const { run: failed, requests } = await run({ mode: 'delta' })
  expect(failed).toMatchObject(CIRCLE)
  expect(requests).toBeLessThan(8)
  expect(await platform.roster(tenant.tenantId)).toEqual(before)
  platform.emulator.faults.clear()
  expect((await run({ mode: 'delta' })).run).toMatchObject({ status: 'succeeded', counts: { updated: 1 } })
})

test.each([
  ['a group', { groupId: GROUP }, '/transitiveMembers/'],
  ['a licence', { skuId: PHONE_LICENCE }, LISTING],
])(
  'FC-21 T-125 S45 %s whose pages form a cycle suspends the rules; leavers still lose access',
  async (_, criterion, path) => {
    const people = directory.users().map((user) => user.id)
    expect((await run(EVERYBODY)).run.status).toBe('succeeded')
    directory.grantConsent(JACKFIELD_CLIENT_ID, { roles: ['User.Read.All', 'GroupMember.Read.All'] })
    directory.addGroup({ id: GROUP, displayName: 'Everybody', members: people })
    for (const id of people)
      directory.changeUser(id, { assignedLicenses: [{ skuId: PHONE_LICENCE, disabledPlans: [] }] })
    const rules = { items: [{ ...criterion, sso: true }], leavers: 'unsync' }
    await platform.call('PUT', `${tenant.api}/microsoft-accounts/${tenant.accountId}/import-rules`, rules)
    directory.disableUser(people[0] ?? '')
    platform.emulator.faults.plan({ path, count: 20, effect: { kind: 'repeated-link' } })
    const { run: ended } = await run({ mode: 'delta' })
    expect(ended).toMatchObject({
      status: 'succeeded',
      counts: { disabled: 1 },
      warnings: [{ code: 'import-rules-suspended' }],
    })
  },
)

test('T-125 a listing with far more entries than the directory counted ends with a reason', async () => {
  let pages = 0
  platform.gate.rewrite = (body) => {
    if (!body.includes('"@odata.nextLink"') && !body.includes('"userPrincipalName"')) return body
    const page = JSON.parse(body)
    pages += 1
    // Always another link, to the same people.
    page['@odata.nextLink'] = `${platform.gate.origin}/v1.0/users?$select=id,userPrincipalName&$top=999&$page=${pages}`
    return JSON.stringify(page)
  }
  const { run: failed } = await run(EVERYBODY)
  expect(failed).toMatchObject({
    status: 'failed',
    error: { code: 'endless-list', message: expect.stringContaining('2,500') },
  })
  expect(pages).toBeLessThan(20)
})

test('T-125 endless empty pages with different links end with a reason', async () => {
  let pages = 0
  platform.gate.rewrite = (body) => {
    const page = JSON.parse(body)
    if (page['@odata.count'] !== undefined || page['@odata.deltaLink'] !== undefined || page.access_token) return body
    pages += 1
    const link = `${platform.gate.origin}/v1.0/users?$select=id&$top=1&$page=${pages}`
    return JSON.stringify({ '@odata.context': '', '@odata.nextLink': link, value: [] })
  }
  expect((await run(EVERYBODY)).run).toMatchObject({ status: 'failed', error: { code: 'endless-list' } })
  expect(pages).toBeLessThan(1_100)
})

/** Every page of `path` leads to another one with the same content, without end. */
function givenEndless(path: RegExp) {
  const asked = { pages: 0 }
  platform.gate.rewrite = (body) => {
    const request = platform.gate.requests.at(-1)
    if (!request || !path.test(request.path)) return body
    asked.pages += 1
    const query = new URLSearchParams(request.query)
    query.set('$page', String(asked.pages))
    const { '@odata.deltaLink': _, ...page } = JSON.parse(body)
    return JSON.stringify({ ...page, '@odata.nextLink': `${platform.gate.origin}${request.path}?${query}` })
  }
  return asked
}

test('T-125 a round of changes whose links never repeat and never end ends with a reason, and changes nobody', async () => {
  expect((await run(EVERYBODY)).run.status).toBe('succeeded')
  const before = await platform.roster(tenant.tenantId)
  directory.changeUser(directory.users()[0]?.id ?? '', { displayName: 'Renamed' })
  const asked = givenEndless(/\/users\/delta$/)
  expect((await run({ mode: 'delta' })).run).toMatchObject({
    status: 'failed',
    error: { code: 'endless-list', message: expect.stringContaining('2,500') },
  })
  expect(asked.pages).toBeLessThan(1_100)
  expect(await platform.roster(tenant.tenantId)).toEqual(before)
})

test('T-125 S45 a group whose links never repeat and never end suspends the rules; leavers still lose access', async () => {
  const [leaver = '', ...others] = directory.users().map((user) => user.id)
  expect((await run(EVERYBODY)).run.status).toBe('succeeded')
  directory.grantConsent(JACKFIELD_CLIENT_ID, { roles: ['User.Read.All', 'GroupMember.Read.All'] })
  directory.addGroup({ id: GROUP, displayName: 'Some', members: others.slice(0, 3) })
  const rules = { items: [{ groupId: GROUP, sso: true }], leavers: 'unsync' }
  await platform.call('PUT', `${tenant.api}/microsoft-accounts/${tenant.accountId}/import-rules`, rules)
  directory.disableUser(leaver)
  const asked = givenEndless(/\/transitiveMembers\//)
  expect((await run({ mode: 'delta' })).run).toMatchObject({
    status: 'succeeded',
    counts: { disabled: 1 },
    warnings: [{ code: 'import-rules-suspended', message: expect.stringContaining('does not end') }],
  })
  expect(asked.pages).toBeLessThan(1_100)
})

test('FC-21 the live list returns no cursor to its own page', async () => {
  const list = (cursor = '') =>
    platform.call('GET', `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users?limit=100${cursor}`)
  const first = await list()
  platform.emulator.faults.plan({ path: LISTING, effect: { kind: 'repeated-link' } })
  expect(await list(`&cursor=${first.body.nextCursor}`)).toMatchObject({
    status: 502,
    body: { code: 'microsoft-rejected' },
  })
})
