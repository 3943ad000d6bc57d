import { expect, test } from 'vitest'
import { limitsOf, removalsOf, removesPeople, waitingRunTitle } from '../../src/domain/run-question.ts'

const asking = (removals: number, disabled = 0, deleted = 0) => ({
  warnings: [],
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
  expect(removalsOf({ approval: null, warnings: [] })).toBe('remove nobody')
})

test('FC-32 S58 a run that would empty attributes says which, for how many people, and whether anybody is removed', () => {
  const emptied = [
    { code: 'attribute-emptied', message: '', attribute: 'businessPhones', users: 1_500 },
    { code: 'attribute-emptied', message: '', attribute: 'jobTitle', users: 1 },
  ]
  const only = { ...asking(0), warnings: emptied }
  expect(removalsOf(only)).toBe('empty businessPhones of 1,500 people, jobTitle of 1 person')
  expect(removesPeople(only)).toBe(false)
  const both = { ...asking(2, 0, 2), warnings: emptied.slice(1) }
  expect(removalsOf(both)).toBe('delete 2 people, and empty jobTitle of 1 person')
  expect(removesPeople(both)).toBe(true)
})

test('T-128 S63 a waiting run says which limits it passed', () => {
  expect(limitsOf(asking(12))).toBe(
    'An approval is needed when 10 people or more, and more than 20 % of all, are removed within 24 hours, or lose an attribute.',
  )
  expect(limitsOf({ approval: { ...asking(1).approval, windowHours: 1 } })).toMatch(/within an hour, or/)
  expect(limitsOf({ approval: null })).toBeUndefined()
})
