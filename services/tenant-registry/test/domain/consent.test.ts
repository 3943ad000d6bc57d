import type { RedirectUri } from '@jackfield/contract/microsoft/microsoft-account'
import type { Check } from '@jackfield/contract/microsoft/verification'
import { describe, expect, test } from 'vitest'
import { consentOutcome, consentRedirectUri } from '../../src/domain/connection/consent.ts'

const BASE = 'https://phone.example'
const uri = (text: string, host: RedirectUri['host']): RedirectUri => ({ uri: text, clientId: null, host })
const PLATFORM = uri(`${BASE}/auth/microsoft/callback`, 'platform')
const TENANT = uri('https://contoso.phone.example/auth/microsoft/callback/web', 'tenant')
const SHARED = uri('https://web.example/auth/microsoft/callback/web', 'shared')
const CUSTOM = uri('https://calls.contoso.example/auth/microsoft/callback/web', 'custom')

describe('S22 after consent Entra ID sends the browser', () => {
  test.each([
    ['to the platform', [PLATFORM], PLATFORM],
    ['to the platform, whatever else is registered', [TENANT, CUSTOM, PLATFORM], PLATFORM],
    ['to a shared host that is the platform’s', [TENANT, uri(`${BASE}/x`, 'shared')], uri(`${BASE}/x`, 'shared')],
    ['to the tenant’s host where the platform’s is not registered', [SHARED, CUSTOM, TENANT], TENANT],
    ['nowhere when neither is', [SHARED, CUSTOM], undefined],
    ['nowhere while there is no app', [], undefined],
    ['to no other port of the platform', [uri('https://phone.example:8443/x', 'shared')], undefined],
  ])('%s', (_, uris, expected) => {
    expect(consentRedirectUri(uris, `${BASE}/`)).toBe(expected?.uri)
  })
})

describe('S22 the consent', () => {
  type Statuses = Partial<Record<Check['id'], Check['status']>>
  const outcome = (statuses: Statuses, hasCredential = true) => {
    const all = {
      directory: 'passed',
      credential: 'passed',
      consent: 'passed',
      users: 'passed',
      permissions: 'passed',
      ...statuses,
    }
    const checks = Object.entries(all).map(([id, status]) => ({ id, status, message: 'm', remedy: '' }) as Check)
    return consentOutcome(checks, hasCredential)
  }
  test.each([
    ['granted when the token shows it', {}, 'granted'],
    ['granted although the application may do more than it needs', { permissions: 'warning' }, 'granted'],
    ['granted although the roles could not be read', { permissions: 'skipped' }, 'granted'],
    ['not seen yet while the users cannot be read', { users: 'failed' }, 'not-seen-yet'],
    ['not seen yet while Entra ID shows no consent', { consent: 'failed' }, 'not-seen-yet'],
    ['not seen yet while the needed permission is not among the roles', { permissions: 'failed' }, 'not-seen-yet'],
    ['not seen yet while it could not be tested', { consent: 'skipped' }, 'not-seen-yet'],
    ['not proven by a directory that does not answer', { directory: 'failed' }, 'not-proven'],
    ['not proven by a credential that is refused', { credential: 'failed' }, 'not-proven'],
    ['not proven by a credential that could not be tested', { credential: 'skipped' }, 'not-proven'],
  ] satisfies Array<[string, Statuses, string]>)('is %s', (_, statuses, expected) => {
    expect(outcome(statuses)).toBe(expected)
  })

  test('is not seen yet while the directory has no service principal (AADSTS7000229), and so no token', () => {
    const checks = [
      { id: 'directory', status: 'passed' },
      { id: 'credential', status: 'skipped' },
      { id: 'consent', status: 'failed', code: 'AADSTS7000229' },
    ].map((check) => ({ message: 'm', remedy: '', ...check }) as Check)
    expect(consentOutcome(checks, true)).toBe('not-seen-yet')
  })

  test('is not proven without a credential, whatever the checks say, nor without checks', () => {
    expect([outcome({}, false), consentOutcome([], true), consentOutcome([], false)]).toEqual([
      'no-credential',
      'not-proven',
      'no-credential',
    ])
  })
})
