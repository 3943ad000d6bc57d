import { SyncRunStatus } from '@jackfield/contract/sync-run'
import { describe, expect, test } from 'vitest'
import { isOver, progressOf, sentenceOf, standstillOf } from '../../src/domain/sync-run-progress.ts'

const counts = { seen: 5, created: 0, updated: 0, unchanged: 0, disabled: 0, deleted: 0, skipped: 0 }

describe('S35 a run that is', () => {
  test.each([
    ['queued', false, /waiting for its turn/],
    ['running', false, /^Importing users/],
    ['awaiting-approval', false, /waits for your approval/],
    ['succeeded', true, /is complete/],
    ['failed', true, /has failed/],
    ['cancelled', true, /was cancelled/],
  ] as const)('%s: it is over: %s, and it says so', (status, over, sentence) => {
    expect(isOver({ status })).toBe(over)
    expect(sentenceOf({ status })).toMatch(sentence)
  })
  test('not known yet is not over, and waits', () => {
    expect([isOver(undefined), sentenceOf(undefined), progressOf(undefined)]).toEqual([
      false,
      sentenceOf({ status: 'queued' }),
      undefined,
    ])
  })
  test('in any state has words of its own', () => {
    expect(new Set(SyncRunStatus.options.map((status) => sentenceOf({ status }))).size).toBe(
      SyncRunStatus.options.length,
    )
  })
})

test.each([
  ['running', 20, 0.25],
  ['running', 5, 1],
  ['running', 3, 1],
  ['running', 0, undefined],
  ['running', null, undefined],
  ['failed', 20, 0.25],
  ['succeeded', 20, 1],
] as const)('S35 of a run that is %s, and has seen 5 of %s people, the share is %s', (status, total, share) => {
  expect(progressOf({ status, total, counts })).toBe(share)
})

describe('FC-34 a run that stands', () => {
  const now = new Date('2026-12-01T10:05:00.000Z')
  const told = (run: Parameters<typeof standstillOf>[0]) => standstillOf(run, now, (time) => time.slice(11, 19))
  const running = { status: 'running', waiting: null, lastProgressAt: null } as const
  test.each([
    ['microsoft-throttled', /fewer requests/],
    ['microsoft-unavailable', /Microsoft 365 does not answer/],
    ['temporarily-unavailable', /part of the platform does not answer/],
    ['internal-error', /step failed.*log of the worker/],
    ['another-run', /Another run/],
    ['worker', /No worker has taken it/],
  ] as const)('for the reason %s says so', (reason, words) => {
    expect(told({ ...running, waiting: { until: null, reason } })).toEqual([expect.stringMatching(words)])
  })
  test('says so once it took no step for more than two minutes', () => {
    expect(told({ ...running, lastProgressAt: '2026-12-01T10:03:00.000Z' })).toEqual([])
    expect(told({ ...running, lastProgressAt: '2026-12-01T10:02:59.999Z' })).toEqual(['No progress since 10:02:59.'])
  })
  test('says nothing when it is not known', () => {
    expect(told(undefined)).toEqual([])
  })
})
