import type { Check } from '@jackfield/contract/microsoft/verification'
import { CheckId } from '@jackfield/contract/microsoft/verification'
import {
  type RegistrationPage,
  registrationLink,
  registrationListLink,
} from '@jackfield/microsoft-identity/admin-center-links'
import { describe, expect, test } from 'vitest'
import type { Evidence, Failure } from '../../src/domain/connection/connection-evidence.ts'
import { judge } from '../../src/domain/connection/connection-test.ts'

const CENTER = 'https://entra.microsoft.us'
const account = { clientId: 'c', adminCenter: CENTER, redirectPlatform: 'web' as const, status: 'ready' }
const good: Evidence = {
  directory: { kind: 'found' },
  token: { kind: 'issued', roles: ['User.Read.All'] },
  users: { kind: 'readable' },
  changes: { kind: 'told' },
  redirectUris: [{ uri: 'https://x/cb', kind: 'registered', platform: 'unknown' }],
  notifications: 'unavailable',
}
const refused: Failure = {
  kind: 'refused',
  code: 'AADSTS7000222',
  message: 'It has expired.',
  remedy: 'Make another.',
  correlationId: 'k1',
}
const bare: Failure = { kind: 'timeout', message: 'Microsoft did not answer in time.', remedy: 'Try again later.' }
const forbidden = { kind: 'forbidden' as const, code: 'Authorization_RequestDenied', correlationId: 'k2' }
const issued = (...roles: string[]) => ({ kind: 'issued' as const, roles })

const checksOf = (evidence: Partial<Evidence>, of: Partial<Parameters<typeof judge>[1]> = {}) =>
  judge({ ...good, ...evidence }, { ...account, ...of }, new Date('2026-06-01T00:00:00Z'))
const check = (id: CheckId, ...given: Parameters<typeof checksOf>) =>
  checksOf(...given).find((each) => each.id === id) as Check
const page = (name: RegistrationPage) => registrationLink(CENTER, 'c', name)

test('S27 the checks come in the order in which an administrator mends things, each once', () => {
  expect(checksOf({}).map(({ id }) => id)).toEqual([...CheckId.options].sort((one, other) => order(one) - order(other)))
})
const order = (id: CheckId) =>
  ['directory', 'credential', 'consent', 'users', 'permissions', 'redirect-uris', 'changes', 'notifications'].indexOf(
    id,
  )

describe('S27 the directory', () => {
  const failed = (failure: Failure, isSwapped: boolean) => ({
    directory: { kind: 'failed' as const, failure, isSwapped },
  })
  test('that Entra ID does not know is told as Entra ID tells it, with the page of the two ids', () => {
    expect(check('directory', failed(refused, false))).toStrictEqual({
      id: 'directory',
      status: 'failed',
      code: 'AADSTS7000222',
      message: 'It has expired.',
      remedy: 'Make another.',
      link: page('Overview'),
      correlationId: 'k1',
    })
  })
  test('that has no code has none, and no correlation id', () => {
    expect(check('directory', failed(bare, false))).toStrictEqual({
      id: 'directory',
      status: 'failed',
      message: bare.message,
      remedy: bare.remedy,
      link: page('Overview'),
    })
  })
  test('S14 whose id is swapped with the client id is told so; the link is to all registrations, as this one has no page', () => {
    expect(check('directory', failed(refused, true))).toMatchObject({
      code: 'AADSTS7000222',
      message: expect.stringContaining('swapped'),
      remedy: expect.stringMatching(/^Exchange the Application \(client\) ID and the Directory \(tenant\) ID/),
      link: registrationListLink(CENTER),
    })
  })
})

describe('S27 the credential', () => {
  test.each([
    ['was refused', refused, 'Credentials'],
    ['belongs to an application that the directory does not know', { ...refused, code: 'AADSTS700016' }, 'Overview'],
  ] as const)('that %s: Entra ID’s words, and the page where it is mended', (_, failure, where) => {
    const { message, remedy, code } = failure
    expect(check('credential', { token: { kind: 'failed', failure } })).toMatchObject({
      status: 'failed',
      code,
      message,
      remedy,
      link: page(where),
    })
  })
  test('that was never saved is to be made and entered', () => {
    expect(check('credential', { token: { kind: 'none-saved' }, users: undefined })).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('No client secret'),
      remedy: expect.stringMatching(/Create a client secret in Certificates & secrets/),
      link: page('Credentials'),
    })
  })
  test('SE-07 that was refused while the one before it stands in fails, and says that all goes on', () => {
    const checks = checksOf({ token: { ...issued('User.Read.All'), refusal: refused } })
    expect(checks.find(({ id }) => id === 'credential')).toMatchObject({
      status: 'failed',
      code: 'AADSTS7000222',
      message: expect.stringMatching(/^It has expired\. .*stands in/),
      link: page('Credentials'),
    })
    expect(checks.filter(({ status }) => status === 'failed').map(({ id }) => id)).toEqual(['credential'])
  })
  test.each([
    [
      'directory',
      { directory: { kind: 'failed' as const, failure: bare, isSwapped: false }, token: undefined, users: undefined },
    ],
  ])('after a wrong %s is not tested', (_, evidence) => {
    expect(check('credential', evidence)).toMatchObject({ status: 'skipped', remedy: '' })
  })
})

