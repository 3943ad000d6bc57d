import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DirectoryUser } from '../src/domain/directory-user.ts'
import type { Lease } from '../src/sync-run-ports.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'

const EVERYBODY = { all: true, sync: true, sso: true } as const
const PERSON: DirectoryUser = {
  id: randomUUID(),
  displayName: 'Ada',
  givenName: null,
  surname: null,
  userPrincipalName: 'ada@one.example',
  mail: null,
  businessPhones: [],
  mobilePhone: null,
  jobTitle: null,
  department: null,
  employeeId: null,
  accountEnabled: true,
  userType: 'Member',
}

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterAll(() => platform.close())

const rows = async (tenantId: string) =>
  (
    await platform.stores.pool.query<{ object_id: string; display_name: string; version: number }>(
      `select object_id, display_name, version from roster.phone_user where tenant_id = $1 order by object_id`,
      [tenantId],
    )
  ).rows

/** Object ids in the order in which the directory lists them. */
const listed = (directory: ReturnType<Platform['emulator']['directory']>) => directory.users().map(({ id }) => id)

test('S35 an import of newcomers updates the people who are in the roster already', async () => {
  const directoryId = addLargeDirectory(platform, 3_100)
  const tenant = platform.connectedTenant(directoryId)
  const directory = platform.emulator.directory(directoryId)
  const there = [1_500, 2_500, 3_050].map((place) => listed(directory)[place] ?? '')
  await platform.runImport(tenant, { users: there.map((id) => ({ id, sync: true, sso: false })) })
  directory.changeUser(there[0] ?? '', { displayName: 'Renamed meanwhile' })
  const run = await platform.runImport(tenant, EVERYBODY)
  expect(run.counts).toEqual({
    seen: 3_100,
    created: 3_097,
    updated: 3,
    unchanged: 0,
    disabled: 0,
    deleted: 0,
    skipped: 0,
  })
  const found = await rows(tenant.tenantId)
  expect(found.length).toBe(3_100)
  expect(found.find((row) => row.object_id === there[0])).toMatchObject({
    display_name: 'Renamed meanwhile',
    version: 2,
  })
  const again = await platform.runImport(tenant, EVERYBODY)
  expect(again.counts).toMatchObject({ seen: 3_100, unchanged: 3_100, created: 0, updated: 0 })
  expect((await rows(tenant.tenantId)).map(({ version }) => version)).toEqual(found.map(({ version }) => version))
})

test('S50 an import stages disables among newcomers until its end and asks an admin about too many', async () => {
  const directoryId = addLargeDirectory(platform, 2_000)
  const tenant = platform.connectedTenant(directoryId)
  const directory = platform.emulator.directory(directoryId)
  const there = listed(directory).slice(1_400)
  await platform.runImport(tenant, { users: there.map((id) => ({ id, sync: true, sso: true })) })
  for (const id of there) directory.disableUser(id)
  const { body } = await platform.call('POST', tenant.imports, EVERYBODY)
  const run = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body
  await expect.poll(async () => (await run()).status, { timeout: 15_000 }).toBe('awaiting-approval')
  const states = 'select status, count(*)::int as people from roster.phone_user where tenant_id = $1 group by 1'
  expect((await platform.stores.pool.query(states, [tenant.tenantId])).rows).toEqual([
    { status: 'active', people: 2_000 },
  ])
  expect((await run()).counts).toMatchObject({ seen: 2_000, created: 1_400, disabled: 600 })
})

test('QC-04 a worker that lost its lease writes and counts nothing of its page', async () => {
  const directoryId = addLargeDirectory(platform, 3)
  const tenant = platform.connectedTenant(directoryId)
  const { tenantId, accountId } = tenant
  const run = { tenantId, accountId, directoryId, requestedBy: 'test', request: EVERYBODY }
  const { job } = await platform.ports.runs.create(run, platform.entryOf(tenantId))
  const late = (await platform.ports.leases.take(job)) as Lease
  await platform.stores.pool.query(`update roster.sync_run set lease_token = lease_token + 1 where id = $1`, [
    job.runId,
  ])
  const page = {
    seen: 1,
    users: [{ user: PERSON, ticks: { sync: true, sso: true } }],
    unsynced: [],
    skipped: [],
    nameless: 0,
  }
  const rest = { staged: [], met: [], next: 'list 2' }
  expect(await platform.ports.pages.commitPage(late, { ...page, ...rest })).toBe(false)
  expect(await rows(tenantId)).toEqual([])
  const { rows: runs } = await platform.stores.pool.query(
    'select seen, created, checkpoint from roster.sync_run where id = $1',
    [job.runId],
  )
  expect(runs).toEqual([{ seen: 0, created: 0, checkpoint: null }])
})

