import { expect, test } from 'vitest'
import { pauseAfterPage } from '../../src/domain/fair-share.ts'

test('a run alone never pauses; beside others it leaves them as much as it takes, to three times that', () => {
  expect(pauseAfterPage(20, 0)).toBe(0)
  expect([1, 2, 3, 7, 99].map((others) => pauseAfterPage(20, others))).toEqual([20, 40, 60, 60, 60])
})

test('a page that waited for Graph is not paid for by as long a pause again, nor one by a clock that was put back', () => {
  expect(pauseAfterPage(9_000, 1)).toBe(250)
  expect(pauseAfterPage(-5, 7)).toBe(0)
})
