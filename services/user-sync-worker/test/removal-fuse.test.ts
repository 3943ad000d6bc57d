import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { JACKFIELD_CLIENT_ID } from '@jackfield/m365-emulator/demo/contoso'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DirectoryUser } from '../src/domain/directory-user.ts'
import type { Lease } from '../src/sync-run-ports.ts'
import { holdGraph } from './support/held-graph.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { waitUntilBlocked } from './support/locks.ts'
import { CREDENTIAL, type Platform, startPlatform } from './support/platform.ts'

const EVERYBODY = { all: true, sync: true, sso: true } as const

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let ids: string[]
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterAll(() => platform.close())

async function given(people: number) {
  const directoryId = addLargeDirectory(platform, people)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  ids = directory.users().map((user) => user.id)
  expect(await platform.runImport(tenant, EVERYBODY)).toMatchObject({ status: 'succeeded' })
}
const id = (index: number) => ids[index] ?? ''
function disable(from: number, to: number) {
  for (const each of ids.slice(from, to)) directory.disableUser(each)
}
function enable(from: number, to: number) {
  for (const each of ids.slice(from, to)) directory.enableUser(each)
}
const runAt = (runId: string): Promise<{ body: SyncRun }> => platform.call('GET', `${tenant.api}/sync-runs/${runId}`)
/** Until the run is over or asks. */
async function settled(runId: string): Promise<SyncRun> {
  const isSettled = ({ status }: SyncRun) => status !== 'queued' && status !== 'running'
  let run = (await runAt(runId)).body
  const look = async () => {
    run = (await runAt(runId)).body
    return isSettled(run)
  }
  await expect.poll(look, { timeout: 20_000 }).toBe(true)
  return run
}
async function resync(mode: 'delta' | 'full', accountId = tenant.accountId) {
  const { body } = await platform.call('POST', `${tenant.api}/microsoft-accounts/${accountId}/resyncs`, { mode })
  return settled(body.runId)
}
async function answer(runId: string, how: 'approve' | 'cancel', headers = {}) {
  return platform.call('POST', `${tenant.api}/sync-runs/${runId}/${how}`, undefined, undefined, headers)
}
async function approved(runId: string): Promise<SyncRun> {
  expect((await answer(runId, 'approve')).status).toBe(200)
  return settled(runId)
}
const waiting = async (): Promise<SyncRun[]> =>
  (await platform.call('GET', `${tenant.api}/sync-runs?status=awaiting-approval`)).body.items
async function inactive(): Promise<string[]> {
  const gone = (await platform.roster(tenant.tenantId)).filter(({ status }) => status !== 'active')
  return gone.map(({ object_id: objectId }) => objectId).sort()
}
const people = (from: number, to: number) => ids.slice(from, to).sort()
const removals = async (runId: string) => {
  const { body } = await platform.call(
    'GET',
    `${tenant.api}/sync-runs/${runId}/planned-changes?removals=true&limit=500`,
  )
  return body.items.map(({ objectId }: { objectId: string }) => objectId)
}