test('T-112 the next import writes a row that was changed by hand, and no other', async () => {
  const directoryId = addLargeDirectory(platform, 5)
  const tenant = platform.connectedTenant(directoryId)
  await platform.runImport(tenant, EVERYBODY)
  const [victim] = await rows(tenant.tenantId)
  await platform.stores.pool.query(
    `update roster.phone_user set display_name = 'Somebody else' where tenant_id = $1 and object_id = $2`,
    [tenant.tenantId, victim?.object_id],
  )
  const run = await platform.runImport(tenant, EVERYBODY)
  expect(run.counts).toMatchObject({ updated: 1, unchanged: 4 })
  expect((await rows(tenant.tenantId))[0]).toMatchObject({ display_name: victim?.display_name, version: 2 })
})

test('S46 an import does not write again what a delta run or a full comparison wrote', async () => {
  const directoryId = addLargeDirectory(platform, 5)
  const tenant = platform.connectedTenant(directoryId)
  const directory = platform.emulator.directory(directoryId)
  await platform.runImport(tenant, EVERYBODY)
  const [one, two] = directory.users().map(({ id }) => id)
  for (const [mode, id] of [
    ['delta', one],
    ['full', two],
  ] as const) {
    directory.changeUser(id ?? '', { displayName: `By ${mode}`, department: 'Sales', businessPhones: ['+1 "2"'] })
    const { body } = await platform.call('POST', `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`, {
      mode,
    })
    expect((await platform.finishedRun(tenant.api, body.runId)).counts).toMatchObject({ updated: 1 })
  }
  expect((await platform.runImport(tenant, EVERYBODY)).counts).toMatchObject({ updated: 0, unchanged: 5 })
  directory.changeUser(one ?? '', { jobTitle: 'Director' })
  expect((await platform.runImport(tenant, EVERYBODY)).counts).toMatchObject({ updated: 1, unchanged: 4 })
})

test('S35 a page of newcomers whose people came into the roster meanwhile is upserted and counted right', async () => {
  const directoryId = addLargeDirectory(platform, 3)
  const tenant = platform.connectedTenant(directoryId)
  const [one = '', two = ''] = listed(platform.emulator.directory(directoryId)).sort()
  await platform.runImport(tenant, { users: [{ id: one, sync: true, sso: true }] })
  const { tenantId, accountId } = tenant
  const run = { tenantId, accountId, directoryId, requestedBy: 'test', request: EVERYBODY }
  const { job } = await platform.ports.runs.create(run, platform.entryOf(tenantId))
  const taken = (await platform.ports.leases.take(job)) as Lease
  const users = [one, two].map((id) => ({ user: { ...PERSON, id }, ticks: { sync: true, sso: true } }))
  const page = {
    seen: 2,
    users,
    unsynced: [],
    skipped: [],
    nameless: 0,
    staged: [],
    met: [],
    next: 'list 2',
  }
  expect(await platform.ports.pages.commitPage(taken, page)).toBe(true)
  const { body } = await platform.call('GET', `${tenant.api}/sync-runs/${job.runId}`)
  expect(body.counts).toMatchObject({ seen: 2, created: 1, updated: 1, unchanged: 0 })
  expect((await rows(tenantId)).map((row) => [row.display_name, row.version])).toEqual([
    ['Ada', 2],
    ['Ada', 1],
  ])
})

