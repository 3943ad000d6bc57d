import { expect, test } from 'vitest'
import { expiryOf, looksLikeSecretId, proposedExpiry } from '../../src/domain/client-secret.ts'
import { guidComplaint, sameGuid } from '../../src/domain/guid-field.ts'

const GUID = '2f1c9c1e-0f5b-4b0c-9f0a-5f6c3d1e2a3b'

test('S14 blanks around a GUID are accepted, other text is refused', () => {
  expect(guidComplaint(`  ${GUID.toUpperCase()}\t`, 'id')).toBeUndefined()
  expect(guidComplaint('   ', 'id')).toBe('Enter the id.')
  expect(guidComplaint(`{${GUID}}`, 'id')).toContain('is a GUID such as')
  expect(guidComplaint('contoso.onmicrosoft.com', 'directory id')).toBe(
    'The directory id is a GUID such as 00000000-0000-0000-0000-000000000000.',
  )
})

test('S14 the same id in both fields is reported, empty fields are not', () => {
  expect(sameGuid(GUID, ` ${GUID.toUpperCase()}`)).toBe(true)
  expect(sameGuid(`${GUID.toUpperCase()} `, GUID)).toBe(true)
  expect(sameGuid(GUID, GUID.replace('2f', '2e'))).toBe(false)
  expect([sameGuid('', ''), sameGuid(' ', ''), sameGuid('', ' '), sameGuid('', GUID)]).toEqual([
    false,
    false,
    false,
    false,
  ])
})

test('S25 a secret id is distinguished from a secret value', () => {
  expect(looksLikeSecretId(` ${GUID} `)).toBe(true)
  expect(looksLikeSecretId('abc8Q~Hn2kW-x.yZ')).toBe(false)
})

test.each([
  ['2026-11-24T10:00:00Z', '2028-11-24'],
  ['2026-12-31T23:59:59Z', '2028-12-31'],
  ['2026-01-01T00:30:00+02:00', '2027-12-31'],
  ['2026-02-28T00:00:00Z', '2028-02-28'],
  ['2028-02-29T00:00:00Z', '2030-02-28'],
])('S24 the proposed expiry is 24 months after %s: %s, and not a day more', (now, expiry) => {
  expect(proposedExpiry(new Date(now))).toBe(expiry)
})

test('S25 a secret warns from 60 days before its expiry', () => {
  const now = new Date('2026-11-24T00:00:00Z')
  expect(expiryOf('2027-01-24T00:00:00Z', now)).toEqual({ kind: 'valid', days: 61 })
  expect(expiryOf('2027-01-23T00:00:00Z', now)).toEqual({ kind: 'soon', days: 60 })
  expect(expiryOf('2027-01-23T00:00:01Z', now)).toEqual({ kind: 'valid', days: 61 })
  expect(expiryOf('2026-11-24T00:00:01Z', now)).toEqual({ kind: 'soon', days: 1 })
  expect(expiryOf('2026-11-24T00:00:00Z', now)).toEqual({ kind: 'expired' })
  expect(expiryOf('2026-01-01T00:00:00Z', now)).toEqual({ kind: 'expired' })
})
