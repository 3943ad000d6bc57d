import type { Check } from '@jackfield/contract/microsoft/verification'
import { describe, expect, test } from 'vitest'
import { reviewSecret } from '../../src/domain/connection/credential.ts'
import {
  aliasKey,
  patched,
  presentAccount,
  proposed,
  verified,
  withNewCredential,
} from '../../src/domain/microsoft-account.ts'
import { healthChange } from '../../src/domain/sync-health.ts'

const AT = new Date('2026-05-01T10:00:00.000Z')
const EARLIER = '2026-01-01T00:00:00.000Z'
const FAILURE = { code: 'consent-missing', message: 'm', remedy: 'r', since: EARLIER, failures: 2 }
const finding: Check = { id: 'users', status: 'failed', message: 'm', remedy: 'r' }
/** Values of an account; `given` are those that a caller of the API sees as they are. */
const given = {
  id: 'a',
  tenantId: 't',
  alias: 'Office',
  clientId: 'client',
  directoryId: 'directory',
  cloud: 'global' as const,
  redirectPlatform: 'web' as const,
  redirectMode: 'single' as const,
  status: 'ready' as const,
  credential: null,
  lastVerifiedAt: EARLIER,
  createdAt: EARLIER,
  updatedAt: EARLIER,
}
const record = (members: object = {}) => ({
  ...given,
  registeredRedirectUris: ['https://x/cb'],
  findings: [finding],
  syncFailure: null,
  offSince: null,
  firstReadyAt: EARLIER,
  version: 7,
  ...members,
})

describe('S15 an alias', () => {
  test.each([
    ['Office', 'OFFICE', true],
    ['Zu\u0308rich', 'Z\u00fcrich', true],
    ['\uff2fffice', 'office', true],
    ['Office', 'Office 2', false],
    ['Office', '', false],
    ['\u212aelvin', 'kelvin', true],
    ['STRASSE', 'straße', false],
  ])('%s is the same to people as %s: %s', (one, other, isSame) => {
    expect(aliasKey(one) === aliasKey(other)).toBe(isSame)
  })
})

describe('S57 what the last test found', () => {
  const findingsOf = (patch: Parameters<typeof patched>[1], members: object = {}) =>
    patched(record(members), patch, AT).findings
  test('stays with the tested registration', () => {
    expect([findingsOf({ alias: 'Other' }), findingsOf({ status: 'disabled' })]).toEqual([[finding], [finding]])
  })
  test('ends with another registration, another credential, and when a disabled account is to be tested again', () => {
    expect(findingsOf({ clientId: 'other' })).toEqual([])
    expect(findingsOf({ directoryId: 'other', status: 'disabled' })).toEqual([])
    expect(findingsOf({ status: 'draft' }, { status: 'disabled' })).toEqual([])
    expect(withNewCredential(record()).findings).toEqual([])
  })
  test('is what failed or warns, and one failure among others is a failure', () => {
    const checks: Check[] = [{ ...finding, status: 'passed' }, finding, { ...finding, status: 'skipped' }]
    const after = verified(record(), { checks, at: AT, registeredRedirectUris: ['https://y/cb'] })
    expect(after).toMatchObject({ status: 'failing', findings: [finding], registeredRedirectUris: ['https://y/cb'] })
    expect(verified(record(), { checks: [], at: AT, registeredRedirectUris: null })).toMatchObject({
      status: 'ready',
      findings: [],
    })
  })
})

test('S21 a disabled account that is to be tested anew under another platform is not known to have any redirect URI there', () => {
  const disabled = record({ status: 'disabled' })
  expect(patched(disabled, { status: 'draft', redirectPlatform: 'spa' }, AT).registeredRedirectUris).toBeNull()
  expect(patched(record(), { status: 'disabled', redirectPlatform: 'spa' }, AT).registeredRedirectUris).toBeNull()
})

test('S20 a disabled account that is to be tested anew keeps what is known of its redirect URIs; another registration does not', () => {
  const disabled = record({ status: 'disabled' })
  expect(patched(disabled, { status: 'draft' }, AT).registeredRedirectUris).toEqual(['https://x/cb'])
  expect(patched(disabled, { status: 'draft', cloud: 'china' }, AT).registeredRedirectUris).toBeNull()
  expect(patched(record(), { status: 'disabled', cloud: 'china' }, AT)).toMatchObject({
    status: 'disabled',
    registeredRedirectUris: null,
  })
})

