import { describe, expect, test } from 'vitest'
import { type KeyAge, rotationSteps } from '../../src/domain/key-rotation.ts'
import { LOGOUT_EVENT, LOGOUT_TOKEN_TTL, waitAfterAttempts } from '../../src/domain/logout-notice.ts'

const NOW = new Date('2026-06-01T00:00:00Z')
const ago = (days: number, ms = 0) => new Date(NOW.getTime() - days * 24 * 3600 * 1000 - ms)
const key = (id: string, days: number, members: Partial<KeyAge> = {}): KeyAge => ({
  id,
  use: 'ES256',
  createdAt: ago(days),
  retiredAt: null,
  ...members,
})
const steps = (keys: KeyAge[], everyDays = 90) =>
  rotationSteps(keys, NOW, everyDays).map((step) => Object.values(step).join(' '))

describe('SE-05 the signing keys', () => {
  test.each([
    ['that are young stay', [key('a', 89)], []],
    ['that are old get one more', [key('a', 90)], ['add ES256']],
    ['of which the newest is old get one more', [key('a', 400), key('b', 90)], ['add ES256']],
    ['of which the newest is not known everywhere yet all stay', [key('a', 91), key('b', 0.99)], []],
    ['of which the newest is known everywhere retire the others', [key('a', 91), key('b', 1)], ['retire a']],
    [
      'retire all but the newest, the oldest first',
      [key('b', 50), key('c', 2), key('a', 91)],
      ['retire a', 'retire b'],
    ],
    ['for cookies are apart from those for tokens', [key('a', 90, { use: 'cookie' }), key('b', 1)], ['add cookie']],
    ['of both kinds', [key('a', 90, { use: 'cookie' }), key('b', 90)], ['add ES256', 'add cookie']],
    ['that are retired sign no more, and count for nothing', [key('a', 1, { retiredAt: ago(1) })], []],
    ['that are retired verify for 15 days', [key('a', 99, { retiredAt: ago(14.9) }), key('b', 5)], []],
    ['that are retired go after 15 days', [key('a', 99, { retiredAt: ago(15) }), key('b', 5)], ['remove a']],
    ['of which there are none need nothing', [], []],
  ])('%s', (_, keys, expected) => {
    expect(steps(keys)).toEqual(expected)
  })

  test('that are never to be renewed are not, but what was begun is ended', () => {
    expect(steps([key('a', 4_000)], 0)).toEqual([])
    expect(steps([key('a', 4_000), key('b', 2), key('c', 99, { retiredAt: ago(20) })], 0)).toEqual([
      'remove c',
      'retire a',
    ])
  })
})

test('T-61 an app that does not take a notice gets it again, later each time, and is given up in the end', () => {
  const waits = Array.from({ length: 6 }, (_, index) => waitAfterAttempts(index + 1))
  expect(waits).toEqual([5, 30, 120, 600, 1_800, undefined])
  expect(waitAfterAttempts(0)).toBeUndefined()
  expect(LOGOUT_TOKEN_TTL).toBeLessThanOrEqual(120)
  expect(LOGOUT_EVENT).toBe('http://schemas.openid.net/event/backchannel-logout')
})
