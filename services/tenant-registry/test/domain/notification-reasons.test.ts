import { SubscriptionFailure } from '@jackfield/contract/microsoft/notification-health'
import { expect, test } from 'vitest'
import { checkNotifications } from '../../src/domain/connection/notification-check.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const UNTIL = '2026-06-05T08:15:30.000Z'
const check = (failure: Partial<SubscriptionFailure> | null, members: object = {}) => {
  const told = failure && {
    kind: 'refused' as const,
    code: null,
    words: null,
    at: '2026-06-01T11:50:00.000Z',
    ...failure,
  }
  const subscription = { since: null, until: UNTIL, lastNotifiedAt: null, isQuiet: false, failure: told, ...members }
  return checkNotifications({ notifications: { isConfigured: true, subscription } }, { status: 'ready' }, NOW)
}

test.each([
  [
    'address-unreachable',
    /could not reach the address/,
    /^Let whoever runs the platform .*WEBHOOK_BASE_URL.* within a minute/,
  ],
  ['limit-reached', /as many subscriptions .* as Microsoft allows/, /^Delete subscriptions .* within a minute/],
  [
    'not-permitted',
    /does not let this application subscribe/,
    /^Grant admin consent .*User\.Read\.All.* within a minute/,
  ],
  ['refused', /refused the subscription/, /^See what Microsoft says.* within a minute/],
  ['throttled', /asks to send fewer requests/, /^It is tried again by itself\.$/],
  ['unavailable', /did not answer/, /^It is tried again within a minute of this test\.$/],
] as const)('S44 the reason %s is explained, with what to do and when it is tried again', (kind, message, remedy) => {
  expect(check({ kind })).toMatchObject({
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
  })
})

test('S44 every reason there is has its words', () => {
  const words = SubscriptionFailure.shape.kind.options.map((kind) => check({ kind }).message)
  expect(new Set(words).size).toBe(words.length)
})

test('S44 a failure without a code has none, and without words quotes none', () => {
  expect(check({})).toStrictEqual({
    id: 'notifications',
    status: 'warning',
    message:
      'Microsoft Graph refused the subscription to change notifications. Tried 2026-06-01 11:50 UTC. The subscription ends 2026-06-05 08:15 UTC. Changes in the directory still arrive by the clock, only later.',
    remedy: 'See what Microsoft says, and test again. It is tried again within a minute of this test.',
  })
})

test('S44 words are quoted as Microsoft’s, but for those of ours where it gave no answer', () => {
  expect(check({ kind: 'refused', words: 'No.' }).message).toContain('Microsoft says: “No.” Tried')
  expect(check({ kind: 'unavailable', words: 'Its certificate is not trusted.' }).message).toContain(
    '. Its certificate is not trusted. Tried',
  )
})

test('S44 what ends by itself or is mended by itself says so', () => {
  expect(check(null, { until: '2026-05-31T00:00:00.000Z' })).toMatchObject({
    id: 'notifications',
    remedy: expect.stringContaining('worker is running'),
  })
  expect(check(null, { isQuiet: true })).toMatchObject({
    id: 'notifications',
    remedy: expect.stringContaining('made anew by itself'),
  })
  expect(check(null, { until: null })).toMatchObject({ id: 'notifications', status: 'skipped', remedy: '' })
})

test('S44 a subscription of which nothing was told yet passes without a time', () => {
  expect(check(null)).toMatchObject({
    id: 'notifications',
    status: 'passed',
    message: expect.stringMatching(/^Microsoft .* None has come yet/),
  })
})
