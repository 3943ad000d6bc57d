import { afterEach, beforeEach, expect, test } from 'vitest'
import type { M365Emulator } from '../../src/emulator.ts'
import { costOf } from '../../src/graph/throttle.ts'
import { getGraph, givenAppToken, givenEmulator } from '../given.ts'

let m365: M365Emulator
let token: string
beforeEach(async () => {
  m365 = await givenEmulator()
  token = await givenAppToken(m365)
})
afterEach(() => m365.close())

test.each([
  ['/v1.0/users', 2],
  ['/v1.0/users?$select=id&$top=999', 1],
  ['/v1.0/users?%24select=id&%24top=999', 1],
  ['/v1.0/users?$top=10', 1],
  ['/v1.0/users?$expand=manager', 3],
  ['/v1.0/users/delta?$select=id', 1],
  ['/v1.0/groups/1/members', 3],
  ['/v1.0/groups/1/transitiveMembers?$select=id', 4],
  ['/v1.0/users/1/checkMemberGroups', 4],
])('%s costs %i resource units', (url, units) => {
  expect(costOf({ url })).toBe(units)
})

test('every answer states its cost, and near the quota its share of it', async () => {
  m365.throttle.unitsPerWindow = 10
  const seen = []
  for (let call = 0; call < 5; call++) {
    const { status, headers } = await getGraph(m365, '/users', token)
    seen.push([status, headers.get('x-ms-resource-unit'), headers.get('x-ms-throttle-limit-percentage')])
  }
  expect(seen).toEqual([
    [200, '2', null],
    [200, '2', null],
    [200, '2', null],
    [200, '2', '0.80'],
    [200, '2', '1.00'],
  ])
})

test('above the quota the answer is 429 with the time to wait and the exceeded scope, until that time is over', async () => {
  m365.throttle.unitsPerWindow = 2
  await getGraph(m365, '/users', token)
  const { status, headers, body } = await getGraph(m365, '/users', token)
  expect([status, body.error.code, headers.get('x-ms-throttle-information')]).toEqual([
    429,
    'TooManyRequests',
    'ResourceUnitLimitExceeded',
  ])
  expect(headers.get('x-ms-throttle-scope')).toMatch(/^Tenant_Application\/ReadWrite\/[0-9a-f-]{36}\/[0-9a-f-]{36}$/)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  m365.advanceTime(10_000)
  expect((await getGraph(m365, '/users', token)).status).toBe(200)
})

test('Retry-After may be missing', async () => {
  Object.assign(m365.throttle, { unitsPerWindow: 1, sendRetryAfter: false })
  const { status, headers } = await getGraph(m365, '/users', token)
  expect([status, headers.get('retry-after')]).toEqual([429, null])
})

test('low-priority calls are refused first', async () => {
  m365.throttle.unitsPerWindow = 20
  for (let call = 0; call < 9; call++) await getGraph(m365, '/users', token)
  expect((await getGraph(m365, '/users', token, { 'x-ms-throttle-priority': 'Low' })).status).toBe(429)
  m365.throttle.unitsPerWindow = 24
  expect((await getGraph(m365, '/users', token)).status).toBe(200)
})

test('the quota belongs to one app in one directory', async () => {
  m365.throttle.unitsPerWindow = 2
  await getGraph(m365, '/users', token)
  const other = m365.directory('adatum.onmicrosoft.com')
  const app = other.registerApplication({ appId: crypto.randomUUID(), displayName: 'Other' })
  other.grantConsent(app.appId, { roles: ['User.Read.All'] })
  const secret = other.addSecret(app.appId).secretText
  const theirs = await givenAppToken(m365, { client_id: app.appId, client_secret: secret }, other.id)
  expect((await getGraph(m365, '/users', theirs)).status).toBe(200)
})