describe('S22 consent', () => {
  test.each([
    ['is seen by a role of the token', issued('Mail.Read'), forbidden, 'passed'],
    [
      'is seen by users that can be read, though the token tells no role',
      issued(),
      { kind: 'readable' as const },
      'passed',
    ],
    ['is missing when neither is there', issued(), forbidden, 'failed'],
    ['is not told where Graph is silent', issued(), { kind: 'failed' as const, failure: bare }, 'skipped'],
    ['is not tested where Graph was not asked', issued('User.Read.All'), undefined, 'skipped'],
    [
      'is not tested without a token',
      { kind: 'failed' as const, failure: bare },
      { kind: 'readable' as const },
      'skipped',
    ],
    ['is not tested without a credential', { kind: 'none-saved' as const }, undefined, 'skipped'],
  ])('%s', (_, token, users, status) => {
    expect(check('consent', { token, users }).status).toBe(status)
  })
  test('that is missing has Graph’s code, and a remedy that names the permission, who can press, and where', () => {
    expect(check('consent', { token: issued(), users: forbidden })).toMatchObject({
      code: 'Authorization_RequestDenied',
      correlationId: 'k2',
      message: expect.stringContaining('No application permission has admin consent'),
      remedy: expect.stringMatching(/User\.Read\.All.*Global Administrator.*Grant admin consent/),
      link: page('CallAnAPI'),
    })
  })
})

describe('S22 the users', () => {
  test.each([
    ['can be read', issued('User.Read.All'), { kind: 'readable' as const }, 'passed'],
    ['can be read by roles that the token does not tell', issued(), { kind: 'readable' as const }, 'passed'],
    ['are not permitted by the roles there are', issued('Mail.Read'), forbidden, 'failed'],
    ['are no matter of their own where consent is missing altogether', issued(), forbidden, 'skipped'],
    ['were not asked for', issued('User.Read.All'), undefined, 'skipped'],
    [
      'cannot be read without a token',
      { kind: 'failed' as const, failure: bare },
      { kind: 'readable' as const },
      'skipped',
    ],
  ])('%s', (_, token, users, status) => {
    expect(check('users', { token, users }).status).toBe(status)
  })
  test('that are not permitted have Graph’s code and the way to permit it', () => {
    expect(check('users', { token: issued('Mail.Read'), users: forbidden })).toMatchObject({
      code: 'Authorization_RequestDenied',
      correlationId: 'k2',
      remedy: expect.stringContaining('Grant admin consent'),
      link: page('CallAnAPI'),
    })
  })
  test('that Graph did not give are told in the words of the failure', () => {
    expect(check('users', { users: { kind: 'failed', failure: bare } })).toMatchObject({
      status: 'failed',
      message: bare.message,
      remedy: bare.remedy,
      link: page('CallAnAPI'),
    })
  })
})

describe('S22 the permissions', () => {
  const of = (...roles: string[]) => check('permissions', { token: issued(...roles) })
  test.each([
    [['User.Read.All'], 'passed', /^User\.Read\.All has admin consent, and nothing else\.$/],
    [
      ['User.Read.All', 'GroupMember.Read.All'],
      'passed',
      /User\.Read\.All and.*import rules.*GroupMember\.Read\.All have/,
    ],
    [
      ['Mail.Read', 'GroupMember.Read.All'],
      'failed',
      /User\.Read\.All has no admin consent.*Mail\.Read, GroupMember\.Read\.All\./,
    ],
    [['User.Read.All', 'Mail.Read', 'Files.Read'], 'warning', /more than it needs: Mail\.Read, Files\.Read\./],
    [['User.Read.All', 'GroupMember.Read.All', 'Mail.Read'], 'warning', /more than it needs: Mail\.Read\./],
    [[], 'warning', /lists users, but the token names no application permission/],
  ])('%j are %s', (roles, status, message) => {
    expect(of(...roles)).toMatchObject({ status, message: expect.stringMatching(message) })
  })
  test('that are missing are to be granted, those too many to be removed, on the page of permissions', () => {
    expect(of('Mail.Read')).toMatchObject({
      remedy: expect.stringContaining('Grant admin consent'),
      link: page('CallAnAPI'),
    })
    expect(of('User.Read.All', 'Mail.Read')).toMatchObject({
      remedy: expect.stringContaining('Remove'),
      link: page('CallAnAPI'),
    })
  })
  test('are not tested without a token', () => {
    expect(check('permissions', { token: undefined }).status).toBe('skipped')
    expect(check('permissions', { token: { kind: 'failed', failure: bare } }).status).toBe('skipped')
  })
})

