import { expect, test } from 'vitest'
import { removalsOf, removesPeople, waitingRunTitle } from '../../src/domain/run-question.ts'

const counts = { seen: 0, created: 0, updated: 0, unchanged: 0, disabled: 0, deleted: 0, skipped: 0 }
const warnings: [] = []

test('CW-01 S63 a waiting run is named by kind, account and effect', () => {
  expect(waitingRunTitle({ kind: 'delta' }, 'Contoso 365')).toBe('An update of Contoso 365 waits for your approval')
  expect(waitingRunTitle({ kind: 'full' }, undefined)).toBe(
    'A full comparison of Microsoft 365 waits for your approval',
  )
  expect(removalsOf({ counts: { ...counts, disabled: 3_263 }, warnings })).toBe('disable 3,263 people')
  expect(removalsOf({ counts: { ...counts, deleted: 1 }, warnings })).toBe('delete 1 person')
  expect(removalsOf({ counts: { ...counts, disabled: 5, deleted: 10 }, warnings })).toBe(
    'disable 5 people and delete 10',
  )
  expect(removalsOf({ counts, warnings })).toBe('switch Sync User and SSO off for many people')
})

test('FC-32 S58 a run that would empty attributes says which, for how many people, and whether anybody is removed', () => {
  const emptied = [
    { code: 'attribute-emptied', message: '', attribute: 'businessPhones', users: 1_500 },
    { code: 'attribute-emptied', message: '', attribute: 'jobTitle', users: 1 },
  ]
  expect(removalsOf({ counts, warnings: emptied })).toBe('empty businessPhones of 1,500 people, jobTitle of 1 person')
  expect(removesPeople({ counts, warnings: emptied })).toBe(false)
  const both = { counts: { ...counts, deleted: 2 }, warnings: emptied.slice(1) }
  expect(removalsOf(both)).toBe('delete 2 people, and empty jobTitle of 1 person')
  expect(removesPeople(both)).toBe(true)
  expect(removesPeople({ counts, warnings })).toBe(true)
})
