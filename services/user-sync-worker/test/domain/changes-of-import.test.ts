import { describe, expect, test } from 'vitest'
import type { DirectoryUser } from '../../src/domain/directory-user.ts'
import { changesOfImport, type RosterUser } from '../../src/domain/run-page.ts'

const PERSON: DirectoryUser = {
  id: '00000000-0000-4000-8000-000000000001',
  displayName: 'Adele',
  givenName: null,
  surname: null,
  userPrincipalName: 'adele@contoso.example',
  mail: null,
  businessPhones: [],
  mobilePhone: null,
  jobTitle: null,
  department: null,
  employeeId: null,
  accountEnabled: true,
  userType: 'Member',
}
const TICKS = { sync: true, sso: false }
const IMPORTED: RosterUser = { user: PERSON, status: 'active', ...TICKS, chosenBy: 'hand', isOfAccount: true }

function changes(user: Partial<DirectoryUser>, known?: Partial<RosterUser>, ticks = TICKS) {
  const given = { user: { ...PERSON, ...user }, ticks }
  const roster = new Map(known ? [[PERSON.id, { ...IMPORTED, ...known }]] : [])
  const { users, staged } = changesOfImport([given], roster)
  return { written: users.length, staged: staged.map(({ status }) => status) }
}
const NOTHING = { written: 0, staged: [] }
const WRITTEN = { written: 1, staged: [] }
const STAGED = { written: 0, staged: ['disabled'] }

describe('an import writes', () => {
  test.each<[string, Partial<DirectoryUser>, Partial<RosterUser> | undefined]>([
    ['a newcomer', {}, undefined],
    ['a newcomer who is disabled', { accountEnabled: false }, undefined],
    ['a changed attribute', { mail: 'a@b.example' }, {}],
    ['a person of another account', {}, { isOfAccount: false }],
    ['a person whom a rule chose', {}, { chosenBy: 'rule' }],
    ['a person without the sync tick', {}, { sync: false }],
    ['a person with another SSO tick', {}, { sso: true }],
    ['a person who is disabled in the roster alone', {}, { status: 'disabled' }],
    [
      'a person who is deleted in the roster and disabled in the directory',
      { accountEnabled: false },
      { status: 'deleted' },
    ],
    ['a changed attribute of a person whose state is not told', { accountEnabled: null, mail: 'a' }, {}],
  ])('S35 %s', (_, user, known) => expect(changes(user, known)).toEqual(WRITTEN))
})

test.each<[string, Partial<DirectoryUser>, Partial<RosterUser>]>([
  ['is the same', {}, {}],
  ['is disabled on both sides', { accountEnabled: false }, { status: 'disabled' }],
  ['is active and whose state is not told', { accountEnabled: null }, {}],
  ['is deleted and whose state is not told', { accountEnabled: null }, { status: 'deleted' }],
])('S46 an import leaves a person alone who %s', (_, user, known) => expect(changes(user, known)).toEqual(NOTHING))

test.each<[string, Partial<RosterUser>]>([
  ['an active person', {}],
  ['an active person of another account', { isOfAccount: false }],
  ['a person whose staged disable has other ticks', { status: 'disabled', isStaged: true, sso: true }],
])('S50 an import stages the disable of %s', (_, known) =>
  expect(changes({ accountEnabled: false }, known)).toEqual(STAGED),
)

test.each<[string, Partial<DirectoryUser>, Partial<RosterUser>, string[]]>([
  ['is told as active later in the list stays active', {}, {}, ['active']],
  ['is told without a state later keeps the staged one', { accountEnabled: null }, {}, ['disabled']],
  ['is told as disabled after all', { accountEnabled: false }, { status: 'active' }, ['disabled']],
])('S50 a staged person who %s', (_, user, known, staged) =>
  expect(changes({ mail: 'new', ...user }, { status: 'disabled', isStaged: true, ...known })).toEqual({
    written: 0,
    staged,
  }),
)
