import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { scheduleSyncRuns } from '../src/jobs/enqueue-sync-runs.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const EVERYBODY = { all: true, sync: true, sso: true }
const expired = (status: number, code: string) => ({ status, body: { error: { code, message: 'made by the test' } } })

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let ids: string[]
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(async () => {
  const directoryId = addLargeDirectory(platform, 40)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  ids = directory.users().map((user) => user.id)
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ status: 'succeeded' })
})
afterAll(() => platform.close())

const id = (index: number) => ids[index] ?? ''
const resyncs = () => `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`
async function resync(mode: 'delta' | 'full', query = '') {
  const { status, body } = await platform.call('POST', `${resyncs()}${query}`, { mode })
  expect(status).toBe(202)
  return platform.finishedRun(tenant.api, body.runId)
}
async function waiting(mode: 'delta' | 'full') {
  const { body } = await platform.call('POST', resyncs(), { mode })
  const run = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body
  await expect.poll(async () => (await run()).status, { timeout: 15_000 }).toBe('awaiting-approval')
  return run()
}
async function entry(objectId: string) {
  const identity = `?directoryId=${directory.id}&objectId=${objectId}`
  const caller = { scope: 'platform', role: 'service' } as const
  return (await platform.call('GET', `/internal/tenants/${tenant.tenantId}/phone-users${identity}`, undefined, caller))
    .body
}
async function bindFirst(): Promise<{ id: string; bindings: unknown[] }> {
  const system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
  await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, { items: [{ number: '101' }] })
  const user = await entry(id(0))
  await platform.call('PUT', `${tenant.api}/users/${user.id}/bindings/${system.id}`, { extension: '101' })
  return entry(id(0))
}

describe.each(['delta', 'full'] as const)('a %s run', (mode) => {
  test('S44 S46 writes renames and new mail, and keeps other people, ticks and bindings', async () => {
    const before = await bindFirst()
    directory.changeUser(id(0), {
      displayName: 'Renamed',
      userPrincipalName: `renamed@${directory.domains[0]}`,
      mail: null,
    })
    const run = await resync(mode)
    expect(run).toMatchObject({
      kind: mode,
      status: 'succeeded',
      counts: { updated: 1, created: 0, disabled: 0, deleted: 0 },
    })
    const after = await entry(id(0))
    expect(after).toMatchObject({
      id: before.id,
      displayName: 'Renamed',
      sync: true,
      sso: true,
      bindings: before.bindings,
    })
    const { rows } = await platform.stores.pool.query('select version from roster.phone_user where tenant_id = $1', [
      tenant.tenantId,
    ])
    expect(rows.map(({ version }) => version).sort()).toEqual([...Array(39).fill(1), 3]) // bound, then renamed
    expect((await resync(mode)).counts).toMatchObject({ updated: 0 })
  })

  test('S45 SY-03 disabling, deleting and restoring end sessions and keep the person and the binding', async () => {
    const before = await bindFirst()
    directory.disableUser(id(0))
    expect((await resync(mode)).counts).toMatchObject({ disabled: 1, updated: 0, deleted: 0 })
    const disabled = await entry(id(0))
    expect(disabled).toMatchObject({
      status: 'disabled',
      sso: true,
      bindings: before.bindings,
      sessionsValidAfter: expect.any(String),
    })
    directory.enableUser(id(0))
    await resync(mode)
    expect((await entry(id(0))).status).toBe('active')
    directory.deleteUser(id(0))
    await resync(mode)
    expect((await entry(id(0))).status).toBe(mode === 'delta' ? 'disabled' : 'deleted')
    directory.restoreUser(id(0))
    await resync(mode)
    expect(await entry(id(0))).toMatchObject({ id: before.id, status: 'active', bindings: before.bindings })
    directory.purgeUser(id(0))
    expect((await resync(mode)).counts).toMatchObject({ deleted: 1 })
    expect(await entry(id(0))).toMatchObject({ id: before.id, status: 'deleted', bindings: before.bindings })
  })

  test('SY-15 writes swapped user principal names', async () => {
    const names = [directory.user(id(0)).userPrincipalName, directory.user(id(1)).userPrincipalName]
    directory.changeUser(id(0), { userPrincipalName: `between@${directory.domains[0]}` })
    directory.changeUser(id(1), { userPrincipalName: names[0] ?? '' })
    directory.changeUser(id(0), { userPrincipalName: names[1] ?? '' })
    expect((await resync(mode)).counts).toMatchObject({ updated: 2 })
    expect([(await entry(id(0))).userPrincipalName, (await entry(id(1))).userPrincipalName]).toEqual([
      names[1],
      names[0],
    ])
  })

  test('S32 adds nobody who was not imported, and changes nobody whose sync is off', async () => {
    directory.addUser({ id: randomUUID(), userPrincipalName: `new@${directory.domains[0]}`, displayName: 'Newcomer' })
    const user = await entry(id(1))
    await platform.call('PATCH', `${tenant.api}/users/${user.id}`, { sync: false })
    directory.changeUser(id(1), { displayName: 'Not told' })
    expect((await resync(mode)).counts).toMatchObject({ created: 0, updated: 0 })
    expect((await entry(id(1))).displayName).toBe(user.displayName)
    expect(await platform.roster(tenant.tenantId)).toHaveLength(40)
  })

  test('S50 that would disable or delete too many people removes nobody until it is approved', async () => {
    const statusesNow = async () => (await platform.roster(tenant.tenantId)).map(({ status }) => status)
    const before = await statusesNow()
    for (const objectId of ids.slice(0, 10)) directory.purgeUser(objectId)
    for (const objectId of ids.slice(10, 15)) directory.disableUser(objectId)
    directory.changeUser(id(20), { displayName: 'Renamed' })
    const asked = await waiting(mode)
    expect(asked.counts).toMatchObject({ updated: 1, disabled: 5, deleted: 10 })
    expect(await statusesNow()).toEqual(before)
    // All else is done.
    expect((await entry(id(20))).displayName).toBe('Renamed')
    expect((await platform.call('POST', `${tenant.api}/sync-runs/${asked.id}/cancel`)).body.status).toBe('cancelled')
    expect((await platform.call('POST', `${tenant.api}/sync-runs/${asked.id}/approve`)).body.code).toBe(
      'run-not-waiting',
    )
    expect(await statusesNow()).toEqual(before)

    const again = await waiting('full')
    expect((await platform.call('POST', `${tenant.api}/sync-runs/${again.id}/approve`)).status).toBe(200)
    const run = await platform.finishedRun(tenant.api, again.id)
    expect(run).toMatchObject({ status: 'succeeded', counts: { updated: 0, disabled: 5, deleted: 10 } })
    expect((await platform.call('POST', `${tenant.api}/sync-runs/${again.id}/cancel`)).body.code).toBe('run-over')
    const statuses = await statusesNow()
    expect(['active', 'disabled', 'deleted'].map((status) => statuses.filter((one) => one === status).length)).toEqual([
      25, 5, 10,
    ])
    expect((await resync(mode)).counts).toMatchObject({ updated: 0, disabled: 0, deleted: 0 })
    const events = (action: string) =>
      [...platform.registry.auditEvents.values()].filter(
        (event) => event.target === again.id && event.action === action,
      )
    await expect.poll(() => events('sync-run.approve').length, { timeout: 10_000 }).toBe(1)
  })

  test('S50 in preview only counts', async () => {
    directory.changeUser(id(0), { displayName: 'Renamed' })
    for (const objectId of ids.slice(10, 25)) directory.purgeUser(objectId)
    const before = await platform.roster(tenant.tenantId)
    expect(await resync(mode, '?preview=true')).toMatchObject({
      preview: true,
      status: 'succeeded',
      counts: { updated: 1, deleted: 15 },
    })
    expect(await platform.roster(tenant.tenantId)).toEqual(before)
    expect(await resync(mode, '?preview=true')).toMatchObject({ counts: { updated: 1, deleted: 15 } })
  })
})

