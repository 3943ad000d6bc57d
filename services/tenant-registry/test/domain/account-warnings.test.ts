import type { Check } from '@jackfield/contract/microsoft/verification'
import { describe, expect, test } from 'vitest'
import {
  accountWarnings,
  daysLeft,
  EXPIRY_THRESHOLDS,
  findingsOf,
  isSameFindings,
  thresholdOf,
} from '../../src/domain/account-warnings.ts'

const NOW = new Date('2026-06-01T12:00:00Z')
const DAY = 24 * 3600 * 1000
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY).toISOString()
const finding = (id: Check['id'], status: Check['status'], members: Partial<Check> = {}): Check => ({
  id,
  status,
  message: `${id} says so`,
  remedy: `mend ${id}`,
  ...members,
})
const account = (members: object) => ({
  status: 'ready',
  credential: null,
  findings: [] as Check[],
  syncFailure: null,
  offSince: null,
  ...members,
})
const warningsOf = (members: object) => accountWarnings(account(members), NOW)
const until = (expiresAt: string | null, type = 'secret') => ({ credential: { type, expiresAt } })

describe('S25 the end of a credential', () => {
  test.each([
    [0, 0],
    [-3, 0],
    [1 / DAY, 1],
    [1, 1],
    [1 + 1 / DAY, 2],
    [59.5, 60],
  ])('that is %s days away is so many begun days away: %i', (days, left) => {
    expect(daysLeft(inDays(days), NOW)).toBe(left)
  })

  test.each([
    [61, undefined],
    [60, 60],
    [31, 60],
    [30, 30],
    [15, 30],
    [14, 14],
    [8, 14],
    [7, 7],
    [2, 7],
    [1, 1],
    [0, 0],
  ])('in %i days has reached the threshold %s', (days, threshold) => {
    expect(thresholdOf(days)).toBe(threshold)
  })

  test('is told 60, 30, 14, 7 and 1 days before', () => {
    expect(EXPIRY_THRESHOLDS).toEqual([60, 30, 14, 7, 1])
  })

  test.each([
    [61, undefined],
    [60, 'info'],
    [15, 'info'],
    [14, 'warning'],
    [8, 'warning'],
    [7, 'critical'],
    [1, 'critical'],
    [0, 'critical'],
  ])('in %i days is %s', (days, severity) => {
    expect(warningsOf(until(inDays(days))).map((warning) => warning.severity)).toEqual(severity ? [severity] : [])
  })

  test('says how long there is, of what, and what to do', () => {
    expect(warningsOf(until(inDays(30)))).toEqual([
      {
        code: 'credential-expiring',
        severity: 'info',
        daysLeft: 30,
        message: 'The client secret expires in 30 days.',
        remedy: expect.stringMatching(/^Create a new client secret in Entra ID/),
      },
    ])
    expect(warningsOf(until(inDays(0.5), 'certificate'))).toMatchObject([
      {
        daysLeft: 1,
        message: 'The certificate expires in less than a day.',
        remedy: expect.stringContaining('new certificate'),
      },
    ])
    expect(warningsOf(until(inDays(-9), 'certificate'))).toMatchObject([
      {
        code: 'credential-expired',
        daysLeft: 0,
        message: 'The certificate has expired.',
        remedy: expect.stringContaining('new certificate'),
      },
    ])
    expect(warningsOf(until(inDays(0)))).toMatchObject([
      { code: 'credential-expired', message: 'The client secret has expired.' },
    ])
  })

  test('is no matter where there is none: no credential, one without an end, an account that is switched off', () => {
    expect([
      warningsOf({}),
      warningsOf(until(null, 'federated')),
      warningsOf({ ...until(inDays(0)), status: 'disabled' }),
    ]).toEqual([[], [], []])
  })
})

