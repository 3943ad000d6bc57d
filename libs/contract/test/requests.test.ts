import { expect, test } from 'vitest'
import { NewApiKey } from '../src/access/api-key.ts'
import { PageQuery } from '../src/http/page.ts'
import { ImportRequest } from '../src/microsoft/import-request.ts'
import { MicrosoftAccount, NewCredential } from '../src/microsoft/microsoft-account.ts'
import { PhoneUserQuery } from '../src/roster/phone-user.ts'

const id = '11111111-2222-4333-8444-555555555555'

test.each([
  [{ users: [{ id, sync: true, sso: true }] }],
  [{ users: [{ id, sync: true, sso: false }] }],
  [{ users: [{ id, sync: false, sso: false }] }],
  [{ all: true, sync: true, sso: true }],
])('S32 S33 an import names its users with two ticks each: %j', (request) => {
  expect(ImportRequest.safeParse(request).success).toBe(true)
})

test.each([
  ['SSO without sync', { users: [{ id, sync: false, sso: true }] }],
  ['SSO for all without sync', { all: true, sync: false, sso: true }],
  ['nobody', { users: [] }],
  ['more than 10,000 at once', { users: Array.from({ length: 10_001 }, () => ({ id, sync: true, sso: false })) }],
  ['a tick that is no tick', { users: [{ id, sync: 'yes', sso: false }] }],
  ['somebody without an id', { users: [{ sync: true, sso: false }] }],
  ['nothing at all', {}],
])('S33 an import of %s is refused', (_what, request) => {
  expect(ImportRequest.safeParse(request).success).toBe(false)
})

test('lists have 50 items a page unless asked, and never more than 500', () => {
  expect(PageQuery.parse({}).limit).toBe(50)
  expect(PageQuery.parse({ limit: '500' }).limit).toBe(500)
  for (const limit of ['0', '501', '-1', '1.5', 'many', 'Infinity'])
    expect(PageQuery.safeParse({ limit }).success, limit).toBe(false)
})

test('a filter is true, false or absent, so that “bound=0” does not quietly mean true', () => {
  expect(PhoneUserQuery.parse({ bound: 'false' }).bound).toBe(false)
  expect(PhoneUserQuery.parse({}).bound).toBeUndefined()
  for (const bound of ['0', '1', 'TRUE', '']) expect(PhoneUserQuery.safeParse({ bound }).success, bound).toBe(false)
})

test.each(['2027-01-31', '2027-01-31T10:00:00Z', '2027-01-31T10:00:00+02:00'])(
  'S25 a secret’s expiry is a date or a time: %s',
  (expiresAt) => {
    expect(NewCredential.safeParse({ type: 'secret', secret: 'abc', expiresAt }).success).toBe(true)
  },
)

test.each(['', '31.01.2027', '2027-13-01', 'never'])('S25 no expiry: %j', (expiresAt) => {
  expect(NewCredential.safeParse({ type: 'secret', secret: 'abc', expiresAt }).success).toBe(false)
})

test('S26 the schema of an account has no place for its secret', () => {
  const told = MicrosoftAccount.shape.credential.safeParse({
    type: 'secret',
    secret: 'the secret itself',
    hint: 'elf',
    createdAt: '2026-01-01T00:00:00Z',
    expiresAt: '2028-01-01T00:00:00Z',
  })
  expect([told.success, JSON.stringify(told.data)]).toEqual([true, expect.not.stringContaining('the secret itself')])
})

test('a key’s scope is the platform or one tenant, its role admin or read', () => {
  const key = { name: 'provisioning', scope: 'platform', role: 'admin' }
  expect(NewApiKey.safeParse(key).success).toBe(true)
  expect(NewApiKey.safeParse({ ...key, scope: id, role: 'read' }).success).toBe(true)
  for (const wrong of [{ scope: '*' }, { scope: [id] }, { role: 'owner' }, { name: ' ' }])
    expect(NewApiKey.safeParse({ ...key, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
})