describe('a full comparison', () => {
  async function given(people: number) {
    const directoryId = addLargeDirectory(platform, people)
    const tenant = platform.connectedTenant(directoryId)
    await platform.runImport(tenant, EVERYBODY)
    const compare = async () => {
      const { body } = await platform.call('POST', `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`, {
        mode: 'full',
      })
      return (await platform.finishedRun(tenant.api, body.runId)).counts
    }
    const change = (set: string, id: string | undefined) =>
      platform.stores.pool.query(`update roster.phone_user set ${set} where tenant_id = $1 and object_id = $2`, [
        tenant.tenantId,
        id,
      ])
    return { tenant, directory: platform.emulator.directory(directoryId), compare, change }
  }

  test('S46 SY-15 writes people who differ by an attribute or a status, and nobody else', async () => {
    const { tenant, directory, compare, change } = await given(1_200)
    const before = await rows(tenant.tenantId)
    const [stale, disabled, renamed, unsynced, left] = listed(directory).slice(990, 1_010)
    await change("display_name = 'Somebody else'", stale)
    await change("status = 'disabled'", disabled)
    await change('sync = false, sso = false', unsynced)
    directory.changeUser(renamed ?? '', { displayName: 'Renamed' })
    directory.deleteUser(left ?? '')
    expect(await compare()).toMatchObject({ updated: 3, disabled: 0, deleted: 1, created: 0, skipped: 0 })
    const after = await rows(tenant.tenantId)
    const versions = new Map(before.map((row) => [row.object_id, row.version]))
    const written = after.filter((row) => row.version !== versions.get(row.object_id)).map((row) => row.object_id)
    expect(new Set(written)).toEqual(new Set([stale, disabled, renamed, left]))
    expect(after.find((row) => row.object_id === stale)?.display_name).toBe(
      before.find((row) => row.object_id === stale)?.display_name,
    )
    expect(await compare()).toMatchObject({ updated: 0, disabled: 0, deleted: 0 })
  })

  test('S50 SI-07 counts unreadable and repeated people as met, so that none of them is missing', async () => {
    const { tenant, directory, compare } = await given(5)
    const [one, two] = listed(directory)
    platform.gate.rewrite = (body) => {
      const page = JSON.parse(body)
      if (page.value?.length !== 5) return body
      const value = page.value.map((user: { id: string }) =>
        user.id === one ? { ...user, userPrincipalName: '' } : user,
      )
      return JSON.stringify({ ...page, value: [...value, value.find(({ id }: { id: string }) => id === two)] })
    }
    platform.gate.requests.length = 0
    const counts = await compare().finally(() => {
      platform.gate.rewrite = undefined
    })
    expect(platform.gate.requests.filter(({ query }) => query.get('$filter')?.startsWith('id in'))).toEqual([])
    expect(counts).toMatchObject({ seen: 5, unchanged: 4, skipped: 1, updated: 0, disabled: 0, deleted: 0 })
    const states = 'select status, count(*)::int as people from roster.phone_user where tenant_id = $1 group by 1'
    expect((await platform.stores.pool.query(states, [tenant.tenantId])).rows).toEqual([
      { status: 'active', people: 5 },
    ])
  })
})

test('S44 a delta run without changes ends in one step, once, and lets the account’s next run begin', async () => {
  const directoryId = addLargeDirectory(platform, 5)
  const tenant = platform.connectedTenant(directoryId)
  await platform.runImport(tenant, EVERYBODY)
  const { runs, leases, endings } = platform.ports
  const make = () =>
    runs.create(
      {
        tenantId: tenant.tenantId,
        accountId: tenant.accountId,
        directoryId,
        requestedBy: 'test',
        request: { mode: 'delta' },
      },
      platform.entryOf(tenant.tenantId),
    )
  const [first, second] = [await make(), await make()]
  const lease = (await leases.take(first.job)) as Lease
  expect(await endings.finishQuietly({ ...lease, token: lease.token - 1, deltaLink: 'lost' })).toBeUndefined()
  expect(await endings.finishQuietly({ ...lease, deltaLink: '$deltatoken=kept' })).toEqual({ next: second })
  expect(await endings.finishQuietly({ ...lease, deltaLink: 'twice' })).toBeUndefined()
  const { rows: places } = await platform.stores.pool.query(
    'select delta_link from roster.account_sync where account_id = $1',
    [tenant.accountId],
  )
  expect(places).toEqual([{ delta_link: '$deltatoken=kept' }])
  const last = (await leases.take(second.job)) as Lease
  expect(await endings.finishQuietly(last)).toEqual({ next: undefined })
})
