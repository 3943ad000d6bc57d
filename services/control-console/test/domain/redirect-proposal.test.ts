import type { Check } from '@jackfield/contract/microsoft/verification'
import { expect, test } from 'vitest'
import { isProven, isSameProposal } from '../../src/domain/redirect-proposal.ts'

const checks = (status: Check['status']): Check[] => [
  { id: 'users', status: 'passed', message: 'readable', remedy: '' },
  { id: 'permissions', status: 'warning', message: 'surplus', remedy: 'remove' },
  { id: 'redirect-uris', status, message: '', remedy: '' },
]

test('CW-02 S57 a proposal is proven by a passed test that saw every redirect URI registered, not by a warning or a skipped check', () => {
  expect(isProven({ ok: true, checks: checks('passed') })).toBe(true)
  expect(isProven({ ok: false, checks: checks('passed') })).toBe(false)
  for (const status of ['failed', 'warning', 'skipped'] as const)
    expect(isProven({ ok: true, checks: checks(status) })).toBe(false)
  expect(isProven({ ok: true, checks: [] })).toBe(false)
})

test('CW-02 choosing the saved settings is no proposal', () => {
  const saved = { redirectMode: 'single', redirectPlatform: 'web' } as const
  expect(isSameProposal(saved, { ...saved })).toBe(true)
  expect(isSameProposal(saved, { ...saved, redirectPlatform: 'spa' })).toBe(false)
  expect(isSameProposal(saved, { ...saved, redirectMode: 'per-app' })).toBe(false)
})
