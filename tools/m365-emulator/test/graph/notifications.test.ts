import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { givenAppToken, givenEmulator } from '../given.ts'
import { startWebhook, type Webhook } from './webhook.ts'

const MINUTE = 60_000
let m365: M365Emulator
let hook: Webhook
beforeEach(async () => {
  m365 = await givenEmulator()
  Object.assign(m365.notifications.settings, { gatherMilliseconds: 10, retryMilliseconds: 10 })
  hook = await startWebhook()
})
afterEach(async () => {
  hook.close()
  await m365.close()
})

async function subscribe(changes: Record<string, unknown> = {}): Promise<string> {
  const body = {
    changeType: 'updated,deleted',
    resource: 'users',
    notificationUrl: hook.url,
    lifecycleNotificationUrl: `${hook.url}/lifecycle`,
    expirationDateTime: new Date(Date.now() + 2_000 * MINUTE).toISOString(),
    clientState: 'a-secret',
    ...changes,
  }
  const response = await fetch(`${m365.origin}/v1.0/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await givenAppToken(m365)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return ((await response.json()) as { id: string }).id
}
const contoso = () => m365.directory(CONTOSO_DIRECTORY_ID)
const rename = (displayName: string) => contoso().changeUser(ADELE.id, { displayName })
const changes = () => hook.entries().map((entry) => entry.changeType)

test('S44 the notification of a rename is as captured: user, directory, a number above 2^53, a time with an offset', async () => {
  const subscriptionId = await subscribe()
  rename('Adele Vance-Miller')
  await m365.notifications.settled()
  expect(hook.entries()).toEqual([
    {
      changeType: 'updated',
      clientState: 'a-secret',
      resource: `Users/${ADELE.id}`,
      resourceData: {
        '@odata.type': '#Microsoft.Graph.User',
        '@odata.id': `Users/${ADELE.id}`,
        id: ADELE.id,
        organizationId: CONTOSO_DIRECTORY_ID,
        sequenceNumber: expect.any(Number),
      },
      subscriptionExpirationDateTime: expect.stringMatching(/\.\d{7}-08:00$/),
      subscriptionId,
      tenantId: CONTOSO_DIRECTORY_ID,
    },
  ])
  expect(hook.received[0]?.raw).toMatch(/"sequenceNumber":638059995676961\d{3}[,}]/)
})

test('S44 soft deletion also raises “updated”, and creation does for subscribers without “created”', async () => {
  await subscribe()
  const id = randomUUID()
  contoso().addUser({ id, userPrincipalName: `new@${contoso().domains[0]}`, displayName: 'New' })
  contoso().deleteUser(id)
  await m365.notifications.settled()
  expect(changes()).toEqual(['updated', 'updated', 'deleted'])
})

test('S44 a burst is sent in few requests, and a subscription to one user receives only that user’s changes', async () => {
  m365.notifications.settings.mostInOneRequest = 40
  await subscribe()
  await subscribe({ resource: `users/${ADELE.id}`, notificationUrl: `${hook.url}?adele` })
  for (const { id } of contoso().users()) contoso().changeUser(id, { city: 'Berlin' })
  await m365.notifications.settled()
  const all = hook.received.filter(({ path }) => path === '/graph')
  expect([all.length, all.flatMap(({ value }) => value).length]).toEqual([1, contoso().users().length])
  expect(hook.received.filter(({ path }) => path === '/graph?adele').flatMap(({ value }) => value)).toHaveLength(1)
})

test('S44 a refused notification is retried until it is accepted', async () => {
  await subscribe()
  let refusals = 3
  hook.onNotification((_request, response) => response.writeHead(refusals-- > 0 ? 503 : 202).end())
  rename('Again')
  await m365.notifications.settled()
  expect(hook.received).toHaveLength(4)
  expect(new Set(hook.received.map(({ raw }) => raw)).size).toBe(1)
})

test('a notification refused for four hours is given up', async () => {
  await subscribe()
  Object.assign(m365.notifications.settings, { retryMilliseconds: 200, retryForMilliseconds: 1_000 })
  hook.onNotification((_request, response) => response.writeHead(500).end())
  rename('Lost')
  await m365.notifications.settled()
  expect(hook.received.length).toBeGreaterThan(1)
  expect(hook.received.length).toBeLessThan(6)
})

test('an address with too many late answers loses notifications for good, until its ten minutes are over', async () => {
  await subscribe()
  Object.assign(m365.notifications.settings, { answerWithinMilliseconds: 30, retryForMilliseconds: 0 })
  hook.onNotification(() => undefined)
  for (let late = 0; late < 10; late++) {
    rename(`Late ${late}`)
    await m365.notifications.settled()
  }
  hook.onNotification((_request, response) => response.writeHead(202).end())
  const before = hook.received.length
  rename('Dropped')
  await m365.notifications.settled()
  expect(hook.received).toHaveLength(before)
  m365.advanceTime(11 * MINUTE)
  rename('Heard again')
  await m365.notifications.settled()
  expect(hook.received).toHaveLength(before + 1)
})

test('faults: lost, duplicated, delayed, reordered, with a wrong clientState', async () => {
  await subscribe()
  const { faults } = m365.notifications
  const received = async (plan: Parameters<typeof faults.plan>[0], ...names: string[]) => {
    hook.received.length = 0
    faults.plan(plan)
    for (const name of names) rename(name)
    await m365.notifications.settled()
    return hook.entries()
  }
  expect(await received({ kind: 'lose' }, 'a', 'b')).toHaveLength(1)
  expect(await received({ kind: 'duplicate' }, 'c')).toHaveLength(2)
  expect(await received({ kind: 'delay', milliseconds: 60 }, 'd')).toHaveLength(1)
  expect((await received({ kind: 'wrong-client-state' }, 'e', 'f')).map((entry) => entry.clientState)).toEqual([
    'not-the-state-you-gave',
    'a-secret',
  ])
  const order = (await received({ kind: 'reorder', count: 3 }, 'g', 'h', 'i')).map(
    (entry) => (entry.resourceData as { sequenceNumber: number }).sequenceNumber,
  )
  expect(order).toHaveLength(3)
  expect(order).toEqual([...order].sort((a, b) => b - a))
})

test('lifecycle events are sent to their own address; an unanswered reauthorizationRequired stops notifications', async () => {
  const id = await subscribe()
  m365.notifications.lifecycle('reauthorizationRequired', { subscriptionId: id })
  await m365.notifications.settled()
  expect(hook.received).toMatchObject([
    {
      path: '/graph/lifecycle',
      value: [{ subscriptionId: id, lifecycleEvent: 'reauthorizationRequired', clientState: 'a-secret' }],
    },
  ])
  rename('Still sent')
  m365.advanceTime(16 * MINUTE)
  rename('Not sent')
  await m365.notifications.settled()
  expect(changes().filter(Boolean)).toHaveLength(1)
  const authorization = `Bearer ${await givenAppToken(m365)}`
  await fetch(`${m365.origin}/v1.0/subscriptions/${id}/reauthorize`, { method: 'POST', headers: { authorization } })
  rename('Told again')
  await m365.notifications.settled()
  expect(changes().filter(Boolean)).toHaveLength(2)
})

test('a lifecycle notification is as captured, with organizationId and without tenantId; a switch selects the document’s shape', async () => {
  const id = await subscribe()
  const received = async () => {
    hook.received.length = 0
    m365.notifications.lifecycle('reauthorizationRequired', { subscriptionId: id })
    await m365.notifications.settled()
    return hook.entries()
  }
  const both = { subscriptionId: id, clientState: 'a-secret', lifecycleEvent: 'reauthorizationRequired' }
  expect(await received()).toEqual([
    {
      ...both,
      encryptedContent: null,
      organizationId: CONTOSO_DIRECTORY_ID,
      subscriptionExpirationDateTime: expect.stringMatching(/\.\d{7}\+00:00$/),
      resource: `Subscriptions/${id}`,
      resourceChangeType: null,
      sequence: null,
      resourceData: { '@odata.id': `subscriptions/${id}`, '@odata.type': '#microsoft.graph.subscription', id },
    },
  ])
  const body = JSON.stringify({ lifecycleShape: 'documented' })
  await fetch(`${m365.origin}/_emulator/notifications`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(await received()).toEqual([
    {
      ...both,
      subscriptionExpirationDateTime: expect.stringMatching(/\.\d{7}-08:00$/),
      tenantId: CONTOSO_DIRECTORY_ID,
    },
  ])
})

test('“subscriptionRemoved” is sent, and the subscription is gone', async () => {
  const id = await subscribe()
  m365.notifications.lifecycle('subscriptionRemoved', { directoryId: CONTOSO_DIRECTORY_ID })
  await m365.notifications.settled()
  expect(hook.entries()).toMatchObject([{ subscriptionId: id, lifecycleEvent: 'subscriptionRemoved' }])
  expect(m365.subscriptions.all()).toEqual([])
})

test('the same is controlled over HTTP', async () => {
  const id = await subscribe()
  const post = (path: string, body: unknown, method = 'POST') =>
    fetch(`${m365.origin}/_emulator${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect((await post('/notifications/faults', { kind: 'lose', count: 1 })).status).toBe(200)
  expect((await post('/notifications/faults', { kind: 'explode' })).status).toBe(400)
  rename('Lost')
  await post('/notifications/settle', {})
  expect(hook.entries()).toEqual([])
  await post('/notifications/lifecycle', { event: 'missed', subscriptionId: id })
  await post('/notifications/settle', {})
  expect(hook.entries()).toMatchObject([{ lifecycleEvent: 'missed' }])
  expect(await (await fetch(`${m365.origin}/_emulator/subscriptions`)).json()).toMatchObject([
    { id, resource: 'users' },
  ])
})
