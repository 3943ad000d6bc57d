import { afterEach, beforeEach, expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { givenAppToken, givenEmulator } from '../given.ts'
import { startWebhook, type Webhook } from './webhook.ts'

const MINUTE = 60_000
let m365: M365Emulator
let hook: Webhook
let token: string
beforeEach(async () => {
  m365 = await givenEmulator()
  hook = await startWebhook()
  token = await givenAppToken(m365)
})
afterEach(async () => {
  hook.close()
  await m365.close()
})

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE).toISOString()

async function call(method: string, path: string, body?: unknown, bearer = token) {
  const response = await fetch(`${m365.origin}/v1.0${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}

const subscribe = (changes: Record<string, unknown> = {}) =>
  call('POST', '/subscriptions', {
    changeType: 'updated,deleted',
    resource: 'users',
    notificationUrl: hook.url,
    expirationDateTime: inMinutes(60),
    clientState: 'a-secret',
    ...changes,
  })

test('S44 a subscription is created once its address returns the token, decoded', async () => {
  const { status, body } = await subscribe({ notificationUrl: `${hook.url}?c=42` })
  expect(status).toBe(201)
  expect(body).toMatchObject({
    resource: 'users',
    changeType: 'updated,deleted',
    applicationId: JACKFIELD_CLIENT_ID,
    clientState: 'a-secret',
    notificationUrl: `${hook.url}?c=42`,
    latestSupportedTlsVersion: 'v1_2',
  })
  expect(hook.handshakes).toHaveLength(1)
  expect(hook.handshakes[0]).toMatch(/^\/graph\?c=42&validationToken=Validation%3a\+Testing\+.*[0-9a-f-]{36}$/)
})

test('S44 the lifecycle address is validated, too', async () => {
  await subscribe({ lifecycleNotificationUrl: `${hook.url}/lifecycle` })
  expect(hook.handshakes.map((url) => url.split('?')[0])).toEqual(['/graph', '/graph/lifecycle'])
})

test.each([
  ['the token still encoded', (url: URL) => [200, 'text/plain', url.search.replace('?validationToken=', '')]],
  ['something around the token', (url: URL) => [200, 'text/plain', `"${url.searchParams.get('validationToken')}"`]],
  ['the token as JSON', (url: URL) => [200, 'application/json', url.searchParams.get('validationToken')]],
  ['the token with 202', (url: URL) => [202, 'text/plain', url.searchParams.get('validationToken')]],
  ['a redirect', () => [302, 'text/plain', '']],
  ['an error', () => [500, 'text/plain', '']],
] as const)('S44 an address that answers %s gets no subscription', async (_what, answer) => {
  hook.onHandshake((request, response) => {
    const [status, type, body] = answer(new URL(request.url ?? '', 'http://hook'))
    response.writeHead(Number(status), { 'content-type': String(type), location: '/elsewhere' }).end(body)
  })
  expect(await subscribe()).toMatchObject({ status: 400, body: { error: { code: 'ValidationError' } } })
  expect((await call('GET', '/subscriptions')).body.value).toEqual([])
})

test('S44 an address that answers too late is refused', async () => {
  m365.notifications.settings.answerWithinMilliseconds = 200
  hook.onHandshake(() => undefined)
  expect(await subscribe()).toMatchObject({ status: 400, body: { error: { code: 'ValidationError' } } })
})

test.each([
  ['a resource that has no notifications', { resource: 'applications' }],
  ['a change type that does not exist', { changeType: 'renamed' }],
  ['a time that is past', { expirationDateTime: inMinutes(-1) }],
  ['more than 41,760 minutes', { expirationDateTime: inMinutes(41_770) }],
  ['no time', { expirationDateTime: 'tomorrow' }],
  ['a clientState over 128 characters', { clientState: 'x'.repeat(129) }],
  ['plain http in the world', { notificationUrl: 'http://hook.example/graph' }],
  ['rich notifications of users', { includeResourceData: true }],
  ['no address', { notificationUrl: undefined }],
])('S44 a subscription for %s is refused with 400', async (_what, changes) => {
  expect((await subscribe(changes)).status).toBe(400)
  expect(hook.handshakes).toEqual([])
})

test('S44 a subscription lasts at most 41,760 minutes, and at least 45', async () => {
  const long = await subscribe({ expirationDateTime: inMinutes(41_760) })
  const short = await subscribe({ expirationDateTime: inMinutes(1) })
  expect(Date.parse(long.body.expirationDateTime)).toBeGreaterThan(Date.now() + 41_700 * MINUTE)
  expect(Date.parse(short.body.expirationDateTime)).toBeGreaterThan(Date.now() + 44 * MINUTE)
})

test('S44 without the permission to read users a subscription is refused', async () => {
  m365.directory(CONTOSO_DIRECTORY_ID).withdrawConsent(JACKFIELD_CLIENT_ID)
  token = await givenAppToken(m365)
  expect(await subscribe()).toMatchObject({ status: 403, body: { error: { code: 'Authorization_RequestDenied' } } })
})

test('S44 above the quota of an app in a tenant the answer names the limit', async () => {
  m365.subscriptions.limits.perAppAndTenant = 1
  expect((await subscribe()).status).toBe(201)
  expect(await subscribe()).toMatchObject({
    status: 403,
    body: { error: { message: expect.stringContaining('AppTenant') } },
  })
})

test('S44 a duplicate subscription is accepted, or refused if the newer service is selected', async () => {
  expect([(await subscribe()).status, (await subscribe()).status]).toEqual([201, 201])
  m365.subscriptions.limits.refuseDuplicates = true
  expect((await subscribe()).status).toBe(409)
})

test('S44 a subscription is read, renewed, reauthorized and deleted, and is gone once expired', async () => {
  const { id } = (await subscribe()).body
  const later = inMinutes(10_000)
  expect((await call('PATCH', `/subscriptions/${id}`, { expirationDateTime: later })).body.expirationDateTime).toBe(
    later,
  )
  expect((await call('PATCH', `/subscriptions/${id}`, { lifecycleNotificationUrl: hook.url })).status).toBe(400)
  expect((await call('POST', `/subscriptions/${id}/reauthorize`)).status).toBe(204)
  expect((await call('GET', `/subscriptions/${id}`)).body.id).toBe(id)
  expect((await call('DELETE', `/subscriptions/${id}`)).status).toBe(204)
  expect((await call('GET', `/subscriptions/${id}`)).status).toBe(404)

  const expiring = (await subscribe()).body.id
  m365.advanceTime(61 * MINUTE)
  token = await givenAppToken(m365)
  expect((await call('PATCH', `/subscriptions/${expiring}`, { expirationDateTime: inMinutes(200) })).status).toBe(404)
})

test('an app sees its own subscriptions only', async () => {
  const { id } = (await subscribe()).body
  const other = m365
    .directory(CONTOSO_DIRECTORY_ID)
    .registerApplication({ appId: crypto.randomUUID(), displayName: 'Other' })
  const { secretText } = m365.directory(CONTOSO_DIRECTORY_ID).addSecret(other.appId)
  const stranger = await givenAppToken(m365, { client_id: other.appId, client_secret: secretText })
  expect((await call('GET', '/subscriptions', undefined, stranger)).body.value).toEqual([])
  expect((await call('DELETE', `/subscriptions/${id}`, undefined, stranger)).status).toBe(404)
})