test.each([
  [410, 'resyncRequired'],
  [400, 'syncStateNotFound'],
  [400, 'Request_BadRequest'],
])('SY-05 T-113 an expired delta link (%i %s) leads to one full comparison', async (status, code) => {
  directory.changeUser(id(0), { displayName: 'Renamed' })
  directory.purgeUser(id(1))
  platform.gate.faults.push(expired(status, code))
  const run = await resync('delta')
  expect(run).toMatchObject({
    kind: 'full',
    status: 'succeeded',
    counts: { seen: 39, updated: 1, deleted: 1, disabled: 0 },
  })
  directory.changeUser(id(2), { displayName: 'Later' })
  expect(await resync('delta')).toMatchObject({ kind: 'delta', counts: { updated: 1 } })
})

test('SY-05 an expired token of the emulator leads to the same', async () => {
  directory.expireDeltaTokens()
  directory.changeUser(id(0), { displayName: 'Renamed' })
  expect(await resync('delta')).toMatchObject({ kind: 'full', status: 'succeeded', counts: { updated: 1 } })
})

test('SY-11 an empty answer for a directory that had people stops and asks', async () => {
  platform.gate.rewrite = (body) =>
    body.includes('"value"') ? JSON.stringify({ ...JSON.parse(body), value: [] }) : body
  const asked = await waiting('full')
  platform.gate.rewrite = undefined
  expect(asked.counts).toMatchObject({ seen: 0, deleted: 40 })
  expect((await platform.roster(tenant.tenantId)).every(({ status }) => status === 'active')).toBe(true)
  // Another look at the directory takes the question back.
  expect(await resync('full')).toMatchObject({ status: 'succeeded', counts: { unchanged: 40, deleted: 0 } })
  expect((await platform.call('GET', `${tenant.api}/sync-runs/${asked.id}`)).body).toMatchObject({
    status: 'cancelled',
    error: { code: 'superseded' },
  })
})

