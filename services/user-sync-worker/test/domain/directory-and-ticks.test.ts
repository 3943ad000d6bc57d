import { describe, expect, test } from 'vitest'
import { decideOnFailure, decideOnOutage, isGivingUp } from '../../src/domain/directory-failure.ts'
import { readDirectoryUser } from '../../src/domain/directory-user.ts'
import { NOT_IN_DIRECTORY, pageOfChosen, pageOfEverybody } from '../../src/domain/run-page.ts'
import { decideTicks } from '../../src/domain/user-ticks.ts'

const ID = '87d349ed-44d7-43e1-9a83-5f2406dee5bd'
const raw = (members: object = {}) => ({
  id: ID,
  userPrincipalName: 'adele@contoso.example',
  displayName: 'Adele',
  ...members,
})
const user = (members: object = {}) => {
  const read = readDirectoryUser(raw(members))
  if (read.kind !== 'user') throw new Error(read.reason)
  return read.user
}

describe('a user of the directory', () => {
  test.each([[null], [undefined], ['']])('S31 with the userType %j counts as Member', (userType) => {
    expect(user({ userType }).userType).toBe('Member')
  })
  test.each([['Guest'], ['guest'], ['External'], [7], [{}]])(
    'S31 T-126 with the userType %j counts as Guest',
    (userType) => {
      expect(user({ userType }).userType).toBe('Guest')
    },
  )
  test.each([[null], [undefined], ['']])(
    'S31 T-126 whom the directory invited counts as Guest with the userType %j too',
    (userType) => {
      const userPrincipalName = 'oscar_adatum.example#EXT#@contoso.example'
      expect(user({ userType, userPrincipalName }).userType).toBe('Guest')
    },
  )
  test('FC-20 T-126 accountEnabled is true, false, or null when it is neither', () => {
    const told = [true, false, null, undefined, 'true', 1, {}].map(
      (accountEnabled) => user({ accountEnabled }).accountEnabled,
    )
    expect(told).toEqual([true, false, null, null, null, null, null])
  })
  test('without a display name gets its user principal name as display name', () => {
    expect(user({ displayName: null }).displayName).toBe('adele@contoso.example')
    expect(user({ displayName: '\0' }).displayName).toBe('adele@contoso.example')
  })
  test('SI-07 values of another type are read as empty, without an error', () => {
    const strange = user({ businessPhones: 'x', mail: 7, mobilePhone: { a: 1 }, department: ['d'] })
    expect(strange).toMatchObject({ businessPhones: [], mail: null, mobilePhone: null, department: null })
    expect(user({ businessPhones: [null, '', '1'] }).businessPhones).toEqual(['1'])
  })
  test.each([[null], [7], ['x'], [{}], [{ id: 'x' }], [[]]])('SI-07 %j is unreadable and has no id', (value) => {
    expect(readDirectoryUser(value)).toMatchObject({ kind: 'unreadable', id: null })
  })
  test('an object id in capitals is the same object id', () => {
    expect(user({ id: ID.toUpperCase() }).id).toBe(ID)
  })
})

describe('the ticks', () => {
  test.each([
    [{ sync: false, sso: false }, { sso: true }, { kind: 'sso-needs-sync' }],
    [{ sync: true, sso: false }, { sync: false, sso: true }, { kind: 'sso-needs-sync' }],
    [{ sync: true, sso: true }, { sync: false }, { kind: 'change', ticks: { sync: false, sso: false } }],
    [{ sync: true, sso: false }, { sso: true }, { kind: 'change', ticks: { sync: true, sso: true } }],
    [
      { sync: false, sso: false },
      { sync: true, sso: true },
      { kind: 'change', ticks: { sync: true, sso: true } },
    ],
    [{ sync: true, sso: true }, { sso: false }, { kind: 'change', ticks: { sync: true, sso: false } }],
    [{ sync: true, sso: true }, {}, { kind: 'unchanged' }],
    [{ sync: false, sso: false }, { sso: false }, { kind: 'unchanged' }],
  ])('S33 %j with %j is %j', (current, patch, decision) => {
    expect(decideTicks(current, patch)).toEqual(decision)
  })
})

