import { createPool } from '@jackfield/postgres/pool'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runPages } from '../src/adapters/sync-runs/run-pages.ts'
import type { Lease } from '../src/sync-run-ports.ts'
import { holdGraph } from './support/held-graph.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { waitUntilBlocked } from './support/locks.ts'
import { type Platform, SELDOM, startPlatform } from './support/platform.ts'

const EVERYBODY = { all: true, sync: true, sso: true } as const

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let ids: string[]
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
beforeEach(() => {
  const directoryId = addLargeDirectory(platform, 20)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  ids = directory.users().map((user) => user.id)
})
afterAll(() => platform.close())

const id = (index: number) => ids[index] ?? ''
const tick = (sync: boolean, sso: boolean) => ({ users: ids.map((each) => ({ id: each, sync, sso })) })
async function person(index: number) {
  const { body } = await platform.call('GET', `${tenant.api}/users?limit=200`)
  const found = body.items.find(({ objectId }: { objectId: string }) => objectId === id(index))
  return { user: `${tenant.api}/users/${found.id}`, ticks: { sync: found.sync, sso: found.sso } }
}
async function patch(index: number, ticks: object) {
  const { user } = await person(index)
  expect((await platform.call('PATCH', user, ticks)).status).toBe(200)
}
/** Sets ticks by hand while a run that was asked for before them waits for Microsoft. */
async function during(ask: () => Promise<string>, work: () => Promise<void>) {
  const held = holdGraph(platform.gate)
  const runId = await ask()
  await held.reached
  await work()
  held.release()
  return platform.finishedRun(tenant.api, runId)
}
const asked = (request: unknown) => async () => (await platform.call('POST', tenant.imports, request)).body.runId
const ticks = async (...indices: number[]) =>
  Promise.all(indices.map(async (index) => Object.values((await person(index)).ticks)))

describe('T-127 FC-25 ticks set by hand stay as they are while', () => {
  test('everybody is imported', async () => {
    await platform.runImport(tenant, tick(true, true))
    await platform.runImport(tenant, { users: [{ id: id(1), sync: true, sso: false }] })
    const run = await during(asked(EVERYBODY), async () => {
      await patch(0, { sso: false })
      await patch(1, { sso: false }) // as it is already: a word, too
      await patch(2, { sync: false })
    })
    expect(run).toMatchObject({ status: 'succeeded', counts: { updated: 0, unchanged: 20 } })
    expect(await ticks(0, 1, 2, 3)).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [true, true],
    ])
    // A later import is the younger word.
    expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ counts: { updated: 3 } })
    expect(await ticks(0, 1, 2)).toEqual(Array(3).fill([true, true]))
  })

  test('chosen people are imported, or unticked', async () => {
    await platform.runImport(tenant, tick(true, true))
    await during(asked(tick(true, true)), () => patch(0, { sso: false }))
    expect(await ticks(0)).toEqual([[true, false]])
    const half = ids.map((each, index) => ({ id: each, sync: index > 9, sso: false }))
    const run = await during(asked({ users: half }), () => patch(0, { sync: true, sso: true }))
    expect(run.counts).toMatchObject({ updated: 19 })
    expect(await ticks(0, 1, 10)).toEqual([
      [true, true],
      [false, false],
      [true, false],
    ])
  })

  test('an import takes in what the directory changes meanwhile', async () => {
    // The first import of an account lists people, then follows what changed meanwhile.
    const held = Promise.withResolvers<ReturnType<typeof holdGraph>>()
    platform.gate.rewrite = (body) => {
      if (JSON.parse(body).value?.length !== 20) return body
      platform.gate.rewrite = undefined
      held.resolve(holdGraph(platform.gate))
      directory.changeUser(id(0), { displayName: 'Renamed meanwhile' })
      return body
    }
    const { body } = await platform.call('POST', tenant.imports, EVERYBODY)
    const inRoster = 'select count(*)::int as people from roster.phone_user where tenant_id = $1'
    const { pool } = platform.stores
    await expect
      .poll(async () => (await pool.query(inRoster, [tenant.tenantId])).rows[0].people, { interval: 5 })
      .toBe(20)
    await patch(0, { sync: false })
    ;(await held.promise).release()
    await platform.finishedRun(tenant.api, body.runId)
    expect(await ticks(0)).toEqual([[false, false]])
  })

  test.each([true, false])('rules are applied that gave a person SSO: %s', async (before) => {
    const rules = (sso: boolean) => ({ items: [{ userType: 'Member', sso }], leavers: 'keep' })
    const put = async (sso: boolean) => {
      const address = `${tenant.api}/microsoft-accounts/${tenant.accountId}/import-rules`
      expect((await platform.call('PUT', address, rules(sso))).status).toBe(200)
    }
    const newest = async () => (await platform.call('GET', `${tenant.api}/sync-runs`)).body.items[0]
    await put(before)
    await expect.poll(async () => (await newest())?.status, { timeout: 15_000 }).toBe('succeeded')
    const held = holdGraph(platform.gate)
    await put(!before)
    await held.reached
    await patch(0, { sso: before }) // as it is already
    held.release()
    const applied = { status: 'succeeded', counts: { updated: 19 } }
    await expect.poll(newest, { timeout: 15_000 }).toMatchObject(applied)
    expect(await ticks(0, 1)).toEqual([
      [true, before],
      [true, !before],
    ])
  })
})

