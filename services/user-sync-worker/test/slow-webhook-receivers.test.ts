import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { RunningWorker } from '../src/worker.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts'

type Tenant = ReturnType<Platform['connectedTenant']> & { users: Array<{ id: string }> }

let platform: Platform
let worker: RunningWorker
let [slow, healthy] = [] as unknown as [Tenant, Tenant]
let [hanging, receiver] = [] as unknown as [WebhookReceiver, WebhookReceiver]
beforeAll(async () => {
  platform = await startPlatform()
  worker = await platform.work()
  slow = await givenTenant(12)
  healthy = await givenTenant(2)
})
beforeEach(async () => {
  await platform.stores.pool.query('delete from roster.webhook_endpoint')
  hanging = await startWebhookReceiver()
  hanging.isHanging = true
  receiver = await startWebhookReceiver()
  return () => Promise.all([hanging.close(), receiver.close()])
})
afterAll(() => platform.close())

async function givenTenant(people: number): Promise<Tenant> {
  const tenant = platform.connectedTenant(addLargeDirectory(platform, people))
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  return { ...tenant, users: (await platform.call('GET', `${tenant.api}/users`)).body.items }
}
const addEndpoint = async (tenant: Tenant, { url }: WebhookReceiver) =>
  (await platform.call('POST', `${tenant.api}/webhook-endpoints`, { url })).body.id as string
let sso = true
async function changeEveryone(tenant: Tenant) {
  sso = !sso
  for (const { id } of tenant.users) await platform.call('PATCH', `${tenant.api}/users/${id}`, { sso })
}
const typesAt = ({ received }: WebhookReceiver) => received.map(({ type }) => type)
const endpoints = async (tenant: Tenant) => (await platform.call('GET', `${tenant.api}/webhook-endpoints`)).body.items

test('FC-46 T-130 another tenant’s event arrives at once while 16 endpoints of a tenant hang until their time-out', async () => {
  for (let count = 0; count < 16; count += 1) await addEndpoint(slow, hanging)
  await addEndpoint(healthy, receiver)
  await changeEveryone(slow)
  await expect.poll(() => hanging.received.length, { timeout: 5_000 }).toBeGreaterThan(15)
  for (let round = 1; round <= 3; round += 1) {
    receiver.received.length = 0
    await platform.call('PATCH', `${healthy.api}/users/${healthy.users[0]?.id}`, { sso: round % 2 === 0 })
    await expect.poll(() => typesAt(receiver), { timeout: 3_000 }).toContain('user.updated')
  }
  expect(hanging.received.length).toBeLessThanOrEqual(24) // slots of a tenant
})

test('FC-46 T-130 an endpoint that hangs holds up no other endpoint of its tenant, and keeps the order for each user', async () => {
  await addEndpoint(slow, hanging)
  await addEndpoint(slow, receiver)
  for (let round = 0; round < 4; round += 1) await changeEveryone(slow)
  const expected = (await platform.stores.pool.query('select count(*)::int / 2 as each from roster.webhook_message'))
    .rows[0].each
  await expect.poll(() => receiver.received.length, { timeout: 5_000 }).toBe(expected)
  expect(hanging.received.length).toBe(8) // slots of an endpoint
  for (const { id } of slow.users) {
    const told = receiver.received
      .filter(({ data, type }) => data.id === id && type === 'user.updated')
      .map(({ data }) => data.sso)
    expect(told).toEqual([sso, !sso, sso, !sso].reverse())
  }
})

test('T-130 messages that fail together count as one failure, and then one message is tried, not all slots', async () => {
  receiver.status = 503
  const id = await addEndpoint(slow, receiver)
  const rest = (seconds: number) =>
    platform.stores.pool.query(
      `update roster.webhook_endpoint set not_before = now() + $2 * interval '1 second' where id = $1`,
      [id, seconds],
    )
  // All messages are there before the first is tried.
  await rest(3_600)
  await changeEveryone(slow)
  await rest(-1)
  const read = async () =>
    (await platform.stores.pool.query('select * from roster.webhook_endpoint where id = $1', [id])).rows[0]
  const first = Math.min(8, slow.users.length)
  await expect.poll(() => receiver.received.length, { timeout: 5_000 }).toBe(first)
  await expect.poll(async () => (await read()).failures, { timeout: 5_000 }).toBe(1)
  expect((await read()).not_before.getTime() - Date.now()).toBeLessThan(20_000)
  // None of them is in flight any more: its failure would count for itself.
  const inFlight =
    'select count(*)::int as messages from roster.webhook_message where endpoint_id = $1 and not_before > now()'
  await expect
    .poll(async () => (await platform.stores.pool.query(inFlight, [id])).rows[0].messages, { timeout: 5_000 })
    .toBe(0)
  await rest(-1)
  await expect.poll(async () => (await read()).failures, { timeout: 5_000 }).toBe(2)
  expect(receiver.received.length).toBe(first + 1)
  receiver.status = 204
  await rest(-1)
  await expect.poll(async () => (await endpoints(slow))[0].waiting, { timeout: 5_000 }).toBe(0)
})

test('T-130 a worker that ends begins no further delivery, and notes what becomes of those under way', async () => {
  const id = await addEndpoint(slow, hanging)
  await platform.call('PATCH', `${slow.api}/users/${slow.users[0]?.id}`, { sso: !sso })
  await expect.poll(() => hanging.received.length, { timeout: 5_000 }).toBe(1)
  await addEndpoint(healthy, receiver)
  const closed = worker.close()
  await changeEveryone(healthy)
  await hanging.close()
  await closed
  expect(receiver.received).toEqual([])
  const { rows } = await platform.stores.pool.query('select failures from roster.webhook_endpoint where id = $1', [id])
  expect(rows).toEqual([{ failures: 1 }])
})
