import { entityTag, isMatch } from '@jackfield/contract/http/entity-tag'
import { expect, test } from 'vitest'
import { reviewSecret } from '../../src/domain/connection/credential.ts'

const NOW = new Date('2026-05-01T10:00:00.000Z')
const review = (secret: string, expiresAt: string) => reviewSecret({ type: 'secret', secret, expiresAt }, NOW)

test.each(['8b7c4d52-3f0e-4a6b-9c1d-2e5f60718293', '8B7C4D52-3F0E-4A6B-9C1D-2E5F60718293'])(
  'S25 %s is an id',
  (secret) => {
    expect(review(secret, '2027-01-01').kind).toBe('is-an-id')
  },
)

test.each([
  ['2026-05-01T10:00:00Z', 'already-expired'],
  ['2026-05-01T10:00:01Z', 'accepted'],
  ['2026-05-01T12:30:00+02:00', 'accepted'],
  ['2026-05-01', 'already-expired'],
  ['2026-05-02', 'accepted'],
])('S25 a secret that expires %s is %s', (expiresAt, kind) => {
  expect(review('Kz38Q~some-secret-value', expiresAt).kind).toBe(kind)
})

test.each([
  ['0123456789abcdef', 'def'],
  ['0123456789abcde', ''],
])('S26 of the secret %s the hint is %j', (secret, hint) => {
  expect(review(secret, '2027-01-01')).toMatchObject({
    summary: { hint, expiresAt: '2027-01-01T00:00:00.000Z', createdAt: NOW.toISOString() },
  })
})

test.each([
  [undefined, 3, true],
  [undefined, undefined, true],
  ['"3"', 3, true],
  ['"2", "3"', 3, true],
  ['*', 3, true],
  ['*', undefined, false],
  ['"2"', 3, false],
  ['W/"3"', 3, false],
  ['3', 3, false],
  ['', 3, false],
  ['"1"', undefined, false],
])('T-91 If-Match %s lets version %s through: %s', (header, version, expected) => {
  expect(isMatch(header, version)).toBe(expected)
})

test('an entity tag is quoted', () => {
  expect(entityTag(3)).toBe('"3"')
})
