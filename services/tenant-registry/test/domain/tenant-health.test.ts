import { expect, test } from 'vitest'
import type { AccountRecord } from '../../src/domain/microsoft-account.ts'
import { tenantHealth } from '../../src/domain/tenant-health.ts'

const EARLIER = '2026-01-01T00:00:00.000Z'
const LATER = '2026-02-01T00:00:00.000Z'
const account = (members: Partial<AccountRecord> = {}): AccountRecord => ({
  id: 'a',
  tenantId: 't',
  alias: 'Office',
  clientId: 'c',
  directoryId: 'd',
  cloud: 'global',
  redirectPlatform: 'web',
  redirectMode: 'single',
  status: 'ready',
  credential: null,
  findings: [],
  syncFailure: null,
  offSince: null,
  firstReadyAt: EARLIER,
  lastVerifiedAt: EARLIER,
  registeredRedirectUris: null,
  version: 1,
  createdAt: EARLIER,
  updatedAt: EARLIER,
  ...members,
})
const behind = (since: string) => ({ syncFailure: { code: 'x', message: 'm.', remedy: 'r', since, failures: 2 } })
const off = { status: 'disabled' as const, offSince: LATER }
const finding = (id: 'users' | 'changes') => ({
  findings: [{ id, status: 'warning' as const, message: '', remedy: '' }],
})
const draft = account({ status: 'draft', firstReadyAt: null })

test.each([
  ['without accounts', [], 'unconnected', null],
  ['with a draft', [draft], 'unconnected', null],
  ['with a ready account', [draft, account()], 'ok', null],
  ['with one whose directory tells no changes', [account(finding('changes'))], 'ok', null],
  ['with one that has a warning', [account(), account(finding('users'))], 'attention', null],
  ['with one that is switched off', [account(), account(off)], 'attention', LATER],
  ['with one that is not in step', [account(behind(EARLIER)), account(off)], 'failing', EARLIER],
  ['with two that are not in step', [account(behind(LATER)), account(behind(EARLIER))], 'failing', EARLIER],
  ['with one whose test failed', [account({ status: 'failing' })], 'failing', null],
] as const)('FC-34 S67 a tenant %s is %s, since the longest of them', (_, accounts, status, since) => {
  expect(tenantHealth(accounts, new Date(LATER))).toEqual({ status, since })
})
