import { expect, test } from 'vitest'
import type { Evidence } from '../../src/domain/connection/connection-evidence.ts'
import { judge } from '../../src/domain/connection/connection-test.ts'

const NOW = new Date('2026-06-01T00:00:00Z')
const account = {
  clientId: 'c',
  adminCenter: 'https://entra.microsoft.us',
  redirectPlatform: 'spa' as const,
  status: 'ready',
}
const good: Evidence = {
  directory: { kind: 'found' },
  token: { kind: 'issued', roles: ['User.Read.All'] },
  users: { kind: 'readable' },
  changes: { kind: 'told' },
  redirectUris: [{ uri: 'https://x/cb', kind: 'registered', platform: 'spa' }],
  notifications: 'unavailable',
}
/** The checks of what Microsoft shows by itself; those of changes and notifications have tests of their own. */
const judged = (evidence: Evidence, of: Parameters<typeof judge>[1] = account) => judge(evidence, of, NOW).slice(0, -2)
const silent = { kind: 'timeout' as const, message: 'no answer', remedy: 'wait' }
const statuses = (evidence: Partial<Evidence>) => judged({ ...good, ...evidence }).map(({ status }) => status)

test.each<[string, Partial<Evidence>, string[]]>([
  ['everything right', {}, ['passed', 'passed', 'passed', 'passed', 'passed', 'passed']],
  [
    'directory silent',
    {
      directory: { kind: 'failed', failure: silent, isSwapped: false },
      token: undefined,
      users: undefined,
      redirectUris: undefined,
    },
    ['failed', 'skipped', 'skipped', 'skipped', 'skipped', 'skipped'],
  ],
  [
    'token refused',
    { token: { kind: 'failed', failure: silent }, users: undefined },
    ['passed', 'failed', 'skipped', 'skipped', 'skipped', 'passed'],
  ],
  [
    'no roles and forbidden',
    { token: { kind: 'issued', roles: [] }, users: { kind: 'forbidden', code: 'x', correlationId: undefined } },
    ['passed', 'passed', 'failed', 'skipped', 'skipped', 'passed'],
  ],
  [
    'roles unreadable but Graph works',
    { token: { kind: 'issued', roles: [] } },
    ['passed', 'passed', 'passed', 'passed', 'warning', 'passed'],
  ],
  [
    'no roles and Graph silent',
    { token: { kind: 'issued', roles: [] }, users: { kind: 'failed', failure: silent } },
    ['passed', 'passed', 'skipped', 'failed', 'skipped', 'passed'],
  ],
  [
    'another role only',
    {
      token: { kind: 'issued', roles: ['Mail.Read'] },
      users: { kind: 'forbidden', code: 'x', correlationId: undefined },
    },
    ['passed', 'passed', 'passed', 'failed', 'failed', 'passed'],
  ],
  [
    'surplus role',
    { token: { kind: 'issued', roles: ['User.Read.All', 'Mail.Read'] } },
    ['passed', 'passed', 'passed', 'passed', 'warning', 'passed'],
  ],
  [
    'unclear redirect URI',
    { redirectUris: [{ uri: 'u', kind: 'unclear' }] },
    ['passed', 'passed', 'passed', 'passed', 'passed', 'warning'],
  ],
  [
    'one missing redirect URI outweighs an unclear one',
    {
      redirectUris: [
        { uri: 'u', kind: 'unclear' },
        { uri: 'm', kind: 'not-registered' },
      ],
    },
    ['passed', 'passed', 'passed', 'passed', 'passed', 'failed'],
  ],
])('with %s', (_name, evidence, expected) => {
  expect(statuses(evidence)).toEqual(expected)
})

test('S19 a missing redirect URI is named with the platform to put it under', () => {
  const check = judged({ ...good, redirectUris: [{ uri: 'https://m/cb', kind: 'not-registered' }] }).at(-1)
  expect(check).toMatchObject({
    message: 'Not registered: https://m/cb',
    remedy: expect.stringContaining('Single-page application'),
  })
})

