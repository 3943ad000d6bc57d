import { SyncRunStatus } from '@jackfield/contract/microsoft/sync-run'
import { describe, expect, test } from 'vitest'
import { isOver, progressOf, standstillOf, statusSentence } from '../../src/domain/sync-run-progress.ts'

const counts = { seen: 5, created: 0, updated: 0, unchanged: 0, disabled: 0, deleted: 0, skipped: 0 }

describe('S35 a run that is', () => {
  test.each([
    ['queued', false, /waiting for its turn/],
    ['running', false, /^Importing users/],
    ['awaiting-approval', false, /wait for your approval/],
    ['succeeded', true, /is complete/],
    ['failed', true, /has failed/],
    ['cancelled', true, /was cancelled/],
  ] as const)('%s: over is %s, with a sentence', (status, over, sentence) => {
    expect(isOver({ status })).toBe(over)
    expect(statusSentence({ status })).toMatch(sentence)
  })
  test('not known yet is not over, and counts as queued', () => {
    expect([isOver(undefined), statusSentence(undefined), progressOf(undefined)]).toEqual([
      false,
      statusSentence({ status: 'queued' }),
      undefined,
    ])
  })
  test('in any state has its own sentence', () => {
    expect(new Set(SyncRunStatus.options.map((status) => statusSentence({ status }))).size).toBe(
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

describe('FC-34 a run at a standstill', () => {
  const now = new Date('2026-12-01T10:05:00.000Z')
  const standstill = (run: Parameters<typeof standstillOf>[0]) => standstillOf(run, now, (time) => time.slice(11, 19))
  const running = { status: 'running', waiting: null, lastProgressAt: null } as const
  test.each([
    ['microsoft-throttled', /fewer requests/],
    ['microsoft-unavailable', /Microsoft 365 does not answer/],
    ['temporarily-unavailable', /part of the platform does not answer/],
    ['internal-error', /step failed.*log of the worker/],
    ['another-run', /Another run/],
    ['worker', /No worker has taken it/],
  ] as const)('states the reason %s', (reason, words) => {
    expect(standstill({ ...running, waiting: { until: null, reason } })).toEqual([expect.stringMatching(words)])
  })
  test('is mentioned after two minutes without progress', () => {
    expect(standstill({ ...running, lastProgressAt: '2026-12-01T10:03:00.000Z' })).toEqual([])
    expect(standstill({ ...running, lastProgressAt: '2026-12-01T10:02:59.999Z' })).toEqual([
      'No progress since 10:02:59.',
    ])
  })
  test('is not mentioned when the run is unknown', () => {
    expect(standstill(undefined)).toEqual([])
  })
})