describe('T-94 the API shows of an account', () => {
  test('its values, whether people may sign in, and what to see to; nothing of how it is kept', () => {
    expect(presentAccount(record(), AT)).toStrictEqual({
      ...given,
      version: expect.any(Number),
      enabled: true,
      warnings: [{ code: 'check-failed', severity: 'critical', check: 'users', message: 'm', remedy: 'r' }],
    })
  })
  test.each([
    [{ status: 'failing' }, true],
    [{ status: 'failing', firstReadyAt: null }, false],
    [{ status: 'draft', firstReadyAt: null }, false],
    [{ status: 'disabled' }, false],
  ])('with %j that it is enabled: %s', (members, enabled) => {
    expect(presentAccount(record(members), AT).enabled).toBe(enabled)
  })
})

describe('S25 a secret', () => {
  const review = (secret: string) => reviewSecret({ type: 'secret', secret, expiresAt: '2027-01-01' }, AT)
  const ID = '8b7c4d52-3f0e-4a6b-9c1d-2e5f60718293'
  test.each([`${ID}0`, `0${ID}`, ID.replaceAll('-', ''), `${ID}~`])(
    'that only looks like an id, %s, is one',
    (secret) => {
      expect(review(secret).kind).toBe('accepted')
    },
  )
  test('is kept as a secret', () => {
    expect(review('Kz38Q~some-secret-value')).toMatchObject({ summary: { type: 'secret' } })
  })
})

describe('S57 a proposal', () => {
  test('is the account with the redirect URIs it would have, and nothing else changed', () => {
    expect(proposed(record(), { redirectMode: 'per-app' })).toEqual({ ...record(), redirectMode: 'per-app' })
    expect(proposed(record(), { redirectPlatform: 'spa' })).toEqual({
      ...record(),
      redirectPlatform: 'spa',
      registeredRedirectUris: null,
    })
    expect(proposed(record(), {})).toEqual(record())
  })
  test('to switch a disabled account on takes place when its test passes', () => {
    const after = (status: Check['status'], enables?: boolean) =>
      verified(record({ status: 'disabled' }), {
        checks: [{ ...finding, status }],
        at: AT,
        registeredRedirectUris: null,
        ...(enables === undefined ? {} : { enables }),
      }).status
    expect([after('passed', true), after('failed', true), after('passed', false), after('passed')]).toEqual([
      'ready',
      'disabled',
      'disabled',
      'disabled',
    ])
  })
})

describe('FC-34 an account whose runs fail', () => {
  test('is shown as failing, and people still sign in', () => {
    const shown = (status: string, syncFailure: object | null = FAILURE) =>
      presentAccount(record({ status, syncFailure }) as never, AT)
    expect(['ready', 'failing', 'draft', 'disabled'].map((status) => shown(status).status)).toEqual([
      'failing',
      'failing',
      'draft',
      'disabled',
    ])
    expect(shown('ready', null).status).toBe('ready')
    expect(shown('ready').enabled).toBe(true)
    expect(shown('ready').warnings[0]).toMatchObject({ code: 'not-in-step', since: EARLIER, remedy: 'r' })
  })
  test('is no longer known to fail once it is another registration, or is to be tested anew', () => {
    const failing = record({ syncFailure: FAILURE })
    expect(patched(failing, { alias: 'Other' }, AT).syncFailure).toEqual(FAILURE)
    expect(patched(failing, { cloud: 'china' }, AT).syncFailure).toBeNull()
    expect(patched({ ...failing, status: 'disabled' }, { status: 'draft' }, AT).syncFailure).toBeNull()
    expect(withNewCredential(failing).syncFailure).toEqual(FAILURE)
  })

  const event = (action: string, outcome: string, details: object) => ({
    kind: 'changed',
    event: { action: `microsoft-account.${action}`, outcome, details },
  })
  test.each([
    ['goes on as it was', null, null, { kind: 'none' }],
    [
      'begins to fail',
      null,
      { ...FAILURE, message: 'x'.repeat(501) },
      event('not-in-step', 'failure', {
        code: 'consent-missing',
        message: 'x'.repeat(500),
        since: EARLIER,
        failures: '2',
      }),
    ],
    ['is in step again', FAILURE, null, event('in-step', 'success', {})],
    ['is told again as it was', FAILURE, { ...FAILURE, remedy: 'other' }, { kind: 'none' }],
    ['fails once more', FAILURE, { ...FAILURE, failures: 3 }, { kind: 'changed', event: undefined }],
    [
      'fails since another time',
      FAILURE,
      { ...FAILURE, since: AT.toISOString() },
      { kind: 'changed', event: undefined },
    ],
    ['fails for another reason', FAILURE, { ...FAILURE, code: 'other' }, { kind: 'changed', event: undefined }],
    ['fails in other words', FAILURE, { ...FAILURE, message: 'other' }, { kind: 'changed', event: undefined }],
  ])('and %s: one event when that changes', (_, before, failure, change) => {
    expect(healthChange({ syncFailure: before }, failure)).toEqual(change)
  })
})
