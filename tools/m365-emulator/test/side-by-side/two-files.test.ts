import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { M365Emulator } from '../../src/emulator.ts'
import { appOnly, getGraph, givenEmulator, postToken } from '../given.ts'
import { startWebhook, type Webhook } from '../graph/webhook.ts'
import { givenPlace, type Place } from './place.ts'

const DAY = 86_400_000
let m365: M365Emulator
let webhook: Webhook
let mine: Place
let other: Place
beforeAll(async () => {
  m365 = await givenEmulator()
  webhook = await startWebhook()
  mine = givenPlace(m365, 'mine', webhook)
  other = givenPlace(m365, 'other', webhook)
})
beforeEach(async () => {
  for (const place of [mine, other]) await place.control('POST', '/reset')
})
afterAll(async () => {
  await m365.close()
  webhook.close()
})

const kids = async (tenant: string) => {
  const response = await fetch(`${m365.origin}/${tenant}/discovery/v2.0/keys`)
  return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
}
const graphStatus = async (token: string) => (await getGraph(m365, '/users', token)).status

test('the clock of one directory is advanced alone, and that of all moves both', async () => {
  const [code, foreign] = [await mine.code(), await other.code()]
  const [token, foreignToken] = [mine.token(), other.token()]
  await mine.control('POST', '/time/advance', { milliseconds: DAY })
  expect((await mine.redeem(code)).code).toBe(70008)
  expect((await other.redeem(foreign)).code).toBeUndefined()
  expect([await graphStatus(token), await graphStatus(foreignToken)]).toEqual([401, 200])
  expect(await graphStatus(mine.token())).toBe(200)
  const expirationDateTime = new Date(Date.now() + DAY + 7_200_000).toISOString()
  for (const place of [mine, other]) await place.subscribe({ expirationDateTime })
  await mine.control('POST', '/time/advance', { milliseconds: DAY })
  expect(m365.subscriptions.all().map(({ directoryId }) => directoryId)).toEqual([other.id])
  await other.control('POST', '/time/advance', { directory: undefined, milliseconds: 2 * DAY })
  expect([await graphStatus(foreignToken), m365.subscriptions.all()]).toEqual([401, []])
})

test('a code obtained at organizations expires by the clock of the directory that was signed in to', async () => {
  const [code, foreign] = [await mine.code({}, 'organizations'), await other.code({}, 'organizations')]
  await mine.control('POST', '/time/advance', { milliseconds: DAY })
  const redeem = async (place: Place, value: string) => {
    const body = { grant_type: 'authorization_code', code: value, redirect_uri: 'http://app.localhost:4000/callback' }
    return (await place.post({ ...body, code_verifier: 'x' }, {}, 'organizations')).code
  }
  expect([await redeem(mine, code), await redeem(other, foreign)]).toEqual([70008, 501481])
})

test('keys are rolled for one directory; organizations publishes those of all', async () => {
  const [token, foreign, before] = [mine.token(), other.token(), await kids(other.id)]
  await mine.control('POST', '/keys/roll', { keepOld: false })
  expect([await graphStatus(token), await graphStatus(foreign), await graphStatus(mine.token())]).toEqual([
    401, 200, 200,
  ])
  expect(await kids(other.id)).toEqual(before)
  const own = await kids(mine.id)
  expect(own.filter((kid) => before.includes(kid))).toEqual([])
  expect(await kids('organizations')).toEqual(expect.arrayContaining([...before, ...own]))
  await mine.control('POST', '/keys/roll', { directory: undefined, keepOld: false })
  expect([await graphStatus(mine.token()), await graphStatus(foreign)]).toEqual([200, 401])
  expect(await kids(mine.id)).not.toEqual(own)
})

test('a tampered ID token, faults and notification faults are those of the directory that is named', async () => {
  await mine.control('POST', '/id-tokens/tamper', { claims: { nonce: 'tampered' } })
  await other.control('POST', '/id-tokens/tamper', { claims: { nonce: 'of the other' } })
  const nonce = async (place: Place) => {
    const payload = String((await place.redeem(await place.code())).body.id_token).split('.')[1] ?? ''
    return JSON.parse(Buffer.from(payload, 'base64url').toString()).nonce
  }
  expect([await nonce(mine), await nonce(other)]).toEqual(['tampered', 'of the other'])

  const fault = { path: '/token$', effect: { kind: 'refuse', status: 503 } }
  await mine.control('POST', '/faults', fault)
  await other.control('POST', '/faults', fault)
  await fetch(`${m365.origin}/_emulator/faults?directory=mine.example`, { method: 'DELETE' })
  const status = async ({ id, client }: Place) => (await postToken(m365, appOnly(client), {}, id)).status
  expect([await status(mine), await status(other)]).toEqual([200, 503])
})

