import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../src/demo/contoso.ts'
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

test('requests are counted by route and listed without their queries', async () => {
  await call('DELETE', '/requests')
  await getGraph(m365, '/users?$top=1', await givenAppToken(m365))
  const { counts, latest } = (await call('GET', '/requests')).body
  expect(counts).toMatchObject({ 'GET /v1.0/users': 1, 'POST /:tenant/oauth2/v2.0/token': 1 })
  expect(JSON.stringify(latest)).not.toContain('$top')
  expect(m365.requests.count('GET /v1.0/users')).toBe(1)
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
