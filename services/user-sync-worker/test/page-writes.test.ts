import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentDigest } from '../src/adapters/page-writes/content-digest.ts'
import type { DirectoryUser } from '../src/domain/directory-user.ts'
import { pageWriter } from '../src/jobs/sync-run/page-writer.ts'
import type { Lease, RunPage } from '../src/sync-run-ports.ts'
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
    await platform.stores.pool.query<{ object_id: string; display_name: string; version: number; has_digest: boolean }>(
      `select object_id, display_name, version, content_digest is not null as has_digest from roster.phone_user where tenant_id = $1 order by object_id`,
      [tenantId],
    )
  ).rows

/** Object ids in the order in which the directory lists them. */
const listed = (directory: ReturnType<Platform['emulator']['directory']>) => directory.users().map(({ id }) => id)

describe('the digest of what the directory says', () => {
  const changes: Array<Partial<DirectoryUser>> = [
    { displayName: 'Ada L' },
    { givenName: 'x' },
    { surname: 'x' },
    { userPrincipalName: 'x@one.example' },
    { mail: 'x' },
    { businessPhones: ['x'] },
    { businessPhones: ['x', 'y'] },
    { businessPhones: ['xy'] },
    { mobilePhone: 'x' },
    { jobTitle: 'x' },
    { department: 'x' },
    { employeeId: 'x' },
    { userType: 'Guest' },
  ]
  test('SY-15 is another for every difference, also where the same text stands in another member', () => {
    const digests = [PERSON, ...changes.map((change) => ({ ...PERSON, ...change }))].map(contentDigest)
    expect(new Set(digests).size).toBe(changes.length + 1)
    expect(digests[0]).toMatch(/^[0-9a-f]{32}$/)
  })
  test('is the same for whom the roster keeps apart: the id, and whether the account is enabled', () => {
    const other = { ...PERSON, id: randomUUID(), accountEnabled: false }
    expect(contentDigest(other)).toBe(contentDigest(PERSON))
  })
})

