import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listExpiredCaptures } from '../src/checks/list-expired-captures.ts'

const ROOT = join(import.meta.dirname, '../../..')
const captures = readdirSync(join(ROOT, 'tools/m365-emulator/captures')).filter((name) => name.endsWith('.json'))

test('a capture is named once its date has passed, and not before', () => {
  expect(listExpiredCaptures(ROOT, new Date('2026-08-01'))).toEqual([])
  const all = listExpiredCaptures(ROOT, new Date('2100-01-01'))
  expect(all).toHaveLength(captures.length)
  expect(all).toContain('cancel expired on 2027-03-20')
})
