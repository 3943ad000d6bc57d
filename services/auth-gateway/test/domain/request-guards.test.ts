import { describe, expect, test } from 'vitest'
import { CALLS, callerOf, chooseBackend, isPlainPath, STREAMS } from '../../src/domain/admin-api.ts'
import {
  isOfWaitingSignIn,
  limitsOf,
  MOST_WAITING,
  NoRoomError,
  RATE_LIMITS,
  stretched,
} from '../../src/domain/rate-limits.ts'
import { isForeignForm, isSameSiteRequest, withoutPlantedCookies } from '../../src/domain/request-guards.ts'

const OWN = 'https://contoso.phone.example'
const FOREIGN = 'https://evil.example'

describe('T-23 a request that carries a cookie', () => {
  test.each([
    ['GET', undefined, undefined, true],
    ['HEAD', 'cross-site', FOREIGN, true],
    ['GET', 'cross-site', FOREIGN, true],
    ['POST', 'same-origin', undefined, true],
    ['POST', 'same-origin', FOREIGN, true],
    ['POST', 'same-site', OWN, false],
    ['POST', 'cross-site', OWN, false],
    ['POST', 'none', OWN, false],
    ['POST', undefined, OWN, true],
    ['POST', undefined, FOREIGN, false],
    ['POST', undefined, 'null', false],
    ['POST', undefined, undefined, false],
    ['DELETE', undefined, undefined, false],
    ['get', undefined, undefined, false],
  ])('%s with Sec-Fetch-Site %s and Origin %s is our own page’s: %s', (method, secFetchSite, origin, isOwn) => {
    expect(isSameSiteRequest({ method, secFetchSite, origin }, OWN)).toBe(isOwn)
  })
})

describe('T-60 a form that carries a proof', () => {
  test.each([
    ['POST', 'same-origin', undefined, false],
    ['POST', 'same-origin', FOREIGN, false],
    ['POST', 'same-site', OWN, true],
    ['POST', 'cross-site', undefined, true],
    ['POST', undefined, OWN, false],
    ['POST', undefined, undefined, false],
    ['POST', undefined, 'null', false],
    ['POST', undefined, FOREIGN, true],
    ['GET', 'cross-site', FOREIGN, false],
  ])(
    '%s with Sec-Fetch-Site %s and Origin %s was sent by another site: %s',
    (method, secFetchSite, origin, isForeign) => {
      expect(isForeignForm({ method, secFetchSite, origin }, OWN)).toBe(isForeign)
    },
  )
})

describe('the admin API at', () => {
  const account =
    '/tenants/019b0000-0000-7000-8000-000000000001/microsoft-accounts/019b0000-0000-7000-8000-000000000002'
  test.each([
    ...[
      '/job-board',
      '/job-board/queues',
      '/tenants/t/users',
      '/tenants/019b-1/users/u/bindings',
      '/tenants/t/phone-systems/p',
    ],
    ...[
      '/tenants/t/sync-runs',
      '/tenants/t/webhook-endpoints/w',
      '/tenants/019b-1/binding-suggestions',
      '/tenants/t/binding-rules/',
    ],
    ...[
      `${account}/microsoft-users`,
      `${account}/imports`,
      `${account}/import-rules`,
      `${account}/resyncs`,
      `${account}/resyncs/x`,
    ],
  ])('%s is the worker’s', (path) => {
    expect(chooseBackend(path)).toBe('user-sync-worker')
  })
  test.each([
    ...[
      '/tenants',
      '/tenants/t',
      '/tenants/t/users2',
      '/x/tenants/t/users',
      '/tenants//users',
      '/tenants/t/x/users',
      '/apps/users',
    ],
    ...[
      '/job-boards',
      '/x/job-board',
      '/tenants/t/binding-',
      '/tenants/t/binding-Rules',
      '/tenants/t/u/binding-rules',
      '/x/tenants/t/binding-rules',
    ],
    ...[
      account,
      `${account}/verify`,
      `${account}/importsx`,
      `${account}/b/imports`,
      `/x${account}/imports`,
      '/api-keys',
      '/',
    ],
  ])('%s is the registry’s', (path) => {
    expect(chooseBackend(path)).toBe('tenant-registry')
  })
})

