import { expect, test } from 'vitest'
import { ApiProblem } from '../../src/api/api-problem.ts'
import { query } from '../../src/api/request.ts'
import { fieldComplaint } from '../../src/components/field-complaint.ts'
import { isOver, progressOf } from '../../src/domain/sync-run-progress.ts'
import { bindingRefusal } from '../../src/pages/users/binding-refusal.ts'

const counts = { seen: 5, created: 0, updated: 0, unchanged: 0, disabled: 0, deleted: 0, skipped: 0 }
const problem = (code: string, members = {}) => new ApiProblem({ type: 'about:blank', title: `${code}.`, status: 409, code, ...members })

test('S35 progress is a share of the total, unknown without one, and whole at the end', () => {
  expect(progressOf({ status: 'running', total: 20, counts })).toBe(0.25)
  expect(progressOf({ status: 'running', total: 2, counts })).toBe(1)
  expect(progressOf({ status: 'running', total: null, counts })).toBeUndefined()
  expect(progressOf({ status: 'succeeded', total: null, counts })).toBe(1)
  expect(isOver({ status: 'awaiting-approval' })).toBe(false)
  expect(isOver({ status: 'failed' })).toBe(true)
})

test('S42 S45 an extension on hold is refused with whom it is held for, and until when', () => {
  const hold = { since: '2026-03-01T00:00:00.000Z', until: '2026-03-31T00:00:00.000Z' }
  expect(bindingRefusal(problem('extension-taken', { holder: { userId: 'u', displayName: 'Adele Vance', hold } }))).toBe('extension-taken.')
})

test('S42 a taken extension is refused with its holder’s name', () => {
  expect(bindingRefusal(problem('extension-taken', { holder: { userId: 'u', displayName: 'Adele Vance' } }))).toBe(
    'This extension is taken by Adele Vance.',
  )
  expect(bindingRefusal(problem('extension-taken'))).toBe('extension-taken.')
  expect(bindingRefusal(problem('user-not-active'))).toBeUndefined()
})

test('S14 the server’s message shows at the field it is about', () => {
  const invalid = problem('invalid-request', { errors: [{ path: 'body.clientId', message: 'must be a GUID' }] })
  expect(fieldComplaint(invalid, 'clientId')).toBe('must be a GUID')
  expect(fieldComplaint(invalid, 'directoryId')).toBeUndefined()
  expect(fieldComplaint(problem('alias-taken'), 'alias', ['alias-taken'])).toBe('alias-taken.')
})

test('an address leaves out what is empty and encodes the rest', () => {
  expect(query({ search: 'a&b=c', cursor: '', limit: 50, bound: undefined })).toBe('?search=a%26b%3Dc&limit=50')
})