describe.each(['read committed', 'repeatable read', 'serializable'])('T-127 under %s', (isolation) => {
  let pool: pg.Pool
  beforeAll(() => {
    const options = `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`
    const connectionString = `${platform.stores.database.url}?options=${encodeURIComponent(options)}`
    pool = createPool({ connectionString, applicationName: 'isolated', max: 5, onIdleError: () => {} })
  })
  afterAll(() => pool.end())

  /** Writes the page again as a retried job does, where the isolation level refuses. */
  async function commit(lease: Lease, page: Parameters<ReturnType<typeof runPages>['commitPage']>[1]) {
    const pages = runPages(pool, SELDOM)
    return pages.commitPage(lease, page).catch((error: { code?: string }) => {
      expect([isolation, error.code]).toEqual([isolation, '40001'])
      return pages.commitPage(lease, page)
    })
  }

  test.each(['upsert', 'untick', 'apply'] as const)('FC-25 an %s that waits for a tick leaves it', async (kind) => {
    const isUntick = kind === 'untick'
    await platform.runImport(tenant, tick(true, isUntick))
    const { tenantId, accountId } = tenant
    const request = isUntick ? tick(false, false) : EVERYBODY
    const run = { tenantId, accountId, directoryId: directory.id, requestedBy: 'test', request }
    const { job } = await platform.ports.runs.create(run, platform.entryOf(tenantId))
    const lease = (await platform.ports.leases.take(job)) as Lease
    const read = await platform.ports.directory.findUsers(connection(), [id(0)], new AbortController().signal)
    const user = read.kind === 'page' && read.users[0]?.kind === 'user' ? read.users[0].user : undefined
    if (!user) throw new Error('the directory has no such user')
    const nothing = { seen: 0, users: [], unsynced: [], skipped: [], nameless: 0, staged: [], met: [] }
    const ticked = { user, ticks: { sync: true, sso: true } }
    const page = {
      ...nothing,
      ...(kind === 'upsert' && { users: [ticked] }),
      ...(kind === 'untick' && { unsynced: [id(0)] }),
      ...(kind === 'apply' && { staged: [{ ...ticked, status: 'active' as const }] }),
      next: 'decide',
    }
    if (kind === 'apply') await commit(lease, page)

    const { user: address } = await person(0)
    const client = await platform.stores.pool.connect()
    await client.query('begin')
    await client.query('select from roster.phone_user where tenant_id = $1 for update', [tenantId])
    const word = platform.call('PATCH', address, isUntick ? { sso: true } : { sso: false })
    await waitUntilBlocked(platform.stores.pool, 1)
    const writing = kind === 'apply' ? apply(lease) : commit(lease, page)
    await waitUntilBlocked(platform.stores.pool, 2)
    await client.query('commit')
    client.release()
    expect((await word).status).toBe(200)
    await writing
    expect(await ticks(0)).toEqual([[true, isUntick]])
  })

  const connection = () => {
    const found = platform.registry.connections.get(tenant.accountId)
    if (!found) throw new Error('not connected')
    return found
  }
  function apply(lease: Lease) {
    const pages = runPages(pool, SELDOM)
    return pages.applyStaged(lease, 100).catch((error: { code?: string }) => {
      expect([isolation, error.code]).toEqual([isolation, '40001'])
      return pages.applyStaged(lease, 100)
    })
  }
})

test('T-127 a tick by hand that names no version is set whatever changes the person meanwhile', async () => {
  await platform.runImport(tenant, tick(true, true))
  const { user } = await person(0)
  const client = await platform.stores.pool.connect()
  await client.query('begin')
  await client.query('update roster.phone_user set version = version + 1 where tenant_id = $1', [tenant.tenantId])
  const word = platform.call('PATCH', user, { sso: false })
  await waitUntilBlocked(platform.stores.pool, 1)
  await client.query('commit')
  client.release()
  expect(await word).toMatchObject({ status: 200, body: { sso: false } })
})

test('T-127 a suggestion of bindings is not accepted for a person whom an admin has bound since', async () => {
  await platform.runImport(tenant, tick(true, true))
  const system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
  const items = ['101', '102', '103'].map((number) => ({ number }))
  await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, { items })
  const [first, second] = (await platform.call('GET', `${tenant.api}/users`)).body.items
  await platform.call('PUT', `${tenant.api}/users/${first.id}/bindings/${system.id}`, { extension: '101' })
  const accepted = await platform.call('POST', `${tenant.api}/binding-suggestions`, {
    phoneSystemId: system.id,
    items: [
      { userId: first.id, extension: '102' },
      { userId: first.id, extension: '101' },
      { userId: second.id, extension: '103' },
    ],
  })
  expect(accepted.body).toEqual({
    bound: 2,
    refused: [{ userId: first.id, extension: '102', code: 'user-already-bound', holder: null }],
  })
  const { body } = await platform.call('GET', `${tenant.api}/users/${first.id}`)
  expect(body.bindings).toMatchObject([{ extension: '101' }])
})
