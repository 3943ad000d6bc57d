import { JACKFIELD_CLIENT_ID } from '@jackfield/m365-emulator/demo/contoso'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// FC-32: consent that shrinks to basic profiles empties phones and titles of everybody. Such a run asks first.

const EVERYBODY = { all: true, sync: true, sso: true }
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
  const directoryId = addLargeDirectory(platform, 30)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  ids = directory.users().map((user) => user.id)
  for (const id of ids.slice(0, 15)) directory.changeUser(id, { jobTitle: 'Engineer' })
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ status: 'succeeded', counts: { created: 30 } })
})
afterAll(() => platform.close())

/** Permissions are in the token: the one in use is refused, so that a new one is asked for. */
async function consentTo(role: string) {
  directory.withdrawConsent(JACKFIELD_CLIENT_ID)
  directory.grantConsent(JACKFIELD_CLIENT_ID, { roles: [role] })
  platform.emulator.faults.plan({ path: '^/v1\\.0/users', effect: { kind: 'token-revoked' }, count: 1 })
  await platform.call('GET', `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users`)
}
const resyncs = () => `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`
const runOf = async (runId: string) => (await platform.call('GET', `${tenant.api}/sync-runs/${runId}`)).body
async function waiting(url: string, request: object) {
  const { status, body } = await platform.call('POST', url, request)
  expect(status).toBe(202)
  await expect.poll(async () => (await runOf(body.runId)).status, { timeout: 15_000 }).not.toMatch(/queued|running/)
  const run = await runOf(body.runId)
  expect(run.status).toBe('awaiting-approval')
  return run
}
const answer = async (runId: string, said: 'approve' | 'cancel') =>
  expect((await platform.call('POST', `${tenant.api}/sync-runs/${runId}/${said}`)).status).toBe(200)
const warning = (property: string, lost: number, had: number) => ({
  code: 'attribute-emptied',
  attribute: property,
  users: lost,
  message: expect.stringContaining(`no longer has ${property} of ${lost} of the ${had} people who had`),
})

test('FC-32 T-126 a full comparison that finds phones and titles empty for most people asks first, and erases nothing until approved', async () => {
  const before = await platform.roster(tenant.tenantId)
  await consentTo('User.ReadBasic.All')
  const run = await waiting(resyncs(), { mode: 'full' })
  expect(run.warnings).toEqual([warning('businessPhones', 30, 30), warning('jobTitle', 15, 15)])
  expect(await platform.roster(tenant.tenantId)).toEqual(before)
  await vi.waitFor(
    () =>
      expect(
        [...platform.registry.auditEvents.values()].find(
          ({ action, target }) => action === 'sync-run.await-approval' && target === tenant.accountId,
        ),
      ).toMatchObject({ details: { runId: run.id, emptied: 'businessPhones: 30, jobTitle: 15' } }),
    { timeout: 10_000 },
  )
  await answer(run.id, 'approve')
  expect(await platform.finishedRun(tenant.api, run.id)).toMatchObject({ status: 'succeeded' })
  const phones = (await platform.roster(tenant.tenantId)).flatMap(({ business_phones: phones }) => phones)
  expect(phones).toEqual([])
})

test('FC-32 T-126 a cancelled run erases nothing, and once consent is whole again nothing is asked', async () => {
  const before = await platform.roster(tenant.tenantId)
  await consentTo('User.ReadBasic.All')
  await answer((await waiting(resyncs(), { mode: 'full' })).id, 'cancel')
  await consentTo('User.Read.All')
  const { body } = await platform.call('POST', resyncs(), { mode: 'full' })
  expect(await platform.finishedRun(tenant.api, body.runId)).toMatchObject({ status: 'succeeded', warnings: [] })
  expect(await platform.roster(tenant.tenantId)).toEqual(before)
})

test('FC-32 T-126 a round of changes that empties a property of most people asks first', async () => {
  const before = await platform.roster(tenant.tenantId)
  for (const id of ids) directory.changeUser(id, { department: 'Sales' })
  platform.emulator.faults.plan({
    path: CHANGES,
    effect: { kind: 'odd-property', property: 'businessPhones', value: null },
  })
  const run = await waiting(resyncs(), { mode: 'delta' })
  expect(run.warnings).toEqual([warning('businessPhones', 30, 30)])
  expect(await platform.roster(tenant.tenantId)).toEqual(before)
})

test.each([
  ['everybody', () => EVERYBODY],
  ['chosen people', () => ({ users: ids.map((id) => ({ id, sync: true, sso: true })) })],
])('FC-32 T-126 an import of %s that empties a property of most people asks first', async (_, request) => {
  const before = await platform.roster(tenant.tenantId)
  await consentTo('User.ReadBasic.All')
  const run = await waiting(tenant.imports, request())
  expect(run.warnings).toEqual([warning('businessPhones', 30, 30), warning('jobTitle', 15, 15)])
  expect(await platform.roster(tenant.tenantId)).toEqual(before)
  await answer(run.id, 'approve')
  expect(await platform.finishedRun(tenant.api, run.id)).toMatchObject({ counts: { updated: 30 } })
})

test('FC-32 a property that a few people lost is written without a question', async () => {
  for (const id of ids.slice(0, 9)) directory.changeUser(id, { jobTitle: null })
  const { body } = await platform.call('POST', resyncs(), { mode: 'full' })
  expect(await platform.finishedRun(tenant.api, body.runId)).toMatchObject({
    status: 'succeeded',
    warnings: [],
    counts: { updated: 9 },
  })
})

test('FC-32 a preview of such a run counts, says what it would empty, and asks nobody', async () => {
  await consentTo('User.ReadBasic.All')
  const { body } = await platform.call('POST', `${resyncs()}?preview=true`, { mode: 'full' })
  expect(await platform.finishedRun(tenant.api, body.runId)).toMatchObject({
    status: 'succeeded',
    warnings: [warning('businessPhones', 30, 30), warning('jobTitle', 15, 15)],
    counts: { updated: 30 },
  })
})
