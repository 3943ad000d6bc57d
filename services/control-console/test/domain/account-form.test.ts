import { expect, test } from 'vitest'
import { expiryOf, looksLikeSecretId, proposedExpiry } from '../../src/domain/client-secret.ts'
import { guidComplaint, sameGuid } from '../../src/domain/guid-field.ts'

const GUID = '2f1c9c1e-0f5b-4b0c-9f0a-5f6c3d1e2a3b'

test('S14 blanks around a GUID are forgiven, anything else is not', () => {
  expect(guidComplaint(`  ${GUID.toUpperCase()}\t`, 'id')).toBeUndefined()
  expect(guidComplaint('   ', 'id')).toBe('Enter the id.')
  expect(guidComplaint(`{${GUID}}`, 'id')).toContain('is a GUID such as')
  expect(guidComplaint('contoso.onmicrosoft.com', 'id')).toContain('is a GUID such as')
})

test('S14 the same id in both fields is noticed, empty fields are not', () => {
  expect(sameGuid(GUID, ` ${GUID.toUpperCase()}`)).toBe(true)
  expect(sameGuid('', '')).toBe(false)
})

test('S25 a secret id is told from a secret value', () => {
  expect(looksLikeSecretId(` ${GUID} `)).toBe(true)
  expect(looksLikeSecretId('abc8Q~Hn2kW-x.yZ')).toBe(false)
})

test('S24 the proposed expiry is 24 months from now', () => {
  expect(proposedExpiry(new Date('2026-11-24T10:00:00Z'))).toBe('2028-11-24')
})

test('S25 a secret warns from 60 days before its end', () => {
  const now = new Date('2026-11-24T00:00:00Z')
  expect(expiryOf('2027-01-24T00:00:00Z', now)).toEqual({ kind: 'valid', days: 61 })
  expect(expiryOf('2027-01-23T00:00:00Z', now)).toEqual({ kind: 'soon', days: 60 })
  expect(expiryOf('2026-11-24T00:00:00Z', now)).toEqual({ kind: 'expired' })
})
