import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { givenImported } from './support/given-imported.ts'
import { type Platform, startPlatform } from './support/platform.ts'

// An approved run that fails keeps what it has not done: no later change tells it again.

const REFUSAL = { status: 400, body: { error: { code: 'Request_BadRequest', message: 'Invalid filter clause.' } } }

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
  await platform.work()
})
afterEach(() => {
  platform.gate.faults.length = 0
  platform.gate.delayMs = 0
})
afterAll(() => platform.close())

async function givenAsking(people: number, leavers: number) {
  const tenant = await givenImported(platform, people)
  tenant.disable(0, leavers)
  const asking = await tenant.resync('delta')
  expect(asking).toMatchObject({ status: 'awaiting-approval', counts: { disabled: leavers } })
  return { ...tenant, asking, leavers: tenant.people(0, leavers) }
}
type Asking = Awaited<ReturnType<typeof givenAsking>>
async function expectAskedAgain({ asking, runAt, waiting, leavers, removals }: Asking) {
  expect(await runAt(asking.id)).toMatchObject({
    status: 'awaiting-approval',
    counts: { disabled: leavers.length },
    approval: { removals: leavers.length, approvedBy: null },
    error: null,
    finishedAt: null,
    warnings: [{ code: 'approval-failed', message: expect.stringContaining('Microsoft was asked for') }],
  })
  expect(await waiting()).toHaveLength(1)
  expect(await removals(asking.id)).toHaveLength(leavers.length)
}
/** Until the first page of the approved run is read and the next one is on its way. */
async function readsSome({ asking }: Asking) {
  const text = 'select from roster.staged_change where run_id = $1 and not held'
  const read = async () => (await platform.stores.pool.query(text, [asking.id])).rowCount
  await expect.poll(read, { interval: 10, timeout: 10_000 }).toBeGreaterThan(0)
}

test('T-128 FC-29 an approved run that Microsoft refuses asks again, and the next approval removes everybody', async () => {
  const tenant = await givenAsking(40, 15)
  const { asking, answer, settled, inactive, leavers } = tenant
  for (let approval = 0; approval < 2; approval += 1) {
    platform.gate.faults.push(REFUSAL)
    expect((await answer(asking.id, 'approve')).status).toBe(200)
    await settled(asking.id)
    await expectAskedAgain(tenant)
    expect(await inactive()).toEqual([])
  }
  const asked = () =>
    [...platform.registry.auditEvents.values()].filter(
      ({ action, details }) => action === 'sync-run.await-approval' && details?.runId === asking.id,
    )
  await expect.poll(asked, { timeout: 10_000 }).toHaveLength(3)

  tenant.enable(0, 1)
  await answer(asking.id, 'approve')
  expect(await settled(asking.id)).toMatchObject({ status: 'succeeded', counts: { disabled: 14 } })
  expect(await inactive()).toEqual(leavers.filter((leaver) => leaver !== tenant.id(0)))
})

test('T-128 an approved run that fails after its first page keeps the whole plan', async () => {
  const tenant = await givenAsking(300, 150)
  platform.gate.delayMs = 100
  await tenant.answer(tenant.asking.id, 'approve')
  await readsSome(tenant)
  platform.gate.faults.push(REFUSAL)
  await tenant.settled(tenant.asking.id)
  await expectAskedAgain(tenant)
  platform.gate.delayMs = 0
  await tenant.answer(tenant.asking.id, 'approve')
  expect(await tenant.settled(tenant.asking.id)).toMatchObject({ status: 'succeeded', counts: { disabled: 150 } })
  expect(await tenant.inactive()).toEqual(tenant.leavers)
})

test('T-128 an approved run whose page has expired begins again with the whole plan', async () => {
  const tenant = await givenAsking(300, 150)
  platform.gate.delayMs = 100
  await tenant.answer(tenant.asking.id, 'approve')
  await readsSome(tenant)
  platform.gate.faults.push({ status: 410, body: { error: { code: 'syncStateNotFound', message: 'Gone.' } } })
  expect(await tenant.settled(tenant.asking.id)).toMatchObject({ status: 'succeeded', counts: { disabled: 150 } })
  expect(await tenant.inactive()).toEqual(tenant.leavers)
})