const onPlatform = (wanted: 'web' | 'spa', found: 'spa' | 'unknown', isPlatformNew = false) => {
  const redirectUris = [{ uri: 'https://m/cb', kind: 'registered' as const, platform: found }]
  return judged({ ...good, redirectUris }, { ...account, redirectPlatform: wanted, isPlatformNew }).at(-1)
}

test.each([
  ['web', 'unknown', false, 'passed'],
  ['spa', 'spa', false, 'passed'],
  ['web', 'spa', false, 'failed'],
  ['spa', 'unknown', false, 'passed'],
  ['spa', 'unknown', true, 'warning'],
  ['web', 'unknown', true, 'warning'],
  ['spa', 'spa', true, 'passed'],
] as const)(
  'S21 a redirect URI wanted under %s, of which Entra ID says %s, new there: %s, is %s',
  (wanted, found, isNew, expected) => {
    expect(onPlatform(wanted, found, isNew)?.status).toBe(expected)
  },
)

test('FC-38 an application without a service principal fails for want of consent, and its credential is not judged', () => {
  const failure = { kind: 'refused' as const, code: 'AADSTS7000229', message: 'Nobody has.', remedy: 'Consent.' }
  const checks = judged({ ...good, token: { kind: 'failed', failure }, users: undefined })
  expect(checks.find(({ id }) => id === 'credential')).toMatchObject({ status: 'skipped' })
  expect(checks.find(({ id }) => id === 'consent')).toMatchObject({ status: 'failed', code: 'AADSTS7000229' })
})

test('FC-37 a token without roles with which Graph answers warns with what was seen', () => {
  const checks = judged({ ...good, token: { kind: 'issued', roles: [] } })
  expect(checks.find(({ id }) => id === 'permissions')).toMatchObject({
    status: 'warning',
    message: expect.stringMatching(/lists users.*names no application permission/),
    remedy: expect.stringContaining('User.Read.All'),
  })
})

test('S21 a redirect URI under the wrong platform is named with both ways out', () => {
  expect(onPlatform('web', 'spa')).toMatchObject({
    message: expect.stringContaining('https://m/cb'),
    remedy: expect.stringMatching(/Web .*or choose Single-page application/),
  })
})

test('every failed check says what to do and links to the page', () => {
  const evidence: Evidence = { ...good, token: { kind: 'none-saved' }, users: undefined }
  for (const check of judged(evidence).filter(({ status }) => status === 'failed')) {
    expect(check).toMatchObject({
      remedy: expect.stringMatching(/\w/),
      link: expect.stringMatching(/^https:\/\/entra\.microsoft\.us\//),
    })
  }
})

test.each<[string, Partial<Evidence>, object]>([
  ['told', {}, { status: 'passed' }],
  ['not told', { changes: { kind: 'not-told', code: 'X' } }, { status: 'warning', code: 'X', remedy: '' }],
  ['not seen', { changes: { kind: 'unseen' } }, { status: 'skipped' }],
  ['not asked for', { changes: undefined }, { status: 'skipped' }],
  ['told while users are not read', { users: { kind: 'failed', failure: silent } }, { status: 'skipped' }],
])('FC-39 changes that are %s never fail the test', (_, evidence, check) => {
  const checks = judge({ ...good, ...evidence }, account, NOW)
  expect(checks.find(({ id }) => id === 'changes')).toMatchObject(check)
})

test('FC-09 a clock that is off is told with the directory: behind, nobody signs in; ahead, it only warns', () => {
  const told = { message: 'The clock.', remedy: 'Set it.' }
  const check = (isBehind: boolean) => judged({ ...good, clock: { isBehind, ...told } })[0]
  expect(check(true)).toEqual({ id: 'directory', status: 'failed', code: 'clock', ...told })
  expect(check(false)).toEqual({ id: 'directory', status: 'warning', code: 'clock', ...told })
})
