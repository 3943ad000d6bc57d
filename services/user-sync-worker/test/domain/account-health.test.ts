import { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import { describe, expect, test } from 'vitest'
import {
  BY_ADMINS,
  OVERDUE,
  overdueAfterSeconds,
  saysOfAccount,
  syncFailureOf,
} from '../../src/domain/account-health.ts'

const FAILING_SINCE = new Date('2026-06-01T00:00:00Z')
const failure = {
  code: 'microsoft-rejected',
  message: 'Microsoft was asked for users, and refused.',
  remedy: 'Test the connection.',
}
const told = (members: Partial<Parameters<typeof syncFailureOf>[0]> = {}) =>
  syncFailureOf({ failure, failures: 2, failingSince: FAILING_SINCE, syncedAt: null, ...members })

describe('FC-34 an account that is not in step', () => {
  test('is told with why, what to do, how often, and since when it is', () => {
    expect(told()).toEqual({ ...failure, since: FAILING_SINCE.toISOString(), failures: 2 })
    expect(told({ syncedAt: new Date('2026-05-31T00:00:00Z') }).since).toBe('2026-05-31T00:00:00.000Z')
  })
  test('always says what to do', () => {
    const { remedy: _, ...bare } = failure
    expect(told({ failure: bare }).remedy).toMatch(/^Look at .+\.$/)
  })
  test('keeps to the lengths that the registry takes', () => {
    const long = told({ failure: { code: 'c'.repeat(99), message: 'm'.repeat(1_999), remedy: 'r'.repeat(999) } })
    expect(SyncFailure.parse(long)).toMatchObject({
      code: 'c'.repeat(64),
      message: 'm'.repeat(1_000),
      remedy: 'r'.repeat(500),
    })
  })
  test.each([
    [300, 2_700],
    [3_600, 12_600],
  ])('though none of its runs failed, one every %i seconds, is so after %i', (deltaSeconds, seconds) => {
    expect(overdueAfterSeconds({ deltaSeconds })).toBe(seconds)
    expect(told({ failure: OVERDUE, failures: 0 })).toMatchObject({
      code: 'overdue',
      message: expect.stringMatching(/^The changes of users .+\.$/),
      remedy: expect.stringMatching(/^Look at the runs .+\.$/),
    })
  })
  test.each([
    ...BY_ADMINS.map((code) => [code, false] as [string, boolean]),
    ['microsoft-rejected', true],
    ['overdue', true],
  ] as Array<[string, boolean]>)('is not told of a run that an admin stopped: %s says of it: %s', (code, says) => {
    expect(saysOfAccount(code)).toBe(says)
  })
  test('knows what admins do', () => {
    expect([...BY_ADMINS].sort()).toEqual(['account-changed', 'account-not-enabled', 'account-not-found'])
  })
})
