import type { Administrator } from '@jackfield/contract/access/administrator'
import type { RosterEntry } from '@jackfield/contract/internal/internal-api'
import { describe, expect, test } from 'vitest'
import {
  ACCESS_TOKEN,
  CODE,
  CONTROL_ABSOLUTE,
  CONTROL_IDLE,
  CONTROL_RENEWAL,
  controlSessionState,
  DEVICE_CODE,
  DEVICE_LOGIN,
  DPOP_PROOF,
  isLoginTooOld,
  PENDING_LOGIN,
  REFRESH_GRACE,
  SESSION_ABSOLUTE,
  SESSION_IDLE,
  sessionTtl,
} from '../../src/domain/lifetimes.ts'
import { arrangeSessions, isUseToNote, type PersonSession } from '../../src/domain/person-session.ts'
import { accountIdOf, readAccountId, subjectOf } from '../../src/domain/sign-in/account-id.ts'
import { decideAdmission, decideControlAdmission, isLoginRevoked } from '../../src/domain/sign-in/admission.ts'
import type { SharedSite, TenantSite } from '../../src/domain/site.ts'

const REVOKED_AT = '2026-06-01T00:00:00.500Z'
const SECONDS = Date.parse('2026-06-01T00:00:00Z') / 1000
const person = (members: Partial<RosterEntry> = {}) =>
  ({
    sync: true,
    sso: true,
    status: 'active',
    bindings: [],
    sessionsValidAfter: null,
    ...members,
  }) as unknown as RosterEntry
const bound = [{ phoneSystemId: 'p', phoneSystemName: 'Main', extension: '101' }]

describe('a person of the roster', () => {
  const phone = { requiresBinding: true }
  const portal = { requiresBinding: false }
  test.each([
    ['S32 nobody knows', undefined, portal, 'not-imported'],
    ['S32 whose sync was taken away', person({ sync: false }), portal, 'not-imported'],
    ['S45 who is disabled', person({ status: 'disabled' }), portal, 'not-active'],
    ['S45 who is deleted', person({ status: 'deleted', bindings: bound }), phone, 'not-active'],
    ['S33 without SSO', person({ sso: false, bindings: bound }), phone, 'sso-not-enabled'],
    ['S41 without an extension, at an app that needs one', person(), phone, 'not-bound'],
    ['S41 without an extension, at one that needs none', person(), portal, 'admitted'],
    ['S41 with an extension', person({ bindings: bound }), phone, 'admitted'],
    [
      'S61 with more than one reason is told the one that is mended first',
      person({ sync: false, sso: false }),
      phone,
      'not-imported',
    ],
    ['S61 who is disabled and has no SSO', person({ status: 'disabled', sso: false }), phone, 'not-active'],
  ])('%s', (_, someone, app, kind) => {
    expect(decideAdmission(someone, app)).toEqual(kind === 'admitted' ? { kind, person: someone } : { kind })
  })
})

describe('T-22 a login', () => {
  test.each([
    ['before all sessions were ended', REVOKED_AT, SECONDS, true],
    ['in a second that began before', REVOKED_AT, SECONDS + 0.4, true],
    ['at that moment', REVOKED_AT, SECONDS + 0.5, false],
    ['afterwards', REVOKED_AT, SECONDS + 1, false],
    ['of which no time is known', REVOKED_AT, undefined, true],
    ['where none were ever ended', null, 0, false],
    ['of which no time is known, where none were ever ended', null, undefined, false],
  ])('%s: it is revoked: %s, %s, %s', (_, sessionsValidAfter, loginAt, isRevoked) => {
    expect(isLoginRevoked({ sessionsValidAfter }, loginAt)).toBe(isRevoked)
  })

  test.each([
    [0, SESSION_IDLE],
    [SESSION_ABSOLUTE - SESSION_IDLE, SESSION_IDLE],
    [SESSION_ABSOLUTE - SESSION_IDLE + 1, SESSION_IDLE - 1],
    [SESSION_ABSOLUTE - 1, 1],
    [SESSION_ABSOLUTE, 1],
    [SESSION_ABSOLUTE + 99, 1],
  ])('%i seconds old is kept for %i more', (age, left) => {
    expect(sessionTtl(SECONDS - age, SECONDS)).toBe(left)
  })

  test('that begins now is kept for the idle time, which is a week, of two at most', () => {
    expect(sessionTtl(undefined, SECONDS)).toBe(SESSION_IDLE)
    expect([SESSION_IDLE, SESSION_ABSOLUTE]).toEqual([604_800, 1_209_600])
  })

  test.each([
    [0, false],
    [SESSION_ABSOLUTE - 1, false],
    [SESSION_ABSOLUTE, true],
    [undefined, true],
  ])('%s seconds old is too old: %s', (age, isTooOld) => {
    expect(isLoginTooOld(age === undefined ? undefined : SECONDS - age, SECONDS)).toBe(isTooOld)
  })
})

