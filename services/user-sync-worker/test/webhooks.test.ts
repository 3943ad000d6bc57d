import { isPublicAddress, lookupPublic } from '@jackfield/public-address/public-address'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isWebhookAddress, webhookSender } from '../src/adapters/outbox/webhook-sender.ts'
import { sendWebhooks } from '../src/jobs/send-webhooks.ts'
import { addLargeDirectory } from './support/large-directory.ts'
import { type Platform, startPlatform } from './support/platform.ts'
import { startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts'

let platform: Platform
let tenant: ReturnType<Platform['connectedTenant']>
let directory: ReturnType<Platform['emulator']['directory']>
let receiver: WebhookReceiver
let endpoint: { id: string; secret: string }
let users: Array<{ id: string; objectId: string }>
beforeAll(async () => {
  platform = await startPlatform()
  const worker = await platform.work()
  const directoryId = addLargeDirectory(platform, 4)
  directory = platform.emulator.directory(directoryId)
  tenant = platform.connectedTenant(directoryId)
  await platform.runImport(tenant, { all: true, sync: true, sso: true })
  users = (await platform.call('GET', `${tenant.api}/users`)).body.items
  await worker.close() // from here on the test decides when something is sent
})
beforeEach(async () => {
  receiver = await startWebhookReceiver()
  endpoint = (await platform.call('POST', `${tenant.api}/webhook-endpoints`, { url: receiver.url })).body
})
afterEach(async () => {
  await platform.call('DELETE', `${tenant.api}/webhook-endpoints/${endpoint.id}`)
  await receiver.close()
})
afterAll(() => platform.close())

const fail = (error: unknown) => {
  throw error
}
const send = () => sendWebhooks(platform.ports, fail)()
const shown = async () => (await platform.call('GET', `${tenant.api}/webhook-endpoints`)).body.items[0]
const query = (text: string, values: unknown[] = [endpoint.id]) => platform.stores.pool.query(text, values)
/** As if its rest were over; the column rounds to milliseconds, and may round up. */
const rested = () => query(`update roster.webhook_endpoint set not_before = now() - interval '1 second' where id = $1`)
const patch = (user: { id: string } | undefined, ticks: object) =>
  platform.call('PATCH', `${tenant.api}/users/${user?.id}`, ticks)
const types = () => receiver.received.map(({ type }) => type)

test('S52 what happens to users and bindings is told, signed as Standard Webhooks verify it, and only with its cause', async () => {
  const [user] = users
  const system = (await platform.call('POST', `${tenant.api}/phone-systems`, { name: 'Head office' })).body
  await platform.call('POST', `${tenant.api}/phone-systems/${system.id}/extensions`, {
    items: [{ number: '101' }, { number: '102' }],
  })
  const binding = `${tenant.api}/users/${user?.id}/bindings/${system.id}`
  for (const extension of ['101', '101', '102', '999']) await platform.call('PUT', binding, { extension })
  await platform.call('DELETE', binding)
  await patch(user, { sso: false })
  await patch(user, { sso: true })
  expect(receiver.received).toEqual([])
  await send()
  expect(types()).toEqual([
    'binding.created',
    'binding.changed',
    'binding.deleted',
    'user.updated',
    'user.sessions-revoked',
    'user.updated',
  ])
  expect(receiver.received[1]?.data).toEqual({
    userId: user?.id,
    phoneSystemId: system.id,
    extension: '102',
    previousExtension: '101',
  })
  expect(receiver.received[3]?.data).toMatchObject({
    id: user?.id,
    tenantId: tenant.tenantId,
    objectId: user?.objectId,
    sso: false,
    sync: true,
  })
  for (const { body, headers } of receiver.received) {
    expect(new Webhook(endpoint.secret).verify(body, headers)).toMatchObject({
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(() => new Webhook(endpoint.secret).verify(`${body} `, headers)).toThrow()
  }
  expect(await shown()).toMatchObject({ status: 'active', waiting: 0, lastDeliveredAt: expect.any(String) })
})

test('S45 S52 what a directory does to a user is told: renamed, disabled, enabled, deleted', async () => {
  const [, user] = users
  const objectId = user?.objectId ?? ''
  const worker = await platform.work()
  const steps = [
    () => directory.changeUser(objectId, { displayName: 'Renamed' }),
    () => directory.disableUser(objectId),
    () => directory.enableUser(objectId),
    () => directory.purgeUser(objectId),
  ]
  for (const step of steps) {
    step()
    const { body } = await platform.call('POST', `${tenant.api}/microsoft-accounts/${tenant.accountId}/resyncs`, {
      mode: 'delta',
    })
    expect((await platform.finishedRun(tenant.api, body.runId)).status).toBe('succeeded')
  }
  await expect.poll(types, { timeout: 15_000 }).toHaveLength(6)
  await worker.close()
  expect(types()).toEqual([
    'user.updated',
    'user.disabled',
    'user.sessions-revoked',
    'user.enabled',
    'user.deleted',
    'user.sessions-revoked',
  ])
  expect(receiver.received.every(({ data }) => data.id === user?.id)).toBe(true)
})

test('S52 a message that is refused comes again with the same id; later ones of the same user wait, and the order is kept', async () => {
  const [user, , other] = users
  receiver.status = 500
  await patch(user, { sso: false })
  await patch(user, { sso: true })
  await send()
  expect(types()).toEqual(['user.updated'])
  expect(await shown()).toMatchObject({ waiting: 3, lastError: 'HTTP 500', failingSince: expect.any(String) })
  await patch(other, { sso: false })
  expect(await send()).toBe(0) // it rests as a whole
  receiver.status = 204
  await rested()
  await send()
  const ofUser = receiver.received.filter(({ data }) => data.id === user?.id)
  expect(ofUser.map(({ type }) => type)).toEqual([
    'user.updated',
    'user.updated',
    'user.sessions-revoked',
    'user.updated',
  ])
  expect(ofUser[0]?.headers['webhook-id']).toBe(ofUser[1]?.headers['webhook-id'])
  expect(new Set(ofUser.map(({ headers }) => headers['webhook-id'])).size).toBe(3)
  expect(await shown()).toMatchObject({ waiting: 0, lastError: null, failingSince: null })
  await patch(other, { sso: true })
  await send()
})

test('S52 T-110 a sender that dies after claiming loses nothing: the message is sent by another after its time', async () => {
  const [user] = users
  await patch(user, { sso: false })
  const due = await platform.ports.webhookOutbox.listDue(10)
  expect(await platform.ports.webhookOutbox.claim(due.map(({ id }) => id))).toHaveLength(1)
  expect(await send()).toBe(0)
  await query(`update roster.webhook_message set not_before = now() - interval '1 second' where endpoint_id = $1`)
  await send()
  expect(types()).toEqual(['user.updated', 'user.sessions-revoked'])
  await patch(user, { sso: true })
})

test('S52 an endpoint that has failed for a day, or says that it is gone, is parked and shown; a replay wakes it, from a moment on if asked', async () => {
  const [user] = users
  const since = new Date(Date.now() - 60_000).toISOString()
  receiver.status = 503
  receiver.headers = { 'retry-after': '120' }
  await patch(user, { sso: false })
  await send()
  const { rows } = await query(
    `select extract(epoch from not_before - now()) as rest from roster.webhook_endpoint where id = $1`,
  )
  expect(Number(rows[0].rest)).toBeGreaterThan(100)
  await query(
    `update roster.webhook_endpoint set not_before = now() - interval '1 second', failing_since = now() - interval '25 hours' where id = $1`,
  )
  await send()
  expect(await shown()).toMatchObject({ status: 'parked', waiting: 2 })
  await rested()
  expect(await send()).toBe(0)

  receiver.status = 204
  const replayed = await platform.call('POST', `${tenant.api}/webhook-endpoints/${endpoint.id}/replay`, {})
  expect(replayed.body).toEqual({ messages: 2 })
  expect(await send()).toBe(2)
  expect(
    (await platform.call('POST', `${tenant.api}/webhook-endpoints/${endpoint.id}/replay`, { since })).body,
  ).toEqual({ messages: 2 })
  expect(await send()).toBe(2)
  receiver.status = 410
  await patch(user, { sso: true })
  await send()
  expect(await shown()).toMatchObject({ status: 'parked', lastError: 'HTTP 410' })
})

test('S52 an endpoint is told only what it asked for; a dead one delays nobody else; a redirect is not followed', async () => {
  const [user] = users
  const second = await startWebhookReceiver()
  const third = await startWebhookReceiver()
  third.status = 307
  third.headers = { location: second.url }
  const create = (body: object) => platform.call('POST', `${tenant.api}/webhook-endpoints`, body)
  const narrow = (await create({ url: second.url, eventTypes: ['user.sessions-revoked'] })).body
  const redirecting = (await create({ url: third.url })).body
  receiver.status = 500
  await patch(user, { sso: false })
  await send()
  expect(second.received.map(({ type }) => type)).toEqual(['user.sessions-revoked'])
  expect(third.received).toHaveLength(1)
  for (const { id } of [narrow, redirecting])
    expect((await platform.call('DELETE', `${tenant.api}/webhook-endpoints/${id}`)).status).toBe(204)
  expect((await platform.call('DELETE', `${tenant.api}/webhook-endpoints/${narrow.id}`)).body.code).toBe(
    'webhook-endpoint-not-found',
  )
  await Promise.all([second.close(), third.close()])
  await patch(user, { sso: true })
})

test('T-90 T-94 another tenant sees, replays and deletes nothing of it; the secret is shown once and stored sealed', async () => {
  const other = platform.connectedTenant()
  const caller = { scope: other.tenantId, role: 'admin' } as const
  expect((await platform.call('GET', `${other.api}/webhook-endpoints`, undefined, caller)).body.items).toEqual([])
  expect(
    (await platform.call('DELETE', `${other.api}/webhook-endpoints/${endpoint.id}`, undefined, caller)).status,
  ).toBe(404)
  expect((await platform.call('POST', `${other.api}/webhook-endpoints/${endpoint.id}/replay`, {}, caller)).status).toBe(
    404,
  )
  const { rows } = await query(
    'select to_jsonb(e)::text as text, sealed_secret from roster.webhook_endpoint e where id = $1',
  )
  const secret = Buffer.from(endpoint.secret.slice('whsec_'.length), 'base64')
  expect(rows[0].sealed_secret.includes(secret)).toBe(false)
  expect(JSON.stringify(await shown())).not.toContain(endpoint.secret.slice(6))
  expect(
    (await platform.call('POST', `${tenant.api}/webhook-endpoints`, { url: receiver.url, eventTypes: ['nonsense'] }))
      .status,
  ).toBe(400)
})

test.each([
  'http://hooks.example.com/',
  'https://127.0.0.1/',
  'https://localhost/',
  'https://[::1]/',
  'https://10.1.2.3/',
  'https://169.254.169.254/latest/meta-data',
  'https://[::ffff:10.0.0.1]/',
  'https://0x7f.1/',
  'https://2130706433/',
  'https://[fd00::1]/',
  'https://user:secret@hooks.example.com/',
  'https://postgres/',
  'ftp://hooks.example.com/',
  'javascript:alert(1)',
])('T-100 in production %s is no address for a webhook', (url) => {
  expect(isWebhookAddress(url, false)).toBe(false)
})

test('T-100 a name that resolves to an inner address is not connected to, and tells no more than one that is not there', async () => {
  expect(isWebhookAddress('https://hooks.example.com/x', false)).toBe(true)
  expect(['8.8.8.8', '2606:4700::1111'].every(isPublicAddress)).toBe(true)
  const refused = await new Promise((resolve) => lookupPublic('localhost', {}, (error) => resolve(error)))
  expect(refused).toMatchObject({ code: 'ENOTPUBLIC' })
  const sender = webhookSender({ allowsLoopback: false })
  const message = { seq: '1', id: 'x', endpointId: 'x', secret: new Uint8Array(32), body: '{}' }
  expect(await sender({ ...message, url: receiver.url })).toMatchObject({
    kind: 'failed',
    reason: 'The address is not allowed.',
  })
  for (const url of ['https://no.such.host.invalid/', 'https://also.not.there.invalid/'])
    expect(await sender({ ...message, url })).toMatchObject({
      kind: 'failed',
      reason: 'The address could not be reached.',
    })
})

test('FC-48 T-130 an endpoint whose secret no key opens is parked with its reason, and keeps nobody else waiting; with its key back a replay sends', async () => {
  const [user] = users
  const sealed = (await query('select sealed_secret from roster.webhook_endpoint where id = $1')).rows[0]
    .sealed_secret as Buffer
  const foreign = Buffer.from(sealed)
  foreign[1] = 255 - (foreign[1] ?? 0)
  const other = await startWebhookReceiver()
  const { id: healthy } = (await platform.call('POST', `${tenant.api}/webhook-endpoints`, { url: other.url })).body
  await query('update roster.webhook_endpoint set sealed_secret = $2 where id = $1', [endpoint.id, foreign])
  await patch(user, { sso: false })
  await patch(user, { sso: true })
  await send()
  expect(other.received.map(({ type }) => type)).toEqual(['user.updated', 'user.sessions-revoked', 'user.updated'])
  expect(receiver.received).toEqual([])
  expect(await shown()).toMatchObject({
    id: endpoint.id,
    status: 'parked',
    waiting: 3,
    lastError: expect.stringContaining('make the endpoint anew'),
  })
  expect(platform.unopened).toEqual(['webhook secret'])

  await query('update roster.webhook_endpoint set sealed_secret = $2 where id = $1', [endpoint.id, sealed])
  await platform.call('POST', `${tenant.api}/webhook-endpoints/${endpoint.id}/replay`, {})
  await send()
  expect(types()).toEqual(['user.updated', 'user.sessions-revoked', 'user.updated'])
  await platform.call('DELETE', `${tenant.api}/webhook-endpoints/${healthy}`)
  await other.close()
})
