import { describe, expect, test } from 'vitest'
import { goneSince, holderOf, holdOf } from '../../src/domain/extension-hold.ts'

const POLICY = { deletedDays: 30, disabledDays: 90 }
const SINCE = '2026-03-01T08:00:00.000Z'

describe('S45 the extension', () => {
  test.each([
    ['deleted', POLICY, { since: SINCE, until: '2026-03-31T08:00:00.000Z' }],
    ['disabled', POLICY, { since: SINCE, until: '2026-05-30T08:00:00.000Z' }],
    ['active', POLICY, undefined],
    ['deleted', { deletedDays: 0, disabledDays: 90 }, { since: SINCE, until: null }],
    ['disabled', { deletedDays: 30, disabledDays: 0 }, { since: SINCE, until: null }],
    ['disabled', { deletedDays: 0, disabledDays: 1 }, { since: SINCE, until: '2026-03-02T08:00:00.000Z' }],
    ['active', { deletedDays: 0, disabledDays: 0 }, undefined],
  ] as const)('of somebody %s under %j is held: %j', (status, policy, hold) => {
    expect(holdOf({ status, statusSince: new Date(SINCE) }, policy)).toEqual(hold)
  })

  test('is held for days of 24 hours, over the change of the clocks too', () => {
    const standing = { status: 'deleted', statusSince: new Date('2026-03-28T12:00:00+01:00') } as const
    expect(holdOf(standing, { deletedDays: 1, disabledDays: 1 })?.until).toBe(
      new Date('2026-03-29T13:00:00+02:00').toISOString(),
    )
  })
})

describe('S42 the holder of an extension', () => {
  const holder = { userId: 'u', displayName: 'Adele Vance', statusSince: SINCE }
  test('is nobody when the roster has none', () => {
    expect(holderOf(null, POLICY)).toBeNull()
  })
  test('who is there is told by name, without a hold', () => {
    expect(holderOf({ ...holder, status: 'active' }, POLICY)).toStrictEqual({ userId: 'u', displayName: 'Adele Vance' })
  })
  test('who left is told with how long it is kept', () => {
    expect(holderOf({ ...holder, status: 'deleted' }, POLICY)).toStrictEqual({
      userId: 'u',
      displayName: 'Adele Vance',
      hold: { since: SINCE, until: '2026-03-31T08:00:00.000Z' },
    })
  })
})

describe('S45 extensions are free', () => {
  const now = new Date('2026-06-01T00:00:00Z')
  const ago = (days: number) => new Date(now.getTime() - days * 24 * 3600 * 1000)
  test.each([
    [POLICY, { deleted: ago(30), disabled: ago(90) }],
    [
      { deletedDays: 0, disabledDays: 90 },
      { deleted: null, disabled: ago(90) },
    ],
    [
      { deletedDays: 1, disabledDays: 0 },
      { deleted: ago(1), disabled: null },
    ],
  ])('under %j of those who are gone since %j', (policy, limits) => {
    expect(goneSince(policy, now)).toEqual(limits)
  })

  test('of nobody whose hold is not over: the limit and the hold agree', () => {
    for (const status of ['deleted', 'disabled'] as const) {
      const limit = goneSince(POLICY, now)[status] as Date
      expect(holdOf({ status, statusSince: limit }, POLICY)?.until).toBe(now.toISOString())
    }
  })
})