test.each([
  ['T-30 a code for a minute at most', CODE, 60],
  ['T-33 an access token for five minutes', ACCESS_TOKEN, 300],
  ['T-50 a used refresh token for ten seconds', REFRESH_GRACE, 10],
  ['S79 a DPoP proof for five minutes', DPOP_PROOF, 300],
  ['T-35 a device code for ten minutes', DEVICE_CODE, 600],
  ['S53 a desk phone for ninety days', DEVICE_LOGIN, 7_776_000],
  ['T-10 a sign-in at Microsoft for ten minutes', PENDING_LOGIN, 600],
])('as the README tells, good is %s', (_, lifetime, seconds) => {
  expect(lifetime).toBe(seconds)
})

describe('T-22 a session of Control', () => {
  test.each([
    ['is fresh', 0, 0, 'fresh'],
    ['is fresh until its use is written down again', 500, CONTROL_RENEWAL - 1, 'fresh'],
    ['is renewed after a minute', 500, CONTROL_RENEWAL, 'renew'],
    ['is renewed until it was idle for an hour', 5_000, CONTROL_IDLE - 1, 'renew'],
    ['is over when it was idle for an hour', 5_000, CONTROL_IDLE, 'over'],
    ['is renewed until it is eight hours old', CONTROL_ABSOLUTE - 1, 60, 'renew'],
    ['is over when it is eight hours old, however busy', CONTROL_ABSOLUTE, 0, 'over'],
  ])('%s', (_, age, idle, state) => {
    expect(controlSessionState({ startedAt: SECONDS - age, seenAt: SECONDS - idle }, SECONDS)).toBe(state)
  })
  test('lives for the times in the README', () => {
    expect([CONTROL_RENEWAL, CONTROL_IDLE, CONTROL_ABSOLUTE]).toEqual([60, 3_600, 28_800])
  })
})

describe('S6 an identity that Microsoft gave', () => {
  const administrator = { id: 'a', scope: 'platform' } as unknown as Administrator
  test.each([
    [
      'is let into Control as an administrator, who need be no phone user',
      administrator,
      undefined,
      undefined,
      'admitted',
    ],
    ['is let in as an administrator who is an active phone user', administrator, person(), undefined, 'admitted'],
    [
      'is not let in when the directory disabled them',
      administrator,
      person({ status: 'disabled' }),
      undefined,
      'not-active',
    ],
    [
      'is not let in when the directory deleted them',
      administrator,
      person({ status: 'deleted' }),
      SECONDS,
      'not-active',
    ],
    ['is not let in when they are no administrator', undefined, person(), undefined, 'not-administrator'],
    [
      'is out when their sessions were ended since',
      administrator,
      person({ sessionsValidAfter: REVOKED_AT }),
      SECONDS,
      'not-active',
    ],
    [
      'stays in when they were ended before',
      administrator,
      person({ sessionsValidAfter: REVOKED_AT }),
      SECONDS + 1,
      'admitted',
    ],
    [
      'may sign in again after they were ended',
      administrator,
      person({ sessionsValidAfter: REVOKED_AT }),
      undefined,
      'admitted',
    ],
    ['stays in without being a phone user', administrator, undefined, SECONDS, 'admitted'],
  ])('%s', (_, someone, phoneUser, signedInAt, kind) => {
    const decided = decideControlAdmission(someone, phoneUser, signedInAt)
    expect(decided).toEqual(kind === 'admitted' ? { kind, administrator } : { kind })
  })
})

