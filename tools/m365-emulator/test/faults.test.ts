import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID } from '../src/demo/contoso.ts'
import type { M365Emulator } from '../src/emulator.ts'
import { getGraph, givenAppToken, givenEmulator } from './given.ts'

const USERS = '^/v1\\.0/users$'
let m365: M365Emulator
let token: string
beforeEach(async () => {
  m365 = await givenEmulator()
  token = await givenAppToken(m365)
})
afterEach(() => m365.close())

const get = (path: string) => getGraph(m365, path, token)
const status = async (path: string) =>
  (await fetch(`${m365.origin}/v1.0${path}`, { headers: { authorization: `Bearer ${token}` } })).status

test('a fault begins after a number of requests, hits a number of them, and only those of its path and method', async () => {
  m365.faults.plan({ path: USERS, method: 'GET', after: 1, count: 2, effect: { kind: 'refuse', status: 503 } })
  const answers = []
  for (const path of ['/users', `/users/${ADELE.id}`, '/users?$top=5', '/users', '/users'])
    answers.push(await status(path))
  expect(answers).toEqual([200, 200, 503, 503, 200])
})

test('a fault without a count lasts until it is cleared', async () => {
  m365.faults.plan({ path: USERS, effect: { kind: 'refuse', status: 504 } })
  expect([await status('/users'), await status('/users')]).toEqual([504, 504])
  m365.faults.clear()
  expect(await status('/users')).toBe(200)
})

test.each([
  [{ kind: 'refuse', status: 429, retryAfter: 7 }, 429, 'TooManyRequests', '7'],
  [{ kind: 'refuse', status: 429 }, 429, 'TooManyRequests', null],
  [{ kind: 'refuse', status: 503, retryAfter: 1 }, 503, 'serviceNotAvailable', '1'],
  [{ kind: 'refuse', status: 500, code: 'UnknownError' }, 500, 'UnknownError', null],
  [{ kind: 'token-revoked' }, 401, 'InvalidAuthenticationToken', null],
  [{ kind: 'page-token-expired' }, 400, 'Directory_ExpiredPageToken', null],
  [{ kind: 'delta-token-expired' }, 400, 'syncStateNotFound', null],
  [{ kind: 'delta-token-expired', form: '410' }, 410, 'SyncStateNotFound', null],
] as const)('%j answers as Graph does', async (effect, expected, code, retryAfter) => {
  m365.faults.plan({ path: USERS, count: 1, effect })
  const answer = await get('/users')
  expect([answer.status, answer.body.error.code, answer.headers.get('retry-after')]).toEqual([
    expected,
    code,
    retryAfter,
  ])
  expect(answer.body.error.innerError['request-id']).toMatch(/^[0-9a-f-]{36}$/)
})

test('an answer may be no Graph document: an HTML page, or an empty body', async () => {
  const ask = () => fetch(`${m365.origin}/v1.0/users`, { headers: { authorization: `Bearer ${token}` } })
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'foreign-answer', status: 404 } })
  const page = await ask()
  expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([
    404,
    'text/html',
    expect.stringMatching(/^<!doctype/),
  ])
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'foreign-answer', status: 201, body: '' } })
  expect([(await ask()).status, await (await ask()).text()]).toEqual([201, expect.stringContaining('"value"')])
})

test('Retry-After may be an HTTP date', async () => {
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'refuse', status: 429, retryAfter: { dateIn: 90 } } })
  const header = (await get('/users')).headers.get('retry-after') ?? ''
  expect(header).toMatch(/ GMT$/)
  expect(Date.parse(header)).toBeGreaterThan(Date.now() + 60_000)
})

test.each([299.9, 'soon'])('Retry-After may be %j', async (retryAfter) => {
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'refuse', status: 429, retryAfter } })
  expect((await get('/users')).headers.get('retry-after')).toBe(String(retryAfter))
})

test.each([
  ['/oauth2/v2\\.0/token$', 'POST', '/oauth2/v2.0/token'],
  ['/v2\\.0/\\.well-known/openid-configuration$', 'GET', '/v2.0/.well-known/openid-configuration'],
])('a fault of %s of Entra has Entra’s own error document', async (path, method, url) => {
  m365.faults.plan({ path, count: 1, effect: { kind: 'refuse', status: 429, retryAfter: 60 } })
  const ask = () => fetch(`${m365.origin}/${CONTOSO_DIRECTORY_ID}${url}`, { method })
  const refused = await ask()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60'])
  expect(await refused.json()).toMatchObject({
    error: 'temporarily_unavailable',
    error_description: expect.stringMatching(/^AADSTS90033: .*Correlation ID/s),
  })
  expect((await ask()).status).not.toBe(429)
})

