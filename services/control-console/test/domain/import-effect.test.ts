import { expect, test } from 'vitest'
import { effectOf, needsConfirmation } from '../../src/domain/import-effect.ts'
import { countOfEveryone, EVERYONE, importOfEveryone } from '../../src/domain/import-of-everyone.ts'

const person = (id: string, members = {}) => ({
  id,
  displayName: id,
  userPrincipalName: `${id}@contoso.com`,
  userType: 'Member' as const,
  accountEnabled: true,
  sync: false,
  sso: false,
  ...members,
})
const people = [
  person('adele', { sync: true, sso: true }),
  person('alex', { sync: true, sso: true }),
  person('diego'),
  person('guest', { userType: 'Guest' }),
  person('room', { accountEnabled: false, displayName: '' }),
]
const known = new Map(people.map((each) => [each.id, each]))

test('CW-10 S58 the effect of ticks names who loses what, and which guests and disabled people are added', () => {
  const changes = new Map([
    ['adele', { sync: false, sso: false }],
    ['alex', { sync: true, sso: false }],
    ['diego', { sync: true, sso: true }],
    ['guest', { sync: true, sso: false }],
    ['room', { sync: true, sso: true }],
  ])
  expect(effectOf(changes, known)).toEqual({
    synced: ['diego', 'guest', 'room@contoso.com'],
    ssoOn: ['diego', 'room@contoso.com'],
    guests: ['guest'],
    disabled: ['room@contoso.com'],
    unsynced: ['adele'],
    ssoOff: ['adele', 'alex'],
  })
})

test.each([
  ['is given SSO', { sync: true, sso: false }, { sync: true, sso: true }, true],
  ['is brought in', { sync: false, sso: false }, { sync: true, sso: false }, true],
  ['loses SSO', { sync: true, sso: true }, { sync: true, sso: false }, false],
  ['is let go', { sync: true, sso: true }, { sync: false, sso: false }, false],
])('CW-10 S58 a disabled guest who %s is named as both when they gain something', (_, before, ticks, isNamed) => {
  const guest = person('guest', { userType: 'Guest', accountEnabled: false, ...before })
  const { guests, disabled } = effectOf(new Map([['guest', ticks]]), new Map([['guest', guest]]))
  expect([guests, disabled]).toEqual(isNamed ? [['guest'], ['guest']] : [[], []])
})

test('CW-10 S58 an import that takes something away or changes many people is confirmed, a few ticks are not', () => {
  const ticked = (count: number) =>
    new Map(Array.from({ length: count }, (_, index) => [`new ${index}`, { sync: true, sso: true }]))
  const asked = (changes: ReturnType<typeof ticked>) => needsConfirmation(effectOf(changes, known), changes)
  expect(asked(ticked(10))).toBe(false)
  expect(asked(ticked(11))).toBe(true)
  expect(asked(new Map([['alex', { sync: true, sso: false }]]))).toBe(true)
})

test('CW-10 FC-31 an import of everyone leaves out guests and disabled people unless they are chosen', () => {
  const counts = { total: 100, guests: 20, disabled: 10, disabledGuests: 4 }
  for (const [chosen, filter, count] of [
    [{}, { userType: 'Member', accountEnabled: true }, 74],
    [{ guests: true }, { accountEnabled: true }, 90],
    [{ disabled: true }, { userType: 'Member' }, 80],
    [{ guests: true, disabled: true }, undefined, 100],
  ] as const) {
    const everyone = { ...EVERYONE, ...chosen }
    expect(importOfEveryone(everyone)).toEqual({ all: true, sync: true, sso: false, ...(filter && { filter }) })
    expect(countOfEveryone(counts, everyone)).toBe(count)
  }
})
