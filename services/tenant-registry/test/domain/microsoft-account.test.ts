import { expect, test } from 'vitest'
import {
  type AccountRecord,
  aliasKey,
  isEnabled,
  mayHavePeople,
  patched,
  verified,
  withNewCredential,
} from '../../src/domain/microsoft-account.ts'

const AT = new Date('2026-05-01T10:00:00.000Z')
const EARLIER = '2026-01-01T00:00:00.000Z'
const draft: AccountRecord = {
  id: 'a',
  tenantId: 't',
  alias: 'Office',
  clientId: 'client',
  directoryId: 'directory',
  cloud: 'global',
  redirectPlatform: 'web',
  redirectMode: 'single',
  registeredRedirectUris: null,
  findings: [],
  syncFailure: null,
  offSince: null,
  status: 'draft',
  credential: null,
  firstReadyAt: null,
  lastVerifiedAt: null,
  createdAt: EARLIER,
  updatedAt: EARLIER,
  version: 1,
}
const ready: AccountRecord = { ...draft, status: 'ready', firstReadyAt: EARLIER, lastVerifiedAt: EARLIER }
const failing: AccountRecord = { ...ready, status: 'failing' }
const disabled: AccountRecord = { ...ready, status: 'disabled' }

test.each([
  ['a draft that passed', draft, true, 'ready', AT.toISOString()],
  ['a draft that failed', draft, false, 'draft', null],
  ['a ready one that passed', ready, true, 'ready', EARLIER],
  ['a ready one that failed', ready, false, 'failing', EARLIER],
  ['a failing one that passed', failing, true, 'ready', EARLIER],
  ['a failing one that failed', failing, false, 'failing', EARLIER],
  ['a disabled one that passed', disabled, true, 'disabled', EARLIER],
  ['a disabled one that failed', disabled, false, 'disabled', EARLIER],
] as const)('after its test %s', (_name, account, ok, status, firstReadyAt) => {
  const check = { id: 'users', status: ok ? 'passed' : 'failed', message: 'm', remedy: '' } as const
  expect(verified(account, { checks: [check], at: AT, registeredRedirectUris: null })).toMatchObject({
    status,
    firstReadyAt,
    lastVerifiedAt: AT.toISOString(),
  })
})

test.each([
  ['draft', null, false],
  ['ready', EARLIER, true],
  ['failing', EARLIER, true],
  ['failing', null, false],
  ['disabled', EARLIER, false],
] as const)('S4 an account that is %s and was first ready %s is enabled: %s', (status, firstReadyAt, expected) => {
  expect(isEnabled({ status, firstReadyAt })).toBe(expected)
})

test.each([{ clientId: 'other' }, { directoryId: 'other' }, { cloud: 'china' as const }])(
  '%o makes a ready account an untested draft',
  (patch) => {
    expect(patched(ready, patch, AT)).toMatchObject({
      ...patch,
      status: 'draft',
      firstReadyAt: null,
      lastVerifiedAt: null,
    })
    expect(patched(disabled, patch, AT)).toMatchObject({ status: 'disabled', firstReadyAt: null })
  },
)

test.each([
  { alias: 'Other' },
  { clientId: 'client' },
  { redirectMode: 'per-app' as const },
  { status: 'draft' as const },
  {},
])('%o leaves a ready account ready', (patch) => {
  expect(patched(ready, patch, AT)).toMatchObject({ status: 'ready', firstReadyAt: EARLIER, lastVerifiedAt: EARLIER })
})

test('switched off an account keeps its history, switched on it is to be tested', () => {
  expect(patched(failing, { status: 'disabled' }, AT)).toMatchObject({ status: 'disabled', firstReadyAt: EARLIER })
  expect(patched(disabled, { status: 'draft' }, AT)).toMatchObject({
    status: 'draft',
    firstReadyAt: null,
    lastVerifiedAt: null,
  })
})

test('T-93 another credential keeps the status and waits to be tested', () => {
  expect(withNewCredential(ready)).toMatchObject({ status: 'ready', firstReadyAt: EARLIER, lastVerifiedAt: null })
})

test('S15 aliases are the same whatever their case and encoding', () => {
  expect(aliasKey('ZU\u0308RICH')).toBe(aliasKey('z\u00fcrich'))
})

test('S20 S21 another platform, or another registration, is not known to have any redirect URI', () => {
  const known = { ...ready, registeredRedirectUris: ['https://x/cb'] }
  expect(patched(known, { alias: 'Other', redirectMode: 'per-app' }, AT).registeredRedirectUris).toEqual([
    'https://x/cb',
  ])
  expect(patched(known, { redirectPlatform: 'spa' }, AT).registeredRedirectUris).toBeNull()
  expect(patched(known, { clientId: 'other' }, AT).registeredRedirectUris).toBeNull()
  expect(patched(known, { status: 'disabled' }, AT).registeredRedirectUris).toEqual(['https://x/cb'])
})

test('FC-30 an account that was enabled and no longer is knows since when, until it is enabled again or moved', () => {
  const off = { ...ready, ...patched(ready, { status: 'disabled' }, AT) }
  expect(off.offSince).toBe(AT.toISOString())
  const later = new Date(AT.getTime() + 60_000)
  for (const patch of [{ alias: 'Other' }, { status: 'disabled' as const }, { status: 'draft' as const }])
    expect(patched(off, patch, later).offSince).toBe(AT.toISOString())
  expect(patched(off, { directoryId: 'other' }, later).offSince).toBeNull()
  expect(patched(ready, { alias: 'Other' }, AT).offSince).toBeNull()
  const never = { ...ready, status: 'draft' as const, firstReadyAt: null }
  expect(patched(never, { status: 'disabled' }, AT).offSince).toBeNull()

  const untested = { ...off, ...patched(off, { status: 'draft' }, later) }
  const tested = (checks: Parameters<typeof verified>[1]['checks']) =>
    verified(untested, { checks, at: later, registeredRedirectUris: null }).offSince
  expect([tested([]), tested([{ id: 'users', status: 'failed', message: '', remedy: '' }])]).toEqual([
    null,
    AT.toISOString(),
  ])
  expect([ready, off, untested, never].map(mayHavePeople)).toEqual([true, true, true, false])
})