test('a 410 that demands a new start has its address', async () => {
  m365.faults.plan({ path: '/users/delta$', count: 1, effect: { kind: 'delta-token-expired', form: '410-resync' } })
  const answer = await get('/users/delta?$deltatoken=latest')
  expect([answer.status, answer.body.error.code]).toEqual([410, 'resyncRequired'])
  expect((await get(answer.headers.get('location') ?? '')).status).toBe(200)
})

test('an empty page has a nextLink that leads to its items', async () => {
  const whole = (await get('/users?$select=id&$top=7')).body
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'empty-page' } })
  const { body } = await get('/users?$select=id&$top=7')
  expect(body.value).toEqual([])
  expect((await get(body['@odata.nextLink'] ?? '')).body.value).toEqual(whole.value)
})

test('a nextLink leads to the same page again, or to the first one', async () => {
  const first = (await get('/users?$select=id&$top=7')).body
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'repeated-link' } })
  const second = (await get(first['@odata.nextLink'] ?? '')).body
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'repeated-link', to: 'first' } })
  const again = (await get(second['@odata.nextLink'] ?? '')).body
  expect([again.value, again.value.length]).toEqual([second.value, 7])
  expect((await get(again['@odata.nextLink'] ?? '')).body.value).toEqual(first.value)
})

test('items are repeated or reversed', async () => {
  const ids = async () => (await get('/users?$select=id')).body.value.map(({ id }) => id)
  const all = await ids()
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'repeated-items' } })
  expect(await ids()).toEqual([...all, ...all])
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'reversed-items' } })
  expect(await ids()).toEqual(all.toReversed())
})

test('a property of every item is null or has another type', async () => {
  const path = '/users?$select=id,accountEnabled&$top=2'
  const [first, second] = (await get(path)).body.value
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'odd-property', property: 'accountEnabled', value: null } })
  expect((await get(path)).body.value).toEqual([first, second].map((user) => ({ ...user, accountEnabled: null })))
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'odd-property', property: 'mail', value: 7 } })
  expect((await get(path)).body.value).toEqual([first, second])
})

test('malformed JSON arrives complete, a cut answer ends in the middle', async () => {
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'malformed' } })
  const authorization = `Bearer ${token}`
  const malformed = await fetch(`${m365.origin}/v1.0/users`, { headers: { authorization } })
  const text = await malformed.text()
  expect(text.length).toBeGreaterThan(1_000)
  expect(() => JSON.parse(text)).toThrow()
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'cut' } })
  const cut = await fetch(`${m365.origin}/v1.0/users`, { headers: { authorization } })
  expect(cut.status).toBe(200)
  await expect(cut.text()).rejects.toThrow()
})

test('a slow answer is otherwise the usual one', async () => {
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'slow', milliseconds: 30 } })
  expect((await get('/users')).body.value.length).toBeGreaterThan(0)
})

test('within a batch one item fails alone, with its own Retry-After', async () => {
  m365.faults.plan({ path: USERS, count: 1, effect: { kind: 'refuse', status: 429, retryAfter: 3 } })
  const requests = ['/users', `/users/${ADELE.id}`].map((url, index) => ({ id: String(index), method: 'GET', url }))
  const response = await fetch(`${m365.origin}/v1.0/$batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ requests }),
  })
  const { responses } = (await response.json()) as { responses: { status: number; headers: Record<string, string> }[] }
  expect(responses.map((item) => [item.status, item.headers['Retry-After']])).toEqual([
    [429, '3'],
    [200, undefined],
  ])
})

test('faults are planned over HTTP, and an invalid plan is refused', async () => {
  const plan = (fault: unknown) =>
    fetch(`${m365.origin}/_emulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    })
  expect((await plan({ path: USERS, count: 1, effect: { kind: 'refuse', status: 503 } })).status).toBe(200)
  for (const wrong of [{}, { path: '(', effect: { kind: 'cut' } }, { path: USERS, effect: { kind: 'burn' } }])
    expect((await plan(wrong)).status, JSON.stringify(wrong)).toBe(400)
  expect([await status('/users'), await status('/users')]).toEqual([503, 200])
})

test('a share of the requests is hit, the same ones for the same seed', async () => {
  const own = await givenEmulator()
  const bearer = await givenAppToken(own)
  const statuses = async () => {
    own.faults.plan({ path: '^/v1\\.0/users$', share: 0.4, seed: 11, effect: { kind: 'refuse', status: 503 } })
    const all: number[] = []
    for (let request = 0; request < 20; request++) all.push((await getGraph(own, '/users?$top=1', bearer)).status)
    own.faults.clear()
    return all
  }
  const first = await statuses()
  expect(new Set(first)).toEqual(new Set([200, 503]))
  expect(await statuses()).toEqual(first)
  await own.close()
})
