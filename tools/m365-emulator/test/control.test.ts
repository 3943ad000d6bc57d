import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LoggedRequest } from '../src/control/request-log.ts'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../src/demo/contoso.ts'
import { FABRIKAM_DIRECTORY_ID } from '../src/demo/fabrikam.ts'
import type { M365Emulator } from '../src/emulator.ts'
import { appOnly, getGraph, givenAppToken, givenEmulator, postToken } from './given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

const contoso = `/directories/${CONTOSO_DIRECTORY_ID}`
async function call(method: string, path: string, body?: unknown) {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(`${m365.origin}/_emulator${path}`, { method, ...init })
  return {
    status: response.status,
    body: (await response.json()) as Record<string, string> & { counts: Record<string, number> },
  }
}

test('users are added, changed, disabled, deleted, restored and purged over HTTP', async () => {
  const user = {
    id: '0a0b0c0d-1111-4222-8333-444455556666',
    userPrincipalName: 'new@m365x214355.onmicrosoft.com',
    displayName: 'New',
  }
  expect((await call('POST', `${contoso}/users`, user)).body).toMatchObject(user)
  expect((await call('POST', `${contoso}/users`, user)).status).toBe(400)
  expect(
    (await call('PATCH', `${contoso}/users/${user.id}`, { accountEnabled: false, department: 'Sales' })).status,
  ).toBe(200)
  const token = await givenAppToken(m365)
  const shown = () => getGraph(m365, `/users/${user.id}?$select=accountEnabled,department`, token)
  expect((await shown()).body).toMatchObject({ accountEnabled: false, department: 'Sales' })
  expect((await call('DELETE', `${contoso}/users/${user.id}`)).status).toBe(200)
  expect((await shown()).status).toBe(404)
  expect((await call('POST', `${contoso}/users/${user.id}/restore`)).status).toBe(200)
  expect((await shown()).body).toMatchObject({ department: 'Sales' })
  expect((await call('POST', `${contoso}/users/${user.id}/purge`)).status).toBe(200)
  expect((await call('POST', `${contoso}/users/${user.id}/restore`)).status).toBe(400)
})

test('an error names the wrong value', async () => {
  const { status, body } = await call('PATCH', `${contoso}/users/${ADELE.id}`, { nickname: 'A', accountEnabled: 'no' })
  expect(status).toBe(400)
  expect(body.error).toContain('nickname')
  expect(body.error).toContain('accountEnabled')
})

test('applications are registered, get secrets and consent over HTTP', async () => {
  const appId = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee'
  expect((await call('POST', `${contoso}/applications`, { appId, displayName: 'Another' })).status).toBe(200)
  const secret = (await call('POST', `${contoso}/applications/${appId}/secrets`)).body
  expect(secret.hint).toBe(secret.secretText?.slice(0, 3))
  await call('PUT', `${contoso}/consents/${appId}`, { roles: ['User.Read.All'] })
  const client = { client_id: appId, client_secret: secret.secretText }
  expect((await getGraph(m365, '/users', await givenAppToken(m365, client))).status).toBe(200)
  await call('DELETE', `${contoso}/consents/${appId}`)
  expect((await getGraph(m365, '/users', await givenAppToken(m365, client))).status).toBe(403)
  await call('DELETE', `${contoso}/applications/${appId}/secrets/${secret.keyId}`)
  expect((await postToken(m365, appOnly(client))).code).toBe(7000215)
})

test('requests are counted by route and listed with what was sent', async () => {
  await call('DELETE', '/requests')
  await getGraph(m365, '/users?$top=1', await givenAppToken(m365))
  await postToken(m365, { grant_type: 'x'.repeat(10_000) })
  const { counts, latest } = (await call('GET', '/requests')).body
  expect(counts).toMatchObject({ 'GET /v1.0/users': 1, 'POST /:tenant/oauth2/v2.0/token': 2 })
  const [token, users, long] = latest as unknown as LoggedRequest[]
  expect(token).toMatchObject({ body: { grant_type: 'client_credentials', client_id: JACKFIELD_CLIENT_ID }, query: '' })
  expect(users).toMatchObject({ path: '/v1.0/users', query: '$top=1', directory: CONTOSO_DIRECTORY_ID, status: 200 })
  expect(String(long?.body).length).toBeLessThan(9_000)
  expect(m365.requests.count('GET /v1.0/users')).toBe(1)
})

test('the log and a fault can be limited to one directory, so that parallel tests do not meet', async () => {
  const [mine, other] = ['mine.example', 'other.example'].map((domain, index) =>
    m365.addDirectory({ id: `12345678-1234-4234-8234-12345678901${index}`, displayName: domain, domains: [domain] }),
  )
  const route = 'POST /:tenant/oauth2/v2.0/token'
  const ask = async (directory = '') => (await postToken(m365, appOnly(), {}, directory)).status
  await call('POST', '/faults', {
    path: '/token$',
    directory: mine?.domains[0],
    count: 1,
    effect: { kind: 'refuse', status: 503 },
  })
  expect(await ask(other?.id)).toBe(401)
  expect(await ask(mine?.id)).toBe(503)
  expect(await ask(mine?.domains[0])).toBe(401)
  const query = `directory=mine.example&route=${encodeURIComponent(route)}`
  expect((await call('GET', `/requests?${query}`)).body).toMatchObject({
    counts: { [route]: 2 },
    latest: [{ status: 503 }, { status: 401 }],
  })
  await call('DELETE', '/requests?directory=mine.example')
  expect([m365.requests.count(route, mine?.id), m365.requests.count(route, other?.id)]).toEqual([0, 1])
})

test('a fault at Graph is limited to the directory that the token names', async () => {
  const fabrikam = m365.directory(FABRIKAM_DIRECTORY_ID)
  fabrikam.grantConsent(JACKFIELD_CLIENT_ID, { roles: ['User.Read.All'] })
  m365.faults.plan({
    path: '^/v1\\.0/users$',
    directory: FABRIKAM_DIRECTORY_ID,
    effect: { kind: 'refuse', status: 503 },
  })
  const status = async (token: string) => (await getGraph(m365, '/users', token)).status
  expect(await status(await givenAppToken(m365))).toBe(200)
  expect(await status(fabrikam.applicationTokens(JACKFIELD_CLIENT_ID).access_token)).toBe(503)
  m365.faults.clear()
})

test('keys, clock, page sizes and tampered tokens are controlled over HTTP', async () => {
  expect((await call('POST', '/keys/roll', {})).status).toBe(200)
  expect((await call('POST', '/time/advance', { milliseconds: 1000 })).status).toBe(200)
  expect((await call('PUT', '/graph', { deltaPageSize: 5 })).body).toMatchObject({
    deltaPageSize: 5,
    defaultPageSize: 100,
  })
  expect((await call('PUT', '/graph', { deltaPageSize: 0 })).status).toBe(400)
  expect((await call('POST', '/id-tokens/tamper', { clientId: JACKFIELD_CLIENT_ID, sign: 'none' })).status).toBe(200)
  expect((await call('POST', '/id-tokens/tamper', { sign: 'nonsense' })).status).toBe(400)
})
