import { expect, test } from 'vitest'
import { limitsOf, removalsOf, waitingRunTitle } from '../../src/domain/run-question.ts'

const asking = (removals: number, disabled = 0, deleted = 0) => ({
  approval: {
    requestedAt: '2026-12-01T10:00:00.000Z',
    removals,
    disabled,
    deleted,
    thresholdPercent: 20,
    thresholdUsers: 10,
    windowHours: 24,
    approvedBy: null,
  },
})

test('CW-01 S63 a waiting run is named by kind, account and effect', () => {
  expect(waitingRunTitle({ kind: 'delta' }, 'Contoso 365')).toBe('An update of Contoso 365 waits for your approval')
  expect(waitingRunTitle({ kind: 'full' }, undefined)).toBe(
    'A full comparison of Microsoft 365 waits for your approval',
  )
  expect(removalsOf(asking(3_263, 3_263))).toBe('disable 3,263 people')
  expect(removalsOf(asking(1, 0, 1))).toBe('delete 1 person')
  expect(removalsOf(asking(15, 5, 10))).toBe('disable 5 people and delete 10')
  expect(removalsOf(asking(12))).toBe('switch Sync User and SSO off for 12 people')
  expect(removalsOf(asking(16, 3, 12))).toBe('disable 3 people, delete 12 and switch Sync User and SSO off for 1')
  expect(removalsOf({ approval: null })).toBe('remove nobody')
})

test('T-128 S63 a waiting run says which limits it passed', () => {
  expect(limitsOf(asking(12))).toBe(
    'An approval is needed when 10 people or more, and more than 20 % of all, are removed within 24 hours.',
  )
  expect(limitsOf({ approval: { ...asking(1).approval, windowHours: 1 } })).toMatch(/within an hour\.$/)
  expect(limitsOf({ approval: null })).toBeUndefined()
})