describe('S19 S21 the redirect URIs', () => {
  const uri = (
    name: string,
    kind: 'registered' | 'not-registered' | 'unclear',
    platform: 'spa' | 'unknown' = 'unknown',
  ) =>
    kind === 'registered'
      ? { uri: name, kind, platform }
      : { uri: name, kind, ...(kind === 'unclear' ? {} : { correlationId: 'k3' }) }
  const of = (redirectPlatform: 'web' | 'spa', ...redirectUris: ReturnType<typeof uri>[]) =>
    check('redirect-uris', { redirectUris: redirectUris as Evidence['redirectUris'] }, { redirectPlatform })

  test.each([
    ['web', [], 'passed', /no app/],
    ['web', [uri('a', 'registered'), uri('b', 'registered')], 'passed', /All are registered/],
    ['spa', [uri('a', 'registered', 'spa')], 'passed', /All are registered/],
    ['web', [uri('a', 'not-registered'), uri('b', 'registered'), uri('c', 'not-registered')], 'failed', /: a, c$/],
    [
      'web',
      [uri('a', 'registered', 'spa'), uri('b', 'registered'), uri('c', 'registered', 'spa')],
      'failed',
      /: a, c$/,
    ],
    ['spa', [uri('a', 'registered'), uri('b', 'registered', 'spa')], 'passed', /shows the platform only to somebody/],
    ['web', [uri('a', 'unclear'), uri('b', 'registered'), uri('c', 'unclear')], 'warning', /: a, c$/],
    ['web', [uri('a', 'unclear'), uri('b', 'registered', 'spa')], 'failed', /: b$/],
    ['web', [uri('a', 'registered', 'spa'), uri('b', 'not-registered')], 'failed', /: b$/],
  ] as const)('of the platform %s that are %j are %s', (platform, uris, status, message) => {
    expect(of(platform, ...uris)).toMatchObject({ status, message: expect.stringMatching(message) })
  })

  test('have Entra ID’s code, its correlation id where there is one, the platform to choose, and the page', () => {
    expect(of('web', uri('a', 'not-registered'))).toMatchObject({
      code: 'AADSTS50011',
      correlationId: 'k3',
      remedy: expect.stringContaining('platform Web'),
      link: page('Authentication'),
    })
    expect(of('spa', uri('a', 'not-registered')).remedy).toContain('platform Single-page application')
    expect(of('web', uri('a', 'registered', 'spa'))).toMatchObject({
      code: 'AADSTS9002325',
      remedy: expect.stringMatching(/platform Web .*choose Single-page application/),
      link: page('Authentication'),
    })
    const redirectUris = [uri('a', 'registered')] as Evidence['redirectUris']
    expect(check('redirect-uris', { redirectUris }, { redirectPlatform: 'spa', isPlatformNew: true })).toMatchObject({
      status: 'warning',
      remedy: expect.stringContaining('platform Single-page application in Authentication first'),
      link: page('Authentication'),
    })
    expect(of('spa', uri('a', 'unclear'))).toMatchObject({
      remedy: expect.stringContaining('platform Single-page application'),
      link: page('Authentication'),
    })
  })

  test('are not tested where that was pointless', () => {
    expect(check('redirect-uris', { redirectUris: undefined })).toMatchObject({ status: 'skipped', remedy: '' })
  })
})

test('S27 whatever was seen, a check says what in a sentence; what failed or warns has a remedy and a link', () => {
  const seen: Array<Partial<Evidence>> = [
    {},
    {
      directory: { kind: 'failed', failure: bare, isSwapped: true },
      token: undefined,
      users: undefined,
      redirectUris: undefined,
    },
    { token: { kind: 'none-saved' }, users: undefined, redirectUris: [] },
    { token: issued(), users: forbidden, redirectUris: [{ uri: 'u', kind: 'unclear' }] },
    { token: issued(), users: { kind: 'failed', failure: bare }, redirectUris: [{ uri: 'u', kind: 'not-registered' }] },
    { token: issued('Mail.Read'), users: forbidden, redirectUris: [{ uri: 'u', kind: 'registered', platform: 'spa' }] },
    { token: { ...issued('User.Read.All', 'Mail.Read'), refusal: refused } },
  ]
  for (const checks of seen.map((evidence) => checksOf(evidence))) {
    for (const { status, message, remedy, link } of checks.slice(0, -1)) {
      expect(message).toMatch(/^[A-Z].{10,}/)
      if (status === 'passed' || status === 'skipped') expect([remedy, link]).toEqual(['', undefined])
      else expect([remedy, link]).toEqual([expect.stringMatching(/^[A-Z].{10,}\.$/), expect.stringMatching(/^https:/)])
    }
  }
})