describe('S54 the sessions of a person', () => {
  const session = (target: string, usedAt: number, loginAt = SECONDS): PersonSession => ({
    id: target,
    kind: 'browser',
    tenantId: 't',
    userId: 'u',
    origin: 'https://x',
    accountId: 'u',
    target,
    usedAt,
    loginAt,
    createdAt: loginAt,
    expiresAt: loginAt + SESSION_ABSOLUTE,
    browser: {},
  })
  const uids = (sessions: ReturnType<typeof session>[], sessionsValidAfter: string | null = null) =>
    arrangeSessions(sessions, { ownUid: 'own', person: { sessionsValidAfter }, now: SECONDS + 100 }).map(
      ({ target }) => target,
    )
  test('are listed with the current one first, then by last use', () => {
    const sessions = [session('old', 1), session('own', 2), session('new', 9), session('between', 5)]
    expect(uids(sessions)).toEqual(['own', 'new', 'between', 'old'])
    expect(uids(sessions.toReversed())).toEqual(['own', 'new', 'between', 'old'])
  })
  test('are those that are valid: not too old, not revoked', () => {
    const sessions = [
      session('tooOld', 9, SECONDS + 100 - SESSION_ABSOLUTE),
      session('ended', 8),
      session('later', 7, SECONDS + 1),
    ]
    expect(uids(sessions)).toEqual(['ended', 'later'])
    expect(uids(sessions, REVOKED_AT)).toEqual(['later'])
  })
  test('T-136 are devices that are older than a browser’s may be, unless the roster revoked them', () => {
    const phone: PersonSession = { ...session('phone', 9, SECONDS + 100 - SESSION_ABSOLUTE), kind: 'device' }
    expect(uids([phone])).toEqual(['phone'])
    expect(uids([phone], REVOKED_AT)).toEqual([])
  })
  test('S62 a use of a device is noted once in ten minutes', () => {
    const begin = 600_000
    expect(isUseToNote(undefined, begin)).toBe(true)
    expect(isUseToNote(begin, begin + 599)).toBe(false)
    expect(isUseToNote(begin - 1, begin)).toBe(true)
    expect(isUseToNote(begin, begin + 600)).toBe(true)
  })
})

describe('T-23 the id of an account', () => {
  const tenant = {
    kind: 'tenant',
    origin: 'https://x',
    tenant: { id: 't1', slug: 'x', name: 'X' },
  } as unknown as TenantSite
  const shared: SharedSite = { kind: 'shared', origin: 'https://s' }
  test.each([
    ['a tenant’s host', tenant, 'u1'],
    ['a shared host', shared, 't1.u1'],
  ])('on %s is read as it was made, and tells apps the user alone', (_, site, id) => {
    expect(accountIdOf(site, { tenantId: 't1', userId: 'u1' })).toBe(id)
    expect(readAccountId(site, id)).toEqual({ tenantId: 't1', userId: 'u1' })
    expect(subjectOf(site, id)).toBe('u1')
  })
  test.each(['', 'u1', '.u1', 't1.', '.', 't1.u1.x', 't1..u1'])('on a shared host %j is none', (id) => {
    expect(readAccountId(shared, id)).toBeUndefined()
    expect(subjectOf(shared, id)).toBe(id)
  })
  test('on a tenant’s host an empty one is none, and a tenant in it means nothing', () => {
    expect(readAccountId(tenant, '')).toBeUndefined()
    expect(readAccountId(tenant, 't2.u1')).toEqual({ tenantId: 't1', userId: 't2.u1' })
  })
})
