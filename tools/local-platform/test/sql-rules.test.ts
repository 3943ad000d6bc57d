import { join } from 'node:path'
import { expect, test } from 'vitest'
import { staleRules } from '../src/mutations/break-sql-rules.ts'

test('every SQL file of functions, triggers and policies has rules to break, whose texts and tests exist', () => {
  expect(staleRules(join(import.meta.dirname, '../../..'))).toEqual([])
})
