import { expect, test } from 'vitest'
import { pauseAfterPage } from '../../src/domain/fair-share.ts'

test('a run alone never pauses; beside others it pauses for one to three times its page’s duration', () => {
  expect(pauseAfterPage(20, 0)).toBe(0)
  expect([1, 2, 3, 7, 99].map((others) => pauseAfterPage(20, others))).toEqual([20, 40, 60, 60, 60])
})

test('the pause is bounded for slow pages, and zero when the clock goes back', () => {
  expect(pauseAfterPage(9_000, 1)).toBe(250)
  expect(pauseAfterPage(-5, 7)).toBe(0)
})