describe('FC-27 T-128 removals in small steps', () => {
  beforeEach(() => given(24))

  test('stop at the limit, wait together, and are answered together; then the hours begin anew', async () => {
    for (let index = 0; index < 9; index += 1) {
      disable(index, index + 1)
      expect(await resync('delta')).toMatchObject({ status: 'succeeded', counts: { disabled: 1 }, approval: null })
    }
    disable(9, 10)
    const asking = await resync('delta')
    expect(asking).toMatchObject({
      status: 'awaiting-approval',
      counts: { disabled: 1 },
      approval: {
        removals: 1,
        disabled: 1,
        deleted: 0,
        thresholdPercent: 20,
        thresholdUsers: 10,
        windowHours: 24,
        approvedBy: null,
      },
    })
    for (let index = 10; index < 20; index += 1) {
      disable(index, index + 1)
      expect(await resync(index % 2 ? 'delta' : 'full')).toMatchObject({
        status: 'succeeded',
        counts: { disabled: 0 },
        warnings: [{ code: 'changes-held', message: expect.stringContaining(asking.id) }],
      })
    }
    expect(await inactive()).toEqual(people(0, 9))
    expect(await waiting()).toMatchObject([{ id: asking.id, counts: { disabled: 11 }, approval: { removals: 11 } }])
    expect(await removals(asking.id)).toEqual(people(9, 20))

    expect(await approved(asking.id)).toMatchObject({
      status: 'succeeded',
      counts: { disabled: 11 },
      approval: { removals: 11, approvedBy: 'test' },
    })
    expect(await inactive()).toEqual(people(0, 20))
    disable(20, 21)
    expect(await resync('delta')).toMatchObject({ status: 'succeeded', counts: { disabled: 1 } })
  })

  test('that are hours apart do not ask', async () => {
    disable(0, 9)
    expect(await resync('delta')).toMatchObject({ status: 'succeeded', counts: { disabled: 9 } })
    const later = `update roster.recent_removal set decided_at = decided_at - interval '24 hours' where tenant_id = $1`
    await platform.stores.pool.query(later, [tenant.tenantId])
    disable(9, 18)
    expect(await resync('full')).toMatchObject({ status: 'succeeded', counts: { disabled: 9 } })
    disable(18, 19)
    expect(await resync('full')).toMatchObject({ status: 'awaiting-approval' })
    await platform.ports.schedule.forgetOld()
    const kept = 'select object_id from roster.recent_removal where tenant_id = $1 order by 1'
    const { rows } = await platform.stores.pool.query(kept, [tenant.tenantId])
    expect(rows.map((row) => row.object_id)).toEqual(people(9, 18))
  })

  test('of one person again and again do not ask', async () => {
    for (let round = 0; round < 12; round += 1) {
      disable(0, 1)
      expect(await resync('delta')).toMatchObject({ status: 'succeeded', counts: { disabled: 1 } })
      enable(0, 1)
      expect(await resync('delta')).toMatchObject({ status: 'succeeded', counts: { updated: 1 } })
    }
  })

  test('count for the directory, whichever of its accounts finds them', async () => {
    const { tenantId } = tenant
    const connection = { clientId: JACKFIELD_CLIENT_ID, directoryId: directory.id, credential: CREDENTIAL }
    const other = platform.registry.connect(tenantId, connection)
    disable(0, 9)
    expect(await resync('full', other)).toMatchObject({ status: 'succeeded', counts: { disabled: 9 } })
    disable(9, 10)
    const asking = await resync('delta')
    expect(asking).toMatchObject({ status: 'awaiting-approval' })
    // The other account's run leaves them to the run that asks.
    expect(await resync('full', other)).toMatchObject({ status: 'succeeded', counts: { disabled: 0 }, warnings: [] })
    expect(await waiting()).toMatchObject([{ id: asking.id, approval: { removals: 1 } }])
  })

  test.each([
    ['of different people, found at one moment, ask', 6, 1],
    ['of the same people, found at one moment, count once', 0, 0],
  ])('%s', async (_, offset, asking) => {
    const { tenantId, accountId } = tenant
    const connection = { clientId: JACKFIELD_CLIENT_ID, directoryId: directory.id, credential: CREDENTIAL }
    const accounts = [accountId, platform.registry.connect(tenantId, connection)]
    const { runs, leases, pages, endings } = platform.ports
    const leased: Lease[] = []
    for (const [index, account] of accounts.entries()) {
      const request = { mode: 'full' } as const
      const run = { tenantId, accountId: account, directoryId: directory.id, requestedBy: 'test', request }
      const lease = (await leases.take((await runs.create(run, platform.entryOf(tenantId))).job)) as Lease
      const gone = await pages.knownUsers(lease, ids.slice(index * offset, index * offset + 6))
      const staged = [...gone.values()].map(({ user }: { user: DirectoryUser }) => ({
        user,
        status: 'disabled' as const,
      }))
      const nothing = { seen: 0, users: [], unsynced: [], skipped: [], nameless: 0, met: [] }
      await pages.commitPage(lease, { ...nothing, staged, next: 'decide' })
      leased.push(lease)
    }
    const client = await platform.stores.pool.connect()
    await client.query('begin')
    const lock = `select pg_advisory_xact_lock(hashtextextended('removals of ' || $1::text || ' ' || $2::text, 0))`
    await client.query(lock, [tenantId, directory.id])
    const decisions = leased.map((lease) => endings.decide(lease))
    await waitUntilBlocked(platform.stores.pool, 2)
    await client.query('commit')
    client.release()
    expect(await Promise.all(decisions)).toEqual(['apply', 'apply'])
    for (const lease of leased) {
      await pages.applyStaged(lease, 100)
      await endings.finish(lease)
    }
    expect(await waiting()).toHaveLength(asking)
    expect(await inactive()).toHaveLength(6)
  })
})