test('an address that answers late or refuses in one directory holds up no notification of another', async () => {
  await mine.control('PUT', '/notifications', { retryMilliseconds: 60_000, gatherMilliseconds: 0 })
  for (const place of [mine, other]) await place.subscribe()
  webhook.onNotification((_request, response, body) => response.writeHead(body.includes(mine.id) ? 503 : 202).end())
  const before = webhook.received.length
  for (const { directory, person } of [mine, other]) directory.changeUser(person(1), { displayName: 'Renamed' })
  await other.control('POST', '/notifications/settle')
  const tenants = webhook.received.slice(before).map(({ value }) => value.map(({ tenantId }) => tenantId))
  expect(tenants).toEqual([[mine.id], [other.id]])
})

test('a reset of one directory ends its sessions, subscriptions, delta links and requests, and nobody else’s', async () => {
  const links = await Promise.all(
    [mine, other].map(async ({ graph }) =>
      String((await graph('/users/delta?$deltatoken=latest')).body['@odata.deltaLink']),
    ),
  )
  const codes = [await mine.code(), await other.code()]
  for (const place of [mine, other]) {
    await place.subscribe()
    place.directory.changeUser(place.person(1), { displayName: 'Renamed' })
    await place.control('PUT', '/entra', { sidClaim: 'optional' })
  }
  await mine.control('POST', '/reset')
  expect(m365.subscriptions.all().map(({ directoryId }) => directoryId)).toEqual([other.id])
  expect([mine, other].map(({ directory, person }) => directory.user(person(1)).displayName)).toEqual([
    'Person 1',
    'Renamed',
  ])
  expect([mine.directory.entra.sidClaim, other.directory.entra.sidClaim]).toEqual(['always', 'optional'])
  expect(m365.requests.latest({ directory: mine.id })).toEqual([])
  expect(m365.requests.latest({ directory: other.id }).length).toBeGreaterThan(0)
  const statuses = [await mine.graph(links[0] ?? ''), await other.graph(links[1] ?? '')].map(({ status }) => status)
  expect(statuses).toEqual([410, 200])
  expect((await mine.redeem(codes[0] ?? '')).code).toBe(70000)
  expect((await other.redeem(codes[1] ?? '')).code).toBeUndefined()
})

test('a snapshot of one directory is put back alone, with its switches; one of all keeps everybody’s', async () => {
  const snapshot = async (query = '') => (await fetch(`${m365.origin}/_emulator/snapshot${query}`)).json() as object
  const put = async (body: object) =>
    (
      await fetch(`${m365.origin}/_emulator/snapshot`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).status
  await mine.control('PUT', '/graph', { deltaPageSize: 7 })
  const [before, whole] = [(await snapshot('?directory=mine.example')) as object, (await snapshot()) as object]
  for (const place of [mine, other]) {
    place.directory.changeUser(place.person(1), { displayName: 'Renamed' })
    await place.control('PUT', '/graph', { deltaPageSize: 3 })
  }
  expect(await put(before)).toBe(200)
  const sizes = () => [mine, other].map(({ directory }) => directory.graph.deltaPageSize)
  const names = () => [mine, other].map(({ directory, person }) => directory.user(person(1)).displayName)
  expect([sizes(), names()]).toEqual([
    [7, 3],
    ['Person 1', 'Renamed'],
  ])
  expect(await put({ ...whole, directory: 'other.example' })).toBe(200)
  expect([sizes(), names()]).toEqual([
    [7, 200],
    ['Person 1', 'Person 1'],
  ])
  expect(await put({ ...before, directory: 'nobody.example' })).toBe(400)
  expect(await put(whole)).toBe(200)
  expect(sizes()).toEqual([7, 200])
})

test('a switch for all holds in new directories, and where a directory has no value of its own', async () => {
  await mine.control('PUT', '/graph', { defaultPageSize: 3 })
  m365.graph.defaultPageSize = 2
  const later = givenPlace(m365, 'later', webhook)
  const sizes = [mine, other, later].map(async ({ graph }) => (await graph('/users')).body.value.length)
  expect(await Promise.all(sizes)).toEqual([3, 2, 2])
})
