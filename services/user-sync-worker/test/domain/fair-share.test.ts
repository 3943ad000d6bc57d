import { expect, test } from 'vitest'
import { pauseAfterPage, slotsForRuns } from '../../src/domain/fair-share.ts'

test('a run alone never pauses; beside others it pauses for one to three times its page’s duration', () => {
  expect(pauseAfterPage(20, 0)).toBe(0)
  expect([1, 2, 3, 7, 99].map((others) => pauseAfterPage(20, others))).toEqual([20, 40, 60, 60, 60])
})

test('the pause is bounded for slow pages, and zero when the clock goes back', () => {
  expect(pauseAfterPage(9_000, 1)).toBe(250)
  expect(pauseAfterPage(-5, 7)).toBe(0)
})

test('T-130 deltas have half as many slots again, and a tenant gets half of either, at least one', () => {
  expect(slotsForRuns(8)).toEqual({ listings: { all: 8, ofTenant: 4 }, deltas: { all: 4, ofTenant: 2 } })
  expect(slotsForRuns(3)).toEqual({ listings: { all: 3, ofTenant: 1 }, deltas: { all: 2, ofTenant: 1 } })
  expect(slotsForRuns(1)).toEqual({ listings: { all: 1, ofTenant: 1 }, deltas: { all: 1, ofTenant: 1 } })
})
