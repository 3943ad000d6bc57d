import { SubscriptionFailure } from '@jackfield/contract/microsoft/notification-health'
import { describe, expect, test } from 'vitest'
import type { DirectoryFailure } from '../../src/domain/directory-failure.ts'
import { subscriptionFailure } from '../../src/domain/subscription-failure.ts'

type Failure = DirectoryFailure | { kind: 'missing' }
const code = 'InvalidRequest'

describe('S44 without a subscription the account says why', () => {
  test.each([
    ['Subscription validation request failed. Notification endpoint must respond with 200 OK.', 'address-unreachable'],
    ['Subscription validation request timed out.', 'address-unreachable'],
    ['SUBSCRIPTION VALIDATION REQUEST FAILED', 'address-unreachable'],
    ['The validation request was sent.', 'refused'],
    ['Subscription limit reached', 'refused'],
    ['Something else failed', 'refused'],
  ])('a refusal with the words %j is: %s', (words, kind) => {
    expect(subscriptionFailure({ kind: 'rejected', code, words })).toEqual({ kind, code, words })
  })

  test.each([
    ['Subscription limit reached for the tenant', 'limit-reached'],
    ['MAXIMUM LIMIT REACHED', 'limit-reached'],
    ['Insufficient privileges to complete the operation.', 'not-permitted'],
    ['validation request failed', 'not-permitted'],
  ])('a missing permission with the words %j is: %s', (words, kind) => {
    expect(subscriptionFailure({ kind: 'consent-missing', code, words })).toEqual({ kind, code, words })
  })

  test.each([
    [
      { kind: 'rejected', code },
      { kind: 'refused', code, words: null },
    ],
    [
      { kind: 'rejected', code, words: '' },
      { kind: 'refused', code, words: null },
    ],
    [{ kind: 'consent-missing' }, { kind: 'not-permitted', code: null, words: null }],
    [
      { kind: 'unauthorised', message: 'The secret has expired.' },
      { kind: 'refused', code: null, words: 'The secret has expired.' },
    ],
    [
      { kind: 'throttled', retryAfterSeconds: 9 },
      { kind: 'throttled', code: null, words: null },
    ],
    [{ kind: 'unavailable' }, { kind: 'unavailable', code: null, words: null }],
    [
      { kind: 'unavailable', words: 'Not trusted.' },
      { kind: 'unavailable', code: null, words: 'Not trusted.' },
    ],
    [{ kind: 'missing' }, { kind: 'refused', code: 'HTTP 404', words: null }],
  ] satisfies Array<[Failure, SubscriptionFailure]>)('%j is told as %j', (failure, told) => {
    expect(subscriptionFailure(failure)).toEqual(told)
  })

  test.each(['expired-page', 'expired-changes'] as const)(
    '%s, which no subscription should meet, is told in words',
    (kind) => {
      const told = subscriptionFailure({ kind })
      expect(told).toMatchObject({ kind: 'refused', code: null })
      expect(told.words).not.toHaveLength(0)
    },
  )

  test('and keeps to the length that is stored', () => {
    const told = subscriptionFailure({ kind: 'unauthorised', message: 'x'.repeat(2_000) })
    expect(SubscriptionFailure.parse(told).words).toHaveLength(300)
  })
})