test('T-113 a person who is missing in a listing and found by id is not removed', async () => {
  const without = (body: string) => {
    const parsed = JSON.parse(body)
    return parsed.value?.length === 40 ? JSON.stringify({ ...parsed, value: parsed.value.slice(1) }) : body
  }
  platform.gate.rewrite = without
  const run = await resync('full')
  platform.gate.rewrite = undefined
  expect(run).toMatchObject({ status: 'succeeded', counts: { seen: 39, deleted: 0, disabled: 0, updated: 0 } })
})

test('T-112 an import applies the changes that happen during its listing', async () => {
  const other = platform.connectedTenant(directory.id)
  platform.gate.rewrite = (body) => {
    if (!body.includes('@odata.context') || JSON.parse(body).value?.length !== 40) return body
    platform.gate.rewrite = undefined
    directory.changeUser(id(3), { displayName: 'Changed meanwhile' })
    directory.addUser({
      id: randomUUID(),
      userPrincipalName: `meanwhile@${directory.domains[0]}`,
      displayName: 'Came meanwhile',
    })
    return body
  }
  const run = await platform.runImport(other, EVERYBODY)
  expect(run).toMatchObject({ status: 'succeeded', counts: { created: 41, updated: 1 } })
  const names = (await platform.roster(other.tenantId)).map((row) => row.display_name)
  expect(names).toEqual(expect.arrayContaining(['Changed meanwhile', 'Came meanwhile']))
})

test('SY-13 a delta answer that was cut off writes nothing and is requested again', async () => {
  directory.changeUser(id(0), { displayName: 'Renamed' })
  platform.gate.faults.push(
    { status: 200, body: { value: [] } },
    { status: 200, body: { error: { code: 'x', message: 'y' } } },
  )
  expect(await resync('delta')).toMatchObject({ status: 'succeeded', counts: { updated: 1 } })
})

test('S34 S50 an import of everybody takes a filter, and its preview counts without storing', async () => {
  const other = platform.connectedTenant(directory.id)
  const filter = { search: 'person user0000' }
  const { body } = await platform.call('POST', `${other.imports}?preview=true`, { ...EVERYBODY, filter })
  expect(await platform.finishedRun(other.api, body.runId)).toMatchObject({
    preview: true,
    counts: { seen: 10, created: 10 },
  })
  expect(await platform.roster(other.tenantId)).toEqual([])
  expect((await platform.runImport(other, { ...EVERYBODY, filter })).counts).toMatchObject({ created: 10 })
  expect((await platform.call('POST', other.imports, { ...EVERYBODY, filter: { colour: 'red' } })).status).toBe(400)
})

test('S50 an import that would disable too many people asks first', async () => {
  for (const objectId of ids.slice(0, 15)) directory.disableUser(objectId)
  const { body } = await platform.call('POST', tenant.imports, { all: true, sync: true, sso: false })
  const run = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body
  await expect.poll(async () => (await run()).status, { timeout: 15_000 }).toBe('awaiting-approval')
  expect((await platform.roster(tenant.tenantId)).filter(({ status }) => status === 'disabled')).toEqual([])
  await platform.call('POST', `${tenant.api}/sync-runs/${body.runId}/approve`)
  expect((await platform.finishedRun(tenant.api, body.runId)).counts).toMatchObject({ disabled: 15, updated: 25 })
  const rows = await platform.roster(tenant.tenantId)
  expect(rows.filter(({ status, sso }) => status === 'disabled' && sso === false)).toHaveLength(15)
})

describe('by the clock', () => {
  const due = (column: string) =>
    platform.stores.pool.query(
      `update roster.account_sync set ${column} = now() - interval '1 minute' where account_id = $1`,
      [tenant.accountId],
    )
  const runs = async () => (await platform.call('GET', `${tenant.api}/sync-runs`)).body.items
  test.each([
    ['delta', 'next_delta_at', 'schedule'],
    ['full', 'next_full_at', 'schedule'],
    ['delta', 'hinted_at', 'notification'],
  ])('T-114 SY-17 a %s run is made when %s is over, once', async (kind, column, requestedBy) => {
    directory.changeUser(id(0), { displayName: 'Renamed' })
    await due(column)
    await expect.poll(async () => (await entry(id(0))).displayName, { timeout: 15_000 }).toBe('Renamed')
    await expect.poll(async () => (await runs())[0].status, { timeout: 15_000 }).toBe('succeeded')
    await Promise.all([1, 2, 3].map(() => scheduleSyncRuns(platform.ports)()))
    expect(await runs()).toMatchObject([{ kind, requestedBy, counts: { updated: 1 } }, { kind: 'import' }])
  })
})