describe('a page', () => {
  const on = { sync: true, sso: true }
  const off = { sync: false, sso: false }
  const other = '6e7b768e-07e2-4810-8459-485f84f8f204'

  test('of everybody counts a repeated object once, with its last entry', () => {
    const page = pageOfEverybody(
      [readDirectoryUser(raw()), readDirectoryUser(raw({ displayName: 'Adele V' })), readDirectoryUser(null)],
      on,
    )
    expect(page).toMatchObject({ seen: 2, users: [{ user: { displayName: 'Adele V' } }], nameless: 1 })
  })
  test('S32 of everybody without the sync tick stores nobody', () => {
    expect(pageOfEverybody([readDirectoryUser(raw())], off)).toMatchObject({ seen: 1, users: [], unsynced: [ID] })
  })
  test('S35 of chosen users lists users who are missing or unreadable', () => {
    const broken = readDirectoryUser({ id: other })
    const missing = '0f9e8d7c-6b5a-4c3d-a2e1-f0b9c8d7e6a5'
    const chosen = [ID, other, missing].map((id) => ({ id, ticks: on }))
    expect(pageOfChosen(chosen, [readDirectoryUser(raw()), broken])).toMatchObject({
      seen: 3,
      users: [{ user: { id: ID } }],
      skipped: [
        { id: other, reason: 'The user has no user principal name.' },
        { id: missing, reason: NOT_IN_DIRECTORY },
      ],
    })
  })
  test('S32 of chosen users contains ticked and chosen users only', () => {
    const page = pageOfChosen([{ id: other, ticks: off }], [readDirectoryUser(raw())])
    expect(page).toMatchObject({ seen: 1, users: [], unsynced: [other], skipped: [] })
  })
})

describe('a failure', () => {
  const fresh = { restarts: 0, fruitless: 1 }
  test('of a temporary kind postpones the run with a growing, bounded backoff', () => {
    const waits = Array.from({ length: 12 }, (_, index) =>
      decideOnFailure({ kind: 'unavailable' }, { restarts: 0, fruitless: index + 1 }),
    )
    const seconds = waits.map((wait) => (wait.kind === 'postpone' ? wait.seconds : 0))
    expect(seconds).toEqual([...seconds].sort((left, right) => left - right))
    expect(Math.max(...seconds)).toBe(300)
    expect(decideOnFailure({ kind: 'unavailable' }, { restarts: 0, fruitless: 13 })).toMatchObject({ kind: 'fail' })
    expect(decideOnOutage('X', { fruitless: 13 })).toMatchObject({ kind: 'fail' })
    expect([isGivingUp({ fruitless: 12 }), isGivingUp({ fruitless: 13 })]).toEqual([false, true])
  })
  test('T-113 obeys a Retry-After that is longer than the backoff', () => {
    const reason = 'microsoft-throttled'
    expect(decideOnFailure({ kind: 'throttled', retryAfterSeconds: 90 }, fresh)).toEqual({
      kind: 'postpone',
      seconds: 90,
      reason,
    })
    expect(decideOnFailure({ kind: 'throttled', retryAfterSeconds: 0 }, fresh)).toEqual({
      kind: 'postpone',
      seconds: 2,
      reason,
    })
  })
  test.each<[Parameters<typeof decideOnFailure>[0], RegExp]>([
    [
      { kind: 'rejected', code: 'Request_BadRequest', words: 'No such filter.' },
      /and refused \(Request_BadRequest\): “No such filter”\.$/,
    ],
    [{ kind: 'rejected', code: 'HTTP 404' }, /and refused \(HTTP 404\)\.$/],
    [
      { kind: 'consent-missing', code: 'Authorization_RequestDenied' },
      /and does not permit it \(Authorization_RequestDenied\)\.$/,
    ],
    [
      { kind: 'unauthorised', message: 'The client secret has expired.' },
      /and gave no access\. The client secret has expired\.$/,
    ],
    [{ kind: 'throttled', retryAfterSeconds: 1 }, /and asks to send fewer requests\.$/],
    [{ kind: 'unavailable' }, /and does not answer\.$/],
    [{ kind: 'expired-changes' }, /and ended the listing early again and again\.$/],
  ])('FC-34 of %j names what was asked, what Microsoft said and what to do', (failure, answer) => {
    const decision = decideOnFailure(failure, { restarts: 3, fruitless: 13 }, 'the changes of users')
    if (decision.kind !== 'fail') throw new Error(decision.kind)
    expect(decision.failure.message).toMatch(/^Microsoft was asked for the changes of users, and /)
    expect(decision.failure.message).toMatch(answer)
    expect(decision.failure.remedy).toMatch(/\w\.$/)
  })
  test.each(['unauthorised', 'consent-missing', 'rejected'] as const)('%s is permanent', (kind) => {
    expect(decideOnFailure({ kind, message: 'm', code: 'c' } as never, fresh).kind).toBe('fail')
  })
})