describe('T-70 a path', () => {
  test.each(['/', '/a', '/a/', '/a/b.c', '/.well-known/x', '/a/..b', '/a%20b', '/a%41', '/%30', '/a/...'])(
    '%s means one thing',
    (path) => {
      expect(isPlainPath(path)).toBe(true)
    },
  )
  test.each([
    ...[
      '',
      'a',
      'a/',
      '//',
      '//a',
      '/a//b',
      '/a//',
      '/.',
      '/..',
      '/a/./b',
      '/a/../b',
      '/a/..',
      '/a\\b',
      '/a b',
      '/a\tb',
      '/a\u0000b',
      '/a\u0085b',
    ],
    ...['/%2e', '/%2E%2E/', '/a%2fb', '/a%2Fb', '/a%5cb', '/a%5Cb', '/a%25', '/a%00', '/a%0a', '/a%1F', '/a\u2028b'],
  ])('%j means different things to different readers', (path) => {
    expect(isPlainPath(path)).toBe(false)
  })
})

describe('T-20 cookies', () => {
  test.each([
    ['none twice', 'a=1; __Host-b=2;__Host-c=3', 'a=1; __Host-b=2;__Host-c=3'],
    ['other names twice', 'a=1; a=2; __Host-b=3', 'a=1; a=2; __Host-b=3'],
    ['a planted one', 'a=1; __Host-b=2; c=3;__Host-b=4', 'a=1; c=3'],
    ['a planted one and one that is not', '__Host-b=2; __Host-c=3; __Host-b=4; __Host-b', '__Host-c=3'],
    ['a planted one whose name has blanks', '__Host-b =2; __Host-b=4; a=1', 'a=1'],
    ['two planted ones', '__Host-b=1; __Host-b=2; __Host-c=3; __Host-c=4', ''],
    ['nothing', '', ''],
  ])('of which there is %s count as %s', (_, header, counted) => {
    expect(withoutPlantedCookies(header)).toBe(counted)
  })
})

describe('T-102 a limit', () => {
  const signIns = ['sign-ins', 'sign-ins-of-an-hour']
  test.each([
    ['GET', '/auth/authorize', signIns],
    ['POST', '/auth/authorize', signIns],
    ['POST', '/auth/par', signIns],
    ['GET', '/auth/signin', signIns],
    ['POST', '/auth/control/sign-ins', signIns],
    ['POST', '/auth/token', ['tokens']],
    ['POST', '/auth/introspect', ['tokens']],
    ['POST', '/auth/revoke', ['tokens']],
    ['POST', '/auth/device_authorization', ['device-codes']],
    ['GET', '/auth/token', []],
    ['GET', '/auth/jwks', []],
    ['POST', '/auth/par/', []],
  ])('of %s %s is counted by %j', (method, path, limits) => {
    expect(limitsOf(method, path)).toEqual(limits)
    for (const name of limitsOf(method, path)) expect(RATE_LIMITS[name].max).toBeGreaterThan(0)
  })
  test.each([
    [{ max: 600, minutes: 1 }, 1, 600],
    [{ max: 600, minutes: 1 }, 2.5, 1_500],
    [{ max: 30, minutes: 1 }, 0.01, 1],
    [{ max: 600, minutes: 1 }, 0, undefined],
    [RATE_LIMITS['wrong-user-codes'], 0, 20],
    [RATE_LIMITS['refused-credentials'], 100, 30],
  ] as const)('%j stretched by %s is %s: one on guesses stays', (limit, factor, max) => {
    expect(stretched(limit, factor)).toBe(max)
  })
  test('of guesses at a user code is that of RFC 8628 5.1', () => {
    expect(RATE_LIMITS['wrong-user-codes']).toEqual({ max: 20, minutes: 10, isOfGuesses: true })
  })
})

test.each([
  ['Interaction', true],
  ['FrontendSignIn', true],
  ['PushedAuthorizationRequest', true],
  ['DeviceCode', true],
  ['ControlLogin', true],
  ['Session', false],
  ['RefreshToken', false],
])('T-102 what is kept as %s waits for a sign-in to be finished: %s', (kind, isWaiting) => {
  expect(isOfWaitingSignIn(kind)).toBe(isWaiting)
  expect(MOST_WAITING.host).toBeLessThan(MOST_WAITING.platform)
  expect(new NoRoomError('x')).toMatchObject({ name: 'NoRoomError', message: 'x' })
})

test('T-130 a tenant shares its slots with all its keys and admins; of the platform each has their own', () => {
  const [tenant, platform] = [
    { scope: 't1', id: 'key1' },
    { scope: 'platform', id: 'key1' },
  ]
  expect([callerOf(tenant), callerOf({ ...tenant, id: 'key2' })]).toEqual(['t1', 't1'])
  expect([callerOf(platform), callerOf({ ...platform, id: 'key2' })]).toEqual(['key1', 'key2'])
  expect([
    CALLS.ofCaller < CALLS.atOnce,
    CALLS.waitingOfCaller < CALLS.waiting,
    STREAMS.ofCaller < STREAMS.atOnce,
  ]).toEqual([true, true, true])
})
