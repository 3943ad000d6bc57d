import { expect, test } from 'vitest'
import { removalsOf, waitingRunTitle } from '../../src/domain/run-question.ts'

const counts = { seen: 0, created: 0, updated: 0, unchanged: 0, disabled: 0, deleted: 0, skipped: 0 }

test('CW-01 S63 a waiting run is named by kind, account and effect', () => {
  expect(waitingRunTitle({ kind: 'delta' }, 'Contoso 365')).toBe('An update of Contoso 365 waits for your approval')
  expect(waitingRunTitle({ kind: 'full' }, undefined)).toBe(
    'A full comparison of Microsoft 365 waits for your approval',
  )
  expect(removalsOf({ counts: { ...counts, disabled: 3_263 } })).toBe('disable 3,263 people')
  expect(removalsOf({ counts: { ...counts, deleted: 1 } })).toBe('delete 1 person')
  expect(removalsOf({ counts: { ...counts, disabled: 5, deleted: 10 } })).toBe('disable 5 people and delete 10')
  expect(removalsOf({ counts })).toBe('switch Sync User and SSO off for many people')
})