describe.each(['delta', 'full'] as const)('T-128 while removals that a %s run found wait', (mode) => {
  let asking: SyncRun
  beforeEach(async () => {
    await given(40)
    disable(0, 13)
    directory.changeUser(id(30), { displayName: 'Renamed by the same run' })
    asking = await resync(mode)
    expect(asking).toMatchObject({ status: 'awaiting-approval', counts: { disabled: 13, updated: 1 } })
  })

  test.each(['delta', 'full'] as const)('FC-28 the next leaver, found by a %s run, leaves at once', async (next) => {
    disable(13, 14)
    directory.changeUser(id(31), { displayName: 'Renamed later' })
    expect(await resync(next)).toMatchObject({ status: 'succeeded', counts: { disabled: 1, updated: 1 }, warnings: [] })
    expect(await inactive()).toEqual([id(13)])
    expect(await waiting()).toMatchObject([{ id: asking.id, approval: { removals: 13 } }])
    const names = (await platform.roster(tenant.tenantId)).map((row) => row.display_name)
    expect(names).toEqual(expect.arrayContaining(['Renamed by the same run', 'Renamed later']))
  })

  test('FC-28 runs by the clock go on', async () => {
    disable(13, 14)
    const due = `update roster.account_sync set next_delta_at = now() where account_id = $1`
    await platform.stores.pool.query(due, [tenant.accountId])
    await expect.poll(inactive, { timeout: 15_000 }).toEqual([id(13)])
  })

  test('FC-29 people who are enabled again before the approval stay, whoever was not told', async () => {
    enable(0, 13)
    expect(await approved(asking.id)).toMatchObject({
      status: 'succeeded',
      counts: { disabled: 0, deleted: 0 },
      approval: { removals: 13, approvedBy: 'test' },
    })
    expect(await inactive()).toEqual([])
    const versions = 'select distinct version from roster.phone_user where tenant_id = $1 and object_id = any($2)'
    const { rows } = await platform.stores.pool.query(versions, [tenant.tenantId, ids.slice(0, 13)])
    expect(rows).toEqual([{ version: 1 }])
  })

  test('FC-29 an approval removes those who are still gone, and nobody who was not asked about', async () => {
    enable(0, 3)
    directory.purgeUser(id(4))
    disable(13, 16)
    directory.changeUser(id(5), { displayName: 'Renamed meanwhile' })
    const done = await approved(asking.id)
    expect(done).toMatchObject({ status: 'succeeded', counts: { disabled: 10, deleted: 0 } })
    expect(await inactive()).toEqual(people(3, 13))
    const roster = await platform.roster(tenant.tenantId)
    expect(roster.find(({ object_id: objectId }) => objectId === id(5))?.display_name).toBe('Renamed meanwhile')
    expect(await resync('full')).toMatchObject({ status: 'succeeded', counts: { disabled: 3, deleted: 1 } })
  })

  test('CW-01 a plan that is found again as it was can be answered as it was seen', async () => {
    const { headers } = await platform.call('GET', `${tenant.api}/sync-runs/${asking.id}`)
    await resync('full')
    expect((await answer(asking.id, 'approve', { 'if-match': headers.etag })).status).toBe(200)
    expect(await settled(asking.id)).toMatchObject({ counts: { disabled: 13 } })
  })

  test('FC-29 the plan shows who is enabled again, and ends with the last', async () => {
    enable(0, 3)
    await resync('delta')
    expect(await waiting()).toMatchObject([{ id: asking.id, counts: { disabled: 10 }, approval: { removals: 10 } }])
    expect(await removals(asking.id)).toEqual(people(3, 13))
    // What an admin saw before is out of date.
    expect((await answer(asking.id, 'approve', { 'if-match': '"1"' })).status).toBe(412)
    enable(3, 13)
    await resync('full')
    expect((await runAt(asking.id)).body).toMatchObject({ status: 'cancelled', error: { code: 'superseded' } })
    expect(await inactive()).toEqual([])
  })

  test('S50 a cancelled plan is asked about again by the next full comparison', async () => {
    expect((await answer(asking.id, 'cancel')).body).toMatchObject({ status: 'cancelled', approval: { removals: 13 } })
    expect(await inactive()).toEqual([])
    expect(await resync('full')).toMatchObject({ status: 'awaiting-approval', counts: { disabled: 13 } })
  })

  test.each([0, 13])(
    'T-112 an approved run of which %i people are back leaves the account’s place in the changes',
    async (back) => {
      directory.changeUser(id(32), { displayName: 'Renamed later' })
      await resync('delta')
      const place = async () =>
        (
          await platform.stores.pool.query('select delta_link from roster.account_sync where account_id = $1', [
            tenant.accountId,
          ])
        ).rows
      const before = await place()
      enable(0, back)
      const done = await approved(asking.id)
      expect(done.counts).toMatchObject({ disabled: 13 - back })
      expect(await place()).toEqual(before)
      const left = 'select from roster.staged_change where run_id = $1'
      expect((await platform.stores.pool.query(left, [asking.id])).rowCount).toBe(0)
      expect((await answer(asking.id, 'approve')).body.code).toBe('run-not-waiting')
    },
  )
})