describe('FC-34 an account that is not in step', () => {
  const failure = {
    code: 'x',
    since: '2026-05-30T08:15:30.000Z',
    message: 'Microsoft was asked for users.',
    remedy: 'Do this.',
    failures: 3,
  }
  test.each([
    [0, 'no run succeeded since'],
    [1, 'the last run failed'],
    [3, '3 runs failed in a row'],
  ])('after %i runs that failed says since when, how often, why and what to do', (failures, times) => {
    expect(warningsOf({ syncFailure: { ...failure, failures } })).toEqual([
      {
        code: 'not-in-step',
        severity: 'critical',
        since: failure.since,
        message: `Not in step with the directory since 2026-05-30 08:15 UTC: ${times}. Microsoft was asked for users.`,
        remedy: 'Do this.',
      },
    ])
  })
  test('says so before anything else', () => {
    const codes = warningsOf({ syncFailure: failure, ...until(inDays(0)), findings: [finding('users', 'failed')] }).map(
      ({ code }) => code,
    )
    expect(codes).toEqual(['not-in-step', 'credential-expired', 'check-failed'])
  })
})

describe('S66 what a connection test found', () => {
  test('is a warning each, with its check, words and link', () => {
    const findings = [finding('users', 'failed', { link: 'https://x.example' }), finding('permissions', 'warning')]
    expect(warningsOf({ findings })).toStrictEqual([
      {
        code: 'check-failed',
        severity: 'critical',
        check: 'users',
        message: 'users says so',
        remedy: 'mend users',
        link: 'https://x.example',
      },
      {
        code: 'check-warning',
        severity: 'warning',
        check: 'permissions',
        message: 'permissions says so',
        remedy: 'mend permissions',
      },
    ])
  })

  test('is listed by how much it presses, whatever came first', () => {
    const findings = [finding('permissions', 'warning'), finding('users', 'failed'), finding('consent', 'failed')]
    const told = (days: number) =>
      warningsOf({ ...until(inDays(days)), findings }).map(({ code, severity }) => `${severity} ${code}`)
    const [critical, warning] = [['critical check-failed', 'critical check-failed'], ['warning check-warning']]
    expect(told(50)).toEqual([...critical, ...warning, 'info credential-expiring'])
    expect(told(10)).toEqual([...critical, 'warning credential-expiring', ...warning])
    expect(told(3)).toEqual(['critical credential-expiring', ...critical, ...warning])
  })

  test('is no matter of an account that is switched off', () => {
    expect(warningsOf({ status: 'disabled', findings: [finding('users', 'failed')] })).toEqual([])
  })

  test('is what failed or warns, in its order', () => {
    const checks = (['passed', 'failed', 'skipped', 'warning'] as const).map((status) => finding('users', status))
    expect(findingsOf(checks).map(({ status }) => status)).toEqual(['failed', 'warning'])
  })
})

describe('S66 two tests found the same', () => {
  const one = [finding('users', 'failed', { code: 'A' }), finding('permissions', 'warning')]
  test.each([
    ['the same', one, true],
    ['in another order', one.toReversed(), true],
    ['in other words', one.map((check) => ({ ...check, message: 'x', remedy: 'y' })), true],
    ['with another code', [finding('users', 'failed', { code: 'B' }), finding('permissions', 'warning')], false],
    ['with a code less', [finding('users', 'failed'), finding('permissions', 'warning')], false],
    ['with another status', [finding('users', 'warning', { code: 'A' }), finding('permissions', 'warning')], false],
    ['of another check', [finding('consent', 'failed', { code: 'A' }), finding('permissions', 'warning')], false],
    ['less', one.slice(1), false],
    ['nothing', [], false],
  ])('%s', (_, other, isSame) => {
    expect([isSameFindings(one, other), isSameFindings(other, one)]).toEqual([isSame, isSame])
  })

  test('when both found nothing', () => {
    expect(isSameFindings([], [])).toBe(true)
  })
})

test.each(['disabled', 'draft', 'failing'])(
  'FC-30 of a %s account that is not enabled any more, says since when disablements do not arrive',
  (status) => {
    const [warning] = warningsOf({ status, offSince: '2026-05-01T10:00:30.000Z' })
    expect(warning).toMatchObject({
      code: 'switched-off',
      severity: 'warning',
      since: '2026-05-01T10:00:30.000Z',
      message: expect.stringMatching(/^Switched off since 2026-05-01 10:00 UTC: disablements no longer arrive/),
    })
    expect(warningsOf({ status })).toEqual([])
  },
)
