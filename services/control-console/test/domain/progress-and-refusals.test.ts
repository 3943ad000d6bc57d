import { expect, test } from 'vitest'
import { ApiProblem } from '../../src/api/api-problem.ts'
import { query } from '../../src/api/request.ts'
import { fieldComplaint } from '../../src/components/field-complaint.ts'
import { isOver, progressOf, standstillOf } from '../../src/domain/sync-run-progress.ts'
import { bindingRefusal } from '../../src/pages/users/binding-refusal.ts'

const counts = { seen: 5, created: 0, updated: 0, unchanged: 0, disabled: 0, deleted: 0, skipped: 0 }
const problem = (code: string, members = {}) =>
  new ApiProblem({ type: 'about:blank', title: `${code}.`, status: 409, code, ...members })

test('S35 progress is a share of the total, unknown without one, and whole at the end', () => {
  expect(progressOf({ status: 'running', total: 20, counts })).toBe(0.25)
  expect(progressOf({ status: 'running', total: 2, counts })).toBe(1)
  expect(progressOf({ status: 'running', total: null, counts })).toBeUndefined()
  expect(progressOf({ status: 'succeeded', total: null, counts })).toBe(1)
  expect(isOver({ status: 'awaiting-approval' })).toBe(false)
  expect(isOver({ status: 'failed' })).toBe(true)
})

test('FC-34 a run at a standstill states its cause, the next attempt, and its last progress', () => {
  const now = new Date('2026-12-01T10:05:00.000Z')
  const [until, lastProgressAt] = ['2026-12-01T10:06:00.000Z', '2026-12-01T10:00:00.000Z']
  const standstill = (run: Parameters<typeof standstillOf>[0]) => standstillOf(run, now, (time) => time.slice(11, 16))
  const waiting = { until, reason: 'microsoft-throttled' } as const
  expect(standstill({ status: 'running', waiting, lastProgressAt })).toEqual([
    'Microsoft asks to send fewer requests.',
    'It is tried again at 10:06.',
    'No progress since 10:00.',
  ])
  expect(standstill({ status: 'running', waiting: null, lastProgressAt })).toEqual(['No progress since 10:00.'])
  expect(standstill({ status: 'running', waiting: null, lastProgressAt: '2026-12-01T10:04:00.000Z' })).toEqual([])
  const queued = { status: 'queued', lastProgressAt: null } as const
  expect(standstill({ ...queued, waiting: { until: null, reason: 'another-run' } })).toEqual([
    'Another run of this account comes first.',
  ])
  expect(standstill({ ...queued, waiting: { until: null, reason: 'worker' } })).toEqual([
    expect.stringContaining('No worker has taken it yet'),
  ])
  for (const status of ['succeeded', 'failed', 'awaiting-approval'] as const)
    expect(standstill({ status, waiting: null, lastProgressAt })).toEqual([])
})

test('S42 S45 the refusal of an extension on hold names its holder and the end of the hold', () => {
  const hold = { since: '2026-03-01T00:00:00.000Z', until: '2026-03-31T00:00:00.000Z' }
  expect(
    bindingRefusal(problem('extension-taken', { holder: { userId: 'u', displayName: 'Adele Vance', hold } })),
  ).toBe('extension-taken.')
})

test('S42 a taken extension is refused with its holder’s name', () => {
  expect(bindingRefusal(problem('extension-taken', { holder: { userId: 'u', displayName: 'Adele Vance' } }))).toBe(
    'This extension is taken by Adele Vance.',
  )
  expect(bindingRefusal(problem('extension-taken'))).toBe('extension-taken.')
  expect(bindingRefusal(problem('user-not-active'))).toBeUndefined()
})

test('S14 the server’s message shows at its field', () => {
  const invalid = problem('invalid-request', { errors: [{ path: 'body.clientId', message: 'must be a GUID' }] })
  expect(fieldComplaint(invalid, 'clientId')).toBe('must be a GUID')
  expect(fieldComplaint(invalid, 'directoryId')).toBeUndefined()
  expect(fieldComplaint(problem('alias-taken'), 'alias', ['alias-taken'])).toBe('alias-taken.')
})

test('a query leaves out empty values and encodes the others', () => {
  expect(query({ search: 'a&b=c', cursor: '', limit: 50, bound: undefined })).toBe('?search=a%26b%3Dc&limit=50')
})