test('FC-29 T-127 an approved import gives its ticks to those who are enabled again, except where an admin set them', async () => {
  await given(40)
  disable(0, 15)
  const { body } = await platform.call('POST', tenant.imports, { all: true, sync: true, sso: false })
  const asking = await settled(body.runId)
  expect(asking).toMatchObject({ status: 'awaiting-approval', counts: { disabled: 15, updated: 25 } })
  const byHand = async (index: number) => {
    const { body: users } = await platform.call('GET', `${tenant.api}/users?limit=100`)
    const user = users.items.find(({ objectId }: { objectId: string }) => objectId === id(index))
    expect((await platform.call('PATCH', `${tenant.api}/users/${user.id}`, { sso: true })).status).toBe(200)
  }
  await byHand(0)
  await byHand(1)
  enable(1, 3)
  expect(await approved(asking.id)).toMatchObject({ status: 'succeeded', counts: { disabled: 13 } })
  const roster = new Map((await platform.roster(tenant.tenantId)).map((row) => [row.object_id, row]))
  const seen = [0, 1, 2, 3].map((index) => [roster.get(id(index))?.status, roster.get(id(index))?.sso])
  expect(seen).toEqual([
    ['disabled', true],
    ['active', true],
    ['active', false],
    ['disabled', false],
  ])
})

test('FC-29 T-128 people whom import rules let go stay when a rule fits them again before the approval', async () => {
  const directoryId = addLargeDirectory(platform, 30)
  tenant = platform.connectedTenant(directoryId)
  directory = platform.emulator.directory(directoryId)
  ids = directory.users().map((user) => user.id)
  for (const each of ids.slice(0, 15)) directory.changeUser(each, { department: 'Sales' })
  const address = `${tenant.api}/microsoft-accounts/${tenant.accountId}/import-rules`
  await platform.call('PUT', address, { items: [{ department: 'Sales', sso: true }], leavers: 'unsync' })
  const synced = async () => (await platform.roster(tenant.tenantId)).filter(({ sync }) => sync).length
  await expect.poll(synced, { timeout: 15_000 }).toBe(15)
  for (const each of ids.slice(0, 12)) directory.changeUser(each, { department: 'Support' })
  const asking = await resync('delta')
  expect(asking).toMatchObject({ status: 'awaiting-approval', approval: { removals: 12 }, counts: { updated: 0 } })
  for (const each of ids.slice(0, 11)) directory.changeUser(each, { department: 'Sales' })
  expect(await approved(asking.id)).toMatchObject({ status: 'succeeded' })
  expect(await synced()).toBe(14)
})

test('FC-29 T-110 an approved plan of many people is read page by page, also by the next worker, each once', async () => {
  await given(200)
  disable(0, 150)
  const asking = await resync('full')
  enable(0, 20)
  platform.gate.requests.length = 0
  const ofRun = (set: string) =>
    platform.stores.pool.query(`update roster.sync_run set ${set} where id = $1`, [asking.id])
  let answers = 0
  platform.gate.rewrite = (body) => {
    answers += 1
    if (answers !== 4) return body
    // The first page is read: the worker loses its lease while it waits for the second.
    platform.gate.rewrite = undefined
    const held = holdGraph(platform.gate)
    held.reached
      .then(() => ofRun(`lease_token = lease_token + 1, lease_expires_at = now(), enqueued_at = null`))
      .then(held.release)
    return body
  }
  expect(await approved(asking.id)).toMatchObject({ status: 'succeeded', counts: { disabled: 130 } })
  expect(await inactive()).toEqual(people(20, 150))
  expect(platform.gate.requests.every(({ query }) => query.get('$filter')?.startsWith('id in'))).toBe(true)
  // 10 requests of 15 people, and those of the page that the first worker lost.
  expect(platform.gate.requests).toHaveLength(14)
})
