import { describe, expect, test } from 'vitest'
import { type DirectoryItem, itemOf, readDirectoryItem } from '../../src/domain/directory-item.ts'
import { readDirectoryUser } from '../../src/domain/directory-user.ts'
import { type KnownUser, reconcile, type Status } from '../../src/domain/reconcile.ts'
import { pageOfChosen, pageOfEverybody } from '../../src/domain/run-page.ts'

const ID = '00000000-0000-4000-8000-000000000001'
const OTHER = '00000000-0000-4000-8000-000000000002'
const ADELE = {
  id: ID,
  displayName: 'Adele',
  givenName: 'Adele',
  surname: 'Vance',
  userPrincipalName: 'adele@contoso.example',
  mail: 'adele@contoso.example',
  businessPhones: ['1', '2'],
  mobilePhone: '3',
  jobTitle: 'Clerk',
  department: 'Retail',
  employeeId: 'E7',
  accountEnabled: true,
  userType: 'Member' as const,
}
const known = (members: Partial<KnownUser> = {}) =>
  new Map([[ID, { user: ADELE, status: 'active' as Status, ...members }]])
const told = (properties: object) => reconcile([readDirectoryItem({ id: ID, ...properties })], known()).changes
const removed: DirectoryItem = { kind: 'removed', id: ID, reason: 'changed' }
const back = itemOf(ADELE)

describe('FC-24 a page with one changed attribute', () => {
  test.each([
    { displayName: 'Adele V' },
    { givenName: 'A' },
    { surname: null },
    { userPrincipalName: 'adelev@contoso.example' },
    { mail: null },
    { mobilePhone: '4' },
    { jobTitle: 'Head' },
    { department: null },
    { employeeId: 'E8' },
    { userType: 'Guest' as const },
    { businessPhones: ['1', '3'] },
    { businessPhones: ['2', '1'] },
    { businessPhones: ['1'] },
    { businessPhones: ['1', '2', '3'] },
    { businessPhones: [] as string[] },
  ])('%j changes that and nothing else', (properties) => {
    expect(told(properties)).toEqual([{ user: { ...ADELE, ...properties }, status: 'active' }])
  })

  test('without a change changes nobody', () => {
    expect([told({ businessPhones: ['1', '2'] }), told({ displayName: 'Adele', jobTitle: 'Clerk' }), told({})]).toEqual(
      [[], [], []],
    )
  })
})

test.each([
  [{ accountEnabled: false }, 'disabled', false],
  [{ '@removed': { reason: 'changed' } }, 'disabled', false],
  [{ '@removed': { reason: 'deleted' } }, 'deleted', false],
])('SY-03 a person removed with %j becomes %s, with accountEnabled false', (properties, status, accountEnabled) => {
  expect(told(properties)).toEqual([{ user: { ...ADELE, accountEnabled }, status }])
})

describe('T-112 a change that the run has staged', () => {
  test.each([
    ['a removal that was planned and is told again', 'disabled', removed, false],
    ['a sign of life of somebody whose removal was planned', 'disabled', back, true],
    ['a removal of somebody whose return was planned', 'active', removed, true],
    ['a return that was planned and is told again', 'active', back, false],
  ] as const)('and %s', (_, status, item, isAmbiguous) => {
    expect(reconcile([item], known({ status, isStaged: true })).ambiguous).toEqual(isAmbiguous ? [ID] : [])
    expect(reconcile([item], known({ status })).ambiguous).toEqual([])
  })
})

describe('SI-07 an object that cannot be read', () => {
  const unreadable: DirectoryItem = { kind: 'unreadable', id: ID, reason: 'r' }
  test('changes nobody, and makes nothing ambiguous', () => {
    expect(reconcile([unreadable, back, unreadable], known({ user: { ...ADELE, displayName: 'A' } }))).toMatchObject({
      changes: [{ user: { displayName: 'Adele' } }],
      ambiguous: [],
    })
    expect(reconcile([back, { ...unreadable, id: null }, unreadable], new Map()).strangers).toEqual([ADELE])
  })
  test('is not removed either, even with @removed', () => {
    for (const id of [`${ID}0`, `0${ID}`, 7]) {
      expect(readDirectoryItem({ id, '@removed': { reason: 'deleted' } })).toMatchObject({
        kind: 'unreadable',
        id: null,
      })
    }
  })
})

test('S32 a stranger who is removed in the same page is left out', () => {
  expect(reconcile([back, removed], new Map())).toEqual({ changes: [], ambiguous: [], strangers: [] })
  expect(reconcile([removed, back], new Map()).strangers).toEqual([ADELE])
})

describe('S35 a page', () => {
  const on = { sync: true, sso: true }
  const broken = (id: string) => readDirectoryUser({ id })
  test('counts readable, unreadable and nameless objects', () => {
    const page = pageOfEverybody(
      [readDirectoryUser(ADELE), broken(OTHER), broken(OTHER), readDirectoryUser({}), readDirectoryUser(7)],
      on,
    )
    expect(page).toEqual({
      seen: 4,
      users: [{ user: ADELE, ticks: on }],
      unsynced: [],
      skipped: [{ id: OTHER, reason: 'The user has no user principal name.' }],
      nameless: 2,
    })
  })
  test('skips no object that is readable once in the page', () => {
    for (const read of [
      [broken(ID), readDirectoryUser(ADELE)],
      [readDirectoryUser(ADELE), broken(ID)],
    ]) {
      expect(pageOfEverybody(read, on)).toMatchObject({ seen: 1, users: [{ user: { id: ID } }], skipped: [] })
    }
  })
  test('of chosen people gives a reason for each missing person', () => {
    const { skipped, unsynced, nameless } = pageOfChosen([{ id: ID, ticks: on }], [])
    expect([unsynced, nameless]).toEqual([[], 0])
    expect(skipped).toEqual([{ id: ID, reason: expect.stringMatching(/^The directory .+\.$/) }])
  })
})
