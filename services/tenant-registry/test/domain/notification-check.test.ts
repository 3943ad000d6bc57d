import type { NotificationHealth, SubscriptionFailure } from '@jackfield/contract/microsoft/notification-health'
import { SubscriptionFailure as FailureSchema } from '@jackfield/contract/microsoft/notification-health'
import { expect, test } from 'vitest'
import { checkNotifications } from '../../src/domain/connection/notification-check.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
type Subscription = NonNullable<NotificationHealth['subscription']>
const healthy: Subscription = {
  since: '2026-05-30T08:15:30.000Z',
  until: '2026-06-05T08:15:30.000Z',
  lastNotifiedAt: '2026-06-01T11:59:00.000Z',
  isQuiet: false,
  failure: null,
}
const judge = (subscription: Partial<Subscription> | null, status = 'ready') =>
  checkNotifications(
    { notifications: { isConfigured: true, subscription: subscription && { ...healthy, ...subscription } } },
    { status },
    NOW,
  )
const failure = (members: Partial<SubscriptionFailure> = {}) => ({
  kind: 'refused' as const,
  code: null,
  words: null,
  at: '2026-06-01T11:50:00.000Z',
  ...members,
})

test('S44 a healthy subscription passes, and tells since when, until when and when the last change was told', () => {
  expect(judge({})).toEqual({
    id: 'notifications',
    status: 'passed',
    message:
      'Microsoft Graph tells of changes since 2026-05-30 08:15 UTC, until 2026-06-05 08:15 UTC unless it is renewed. The last came 2026-06-01 11:59 UTC.',
    remedy: '',
  })
  expect(judge({ since: null, lastNotifiedAt: null }).message).toBe(
    'Microsoft Graph tells of changes, until 2026-06-05 08:15 UTC unless it is renewed. None has come yet.',
  )
})

test.each<[string, Parameters<typeof checkNotifications>[0]['notifications'], RegExp]>([
  ['the roster is down', 'unavailable', /roster does not answer/],
  ['no address is set', { isConfigured: false, subscription: null }, /takes no change notifications.*by the clock/],
  ['nobody was imported', { isConfigured: true, subscription: null }, /first import/],
  ['it is being made', { isConfigured: true, subscription: { ...healthy, until: null } }, /being made/],
])('S44 when %s the check is skipped and says so', (_what, notifications, message) => {
  expect(checkNotifications({ notifications }, { status: 'ready' }, NOW)).toMatchObject({
    status: 'skipped',
    message: expect.stringMatching(message),
  })
})

test('S44 of an account that is switched off nobody is to tell', () => {
  expect(judge({ until: '2026-05-01T00:00:00.000Z' }, 'disabled')).toMatchObject({
    status: 'skipped',
    message: expect.stringContaining('switched off'),
  })
})

test('S44 what Microsoft Graph said is passed on beside our own words, with its code', () => {
  const words = 'Subscription validation request failed. Must respond with 200 OK to this request.'
  const check = judge({
    until: null,
    failure: failure({ kind: 'address-unreachable', code: 'ValidationError', words }),
  })
  expect(check).toMatchObject({
    status: 'warning',
    code: 'ValidationError',
    remedy: expect.stringContaining('WEBHOOK_BASE_URL'),
  })
  expect(check.message).toContain('could not reach the address')
  expect(check.message).toContain(`Microsoft says: “${words}” Tried 2026-06-01 11:50 UTC. There is no subscription.`)
})

test('S44 a renewal that fails tells until when the present subscription lives, or that it has ended', () => {
  expect(judge({ failure: failure() }).message).toContain('The subscription ends 2026-06-05 08:15 UTC.')
  expect(judge({ until: '2026-05-31T00:00:00.000Z', failure: failure() }).message).toContain(
    'The subscription ended 2026-05-31 00:00 UTC.',
  )
})

test('S44 one that has ended, and one that was silent about changes, are warnings', () => {
  expect(judge({ until: NOW.toISOString() })).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('was not renewed'),
  })
  expect(judge({ isQuiet: true })).toMatchObject({
    status: 'warning',
    message: expect.stringContaining('had not told'),
  })
})

test.each(FailureSchema.shape.kind.options)(
  'S44 no reason keeps an account from being enabled, and each has a remedy: %s',
  (kind) => {
    const { status, message, remedy } = judge({ failure: failure({ kind }) })
    expect(status).toBe('warning')
    expect(message).toContain('by the clock')
    expect(remedy).toMatch(/tried again/)
  },
)