test('S35 among newcomers, page after page, whoever is there already is updated and not made twice', async () => {
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

test('S50 whom an import finds disabled among newcomers waits for its end: of too many an admin is asked', async () => {
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

test('QC-04 a page of users from a worker whose lease was taken over is not written, counted or noted, new or known', async () => {
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
  for (const areNewcomers of [true, false]) {
    const rest = { staged: [], met: [], next: 'list 2', areNewcomers }
    expect(await platform.ports.pages.commitPage(late, { ...page, ...rest })).toBe(false)
  }
  expect(await rows(tenantId)).toEqual([])
  const { rows: runs } = await platform.stores.pool.query(
    'select seen, created, checkpoint from roster.sync_run where id = $1',
    [job.runId],
  )
  expect(runs).toEqual([{ seen: 0, created: 0, checkpoint: null }])
})

test('T-112 a row that was changed without its digest is written again by the next import, and no other', async () => {
  const directoryId = addLargeDirectory(platform, 5)
  const tenant = platform.connectedTenant(directoryId)
  await platform.runImport(tenant, EVERYBODY)
  const [victim] = await rows(tenant.tenantId)
  await platform.stores.pool.query(
    `update roster.phone_user set display_name = 'Somebody else' where tenant_id = $1 and object_id = $2`,
    [tenant.tenantId, victim?.object_id],
  )
  expect((await rows(tenant.tenantId)).map((row) => row.has_digest)).toEqual([false, true, true, true, true])
  const run = await platform.runImport(tenant, EVERYBODY)
  expect(run.counts).toMatchObject({ updated: 1, unchanged: 4 })
  expect((await rows(tenant.tenantId))[0]).toMatchObject({ display_name: victim?.display_name, has_digest: true })
})

test('S46 what a round of changes and a comparison bring is not written again by the next import', async () => {
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
  expect((await rows(tenant.tenantId)).every((row) => row.has_digest)).toBe(true)
  expect((await platform.runImport(tenant, EVERYBODY)).counts).toMatchObject({ updated: 0, unchanged: 5 })
  directory.changeUser(one ?? '', { jobTitle: 'Director' })
  expect((await platform.runImport(tenant, EVERYBODY)).counts).toMatchObject({ updated: 1, unchanged: 4 })
})

test('S35 a page that was taken for newcomers and holds somebody who came meanwhile is written all the same, and counted right', async () => {
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
    areNewcomers: true,
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

  test('S46 SY-15 writes whoever differs by a digest, a status or without one, and nobody else', async () => {
    const { tenant, directory, compare, change } = await given(1_200)
    const before = await rows(tenant.tenantId)
    const [stale, undigested, disabled, renamed, unsynced, left] = listed(directory).slice(990, 1_010)
    await change("display_name = 'Somebody else'", stale)
    await change('content_digest = null', undigested)
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

  test('S50 SI-07 counts whom it could not read, or met twice on a page, as met: nobody of them is missing', async () => {
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

describe('a page of newcomers that is inserted before its turn', () => {
  async function given() {
    const directoryId = addLargeDirectory(platform, 3)
    const tenant = platform.connectedTenant(directoryId)
    const { tenantId, accountId } = tenant
    const run = { tenantId, accountId, directoryId, requestedBy: 'test', request: EVERYBODY }
    const { job } = await platform.ports.runs.create(run, platform.entryOf(tenantId))
    const lease = (await platform.ports.leases.take(job)) as Lease
    const users = [{ user: { ...PERSON, id: randomUUID() }, ticks: { sync: true, sso: true } }]
    const page = {
      seen: 4,
      users,
      unsynced: [],
      skipped: [],
      nameless: 0,
      staged: [],
      met: [],
      next: 'list 2',
      areNewcomers: true,
    }
    const turn = Promise.withResolvers<boolean>()
    const committed = platform.ports.pages.commitPage(lease, page, turn.promise)
    committed.catch(() => undefined)
    const isHeld = async () => {
      // Whoever inserts the same person waits for this page.
      const text = `insert into roster.phone_user (id, tenant_id, account_id, directory_id, object_id, display_name, user_principal_name,
        business_phones, user_type, status, sync, sso) values (gen_random_uuid(), $1, $2, $3, $4, 'x', 'x', '{}', 'Member', 'active', true, true)`
      const client = await platform.stores.pool.connect()
      try {
        await client.query("begin; set local lock_timeout = '50ms'")
        await client.query(text, [tenantId, accountId, directoryId, users[0]?.user.id])
        return false
      } catch (error) {
        expect(error).toMatchObject({ code: '55P03' })
        return true
      } finally {
        await client.query('rollback')
        client.release()
      }
    }
    await expect.poll(isHeld).toBe(true)
    const counted = async () => {
      const { rows: runs } = await platform.stores.pool.query(
        'select seen, created, updated, unchanged, checkpoint from roster.sync_run where id = $1',
        [job.runId],
      )
      return { ...runs[0], rows: (await rows(tenantId)).length }
    }
    return { lease, turn, committed, counted, isHeld, runId: job.runId }
  }
  const UNTOUCHED = { seen: 0, created: 0, updated: 0, unchanged: 0, checkpoint: null, rows: 0 }
  const WRITTEN = { seen: 4, created: 1, updated: 0, unchanged: 3, checkpoint: 'list 2', rows: 1 }

  test('T-110 is there for nobody until the one before is, then with its counts and place', async () => {
    const { turn, committed, counted } = await given()
    expect(await counted()).toEqual(UNTOUCHED)
    turn.resolve(true)
    expect(await committed).toBe(true)
    expect(await counted()).toEqual(WRITTEN)
  })

  test('QC-04 is not written when the one before was refused, failed, or the lease was taken over meanwhile', async () => {
    const [refused, failed, late] = [await given(), await given(), await given()]
    refused.turn.resolve(false)
    failed.turn.reject(new Error('gone'))
    await platform.stores.pool.query('update roster.sync_run set lease_token = lease_token + 1 where id = $1', [
      late.runId,
    ])
    late.turn.resolve(true)
    expect(await refused.committed).toBe(false)
    await expect(failed.committed).rejects.toThrow('gone')
    expect(await late.committed).toBe(false)
    for (const { counted, isHeld } of [refused, failed, late]) {
      expect(await counted()).toEqual(UNTOUCHED)
      expect(await isHeld()).toBe(false)
    }
  })

  test('T-110 lets go of its rows when its turn does not come, and is written when it does', async () => {
    const { turn, committed, counted, isHeld } = await given()
    await expect.poll(isHeld, { timeout: 10_000 }).toBe(false)
    expect(await counted()).toEqual(UNTOUCHED)
    turn.resolve(true)
    expect(await committed).toBe(true)
    expect(await counted()).toEqual(WRITTEN)
  })
})

test('S44 a round of changes that told nothing ends in one step and lets the account’s next run begin; nobody ends it twice', async () => {
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

describe('the pages of a run', () => {
  const lease = (): Lease => ({ kind: 'import', fruitless: 3, deltaLink: null, checkpoint: null }) as Lease
  const page = (next: string, more: Partial<RunPage> = {}): RunPage => ({
    ...{ seen: 10, users: [], unsynced: [], skipped: [], nameless: 0, staged: [], met: [], next },
    ...more,
  })
  const changing = { users: [{ user: PERSON, ticks: { sync: true, sso: true } }] }

  function recorded(answer: (number: number) => Promise<boolean> = async () => true) {
    const committed: Array<[string, number]> = []
    const commitPage = async (_: Lease, { next, seen }: RunPage, after: Promise<boolean> = Promise.resolve(true)) => {
      if (!(await after)) return false
      committed.push([next, seen])
      return answer(committed.length)
    }
    return { committed, ports: { pages: { commitPage } } as unknown as Parameters<typeof pageWriter>[0] }
  }

  test('T-110 that change nothing wait for the next that does, for a second, or for the end; none is lost or counted twice', async () => {
    const { committed, ports } = recorded()
    let now = 0
    const held = lease()
    const writer = pageWriter(ports, held, () => now)
    for (const each of [page('a'), page('b'), page('c', changing), page('d')])
      expect(await writer.write(each)).toBe(true)
    expect(await writer.settled()).toBe(true)
    expect(committed).toEqual([['c', 30]])
    now = 1_500
    await writer.write(page('e'))
    await writer.write(page('f'))
    expect(await writer.end()).toBe(true)
    expect(committed).toEqual([
      ['c', 30],
      ['e', 20],
      ['f', 10],
    ])
    expect(held).toMatchObject({ checkpoint: 'f', fruitless: 0 })
    expect(await writer.end()).toBe(true)
    expect(committed.length).toBe(3)
  })

  test('QC-04 end with the lease: what comes after a page that was refused is not written', async () => {
    const { committed, ports } = recorded(async (number) => number < 2)
    const held = lease()
    const writer = pageWriter(ports, held, () => 0)
    await writer.write(page('a', changing))
    await writer.write(page('b', changing))
    expect(await writer.write(page('c', changing))).toBe(false)
    expect(await writer.end()).toBe(false)
    expect(committed.map(([next]) => next)).toEqual(['a', 'b'])
    expect(held.checkpoint).toBe('a')
  })

  test('DO-02 pass on what the database said to a page, and write none after it', async () => {
    const { committed, ports } = recorded(async () => {
      throw new Error('gone')
    })
    const writer = pageWriter(ports, lease(), () => 0)
    await writer.write(page('a', changing))
    await expect(writer.write(page('b', changing))).rejects.toThrow('gone')
    await expect(writer.end()).rejects.toThrow('gone')
    expect(committed.length).toBe(1)
  })

  test('S46 of a round of changes are each committed by themselves', async () => {
    const { committed, ports } = recorded()
    const writer = pageWriter(ports, { ...lease(), kind: 'delta' }, () => 0)
    for (const next of ['a', 'b']) await writer.write(page(next))
    await writer.end()
    expect(committed).toEqual([
      ['a', 10],
      ['b', 10],
    ])
  })
})
