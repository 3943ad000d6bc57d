import { describe, expect, test } from 'vitest'
import {
  describeKeys,
  type KeyAge,
  reachOf,
  renewalSteps,
  revocationSteps,
  rotationSteps,
} from '../../src/domain/key-rotation.ts'
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

describe('FC-85 a key', () => {
  const retired = key('r', 99, { retiredAt: ago(2) })
  const next = key('n', 0.5)
  test('has a status, and the times at which that changes', () => {
    const times = (keys: KeyAge[]) =>
      describeKeys(keys).map(({ kid, status, signsFrom, verifiesUntil }) => [kid, status, signsFrom, verifiesUntil])
    expect(times([next, key('a', 50), retired])).toEqual([
      ['r', 'retired', null, ago(-13).toISOString()],
      ['a', 'signing', null, null],
      ['n', 'next', ago(-0.5).toISOString(), null],
    ])
    // Waiting for the newest, as the rotation does.
    expect(times([key('a', 50), key('b', 0.9), next])[1]).toEqual(['b', 'next', ago(-0.5).toISOString(), null])
  })

  test('is renewed unless a next one waits, each use by itself', () => {
    expect(renewalSteps([key('a', 50), retired])).toEqual([{ kind: 'add', use: 'ES256' }])
    expect(renewalSteps([key('a', 50), next, key('c', 1, { use: 'cookie' })])).toEqual([{ kind: 'add', use: 'cookie' }])
    expect(renewalSteps([])).toEqual([])
  })

  test('that is revoked is replaced only if none is left that signs', () => {
    const revoke = (keys: KeyAge[], id: string) =>
      revocationSteps(keys, id)?.map((step) => Object.values(step).join(' '))
    expect(revoke([key('a', 50)], 'a')).toEqual(['add ES256', 'remove a'])
    expect(revoke([key('a', 50), key('c', 9, { use: 'cookie' }), retired], 'a')).toEqual(['add ES256', 'remove a'])
    expect(revoke([key('a', 50), next], 'a')).toEqual(['remove a'])
    expect(revoke([key('a', 50), next], 'n')).toEqual(['remove n'])
    expect(revoke([key('a', 50), retired], 'r')).toEqual(['remove r'])
    expect(revoke([key('a', 50)], 'x')).toBeUndefined()
  })

  test('says whom its revocation hits', () => {
    const all = { browser: 5, device: 3, app: 1 }
    const none = { browser: 0, device: 0, app: 0 }
    const keys = [
      key('a', 50),
      next,
      key('c', 9, { use: 'cookie' }),
      retired,
      key('rc', 40, { use: 'cookie', retiredAt: ago(9) }),
    ]
    const reach = (id: string, of = keys) => {
      const found = reachOf(of, id, all, NOW)
      return found && [found.key.kid, found.effect, found.sessions, found.signsNext]
    }
    expect(reach('a')).toEqual(['a', 'tokens-refused', all, 'n'])
    expect(reach('a', [key('a', 50)])).toEqual(['a', 'tokens-refused', all, null])
    expect(reach('n')).toEqual(['n', 'none', none, 'a'])
    expect(reach('c')).toEqual(['c', 'signed-out', { ...none, browser: 5 }, null])
    expect(reach('rc')).toEqual(['rc', 'signed-out', { ...none, browser: 5 }, 'c'])
    // No token of it lives any more.
    expect(reach('r')).toEqual(['r', 'none', none, 'a'])
    const hour = (ms: number) => key('r', 99, { retiredAt: ago(1 / 24, ms) })
    expect(reach('r', [...keys.slice(0, 2), hour(-1)])?.[1]).toBe('tokens-refused')
    expect(reach('r', [...keys.slice(0, 2), hour(0)])?.[1]).toBe('none')
    expect(reach('x')).toBeUndefined()
  })
})

test('T-61 an app that does not take a notice gets it again, later each time, and is given up in the end', () => {
  const waits = Array.from({ length: 6 }, (_, index) => waitAfterAttempts(index + 1))
  expect(waits).toEqual([5, 30, 120, 600, 1_800, undefined])
  expect(waitAfterAttempts(0)).toBeUndefined()
  expect(LOGOUT_TOKEN_TTL).toBeLessThanOrEqual(120)
  expect(LOGOUT_EVENT).toBe('http://schemas.openid.net/event/backchannel-logout')
})
