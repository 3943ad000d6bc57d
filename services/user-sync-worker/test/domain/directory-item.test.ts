import { describe, expect, test } from 'vitest'
import { itemOf, readDirectoryItem } from '../../src/domain/directory-item.ts'
import { readDirectoryUser, USER_PROPERTIES } from '../../src/domain/directory-user.ts'

const ID = '87d349ed-44d7-43e1-9a83-5f2406dee5bd'
const WHOLE = {
  id: ID,
  displayName: 'Adele Vance',
  givenName: 'Adele',
  surname: 'Vance',
  userPrincipalName: 'adele@contoso.example',
  mail: 'adele@contoso.example',
  businessPhones: ['+1 425 555 0101'],
  mobilePhone: '+1 425 555 0102',
  jobTitle: 'Clerk',
  department: 'Retail',
  employeeId: 'E7',
  accountEnabled: false,
  userType: 'Guest',
} as const
const present = (properties: object) => {
  const item = readDirectoryItem({ id: ID, ...properties })
  if (item.kind !== 'present') throw new Error(item.kind)
  return item
}

describe('an object of the directory', () => {
  test('with all properties is whole, and has the requested properties only', () => {
    const { id: _, ...properties } = WHOLE
    expect(readDirectoryItem({ ...WHOLE, manager: 'x' })).toEqual({
      kind: 'present',
      id: ID,
      told: properties,
      whole: WHOLE,
    })
    expect(itemOf({ ...WHOLE, businessPhones: [...WHOLE.businessPhones] })).toEqual(readDirectoryItem(WHOLE))
    expect(Object.keys(WHOLE).sort()).toEqual([...USER_PROPERTIES].sort())
  })

  test.each(USER_PROPERTIES.filter((key) => key !== 'id'))('SY-02 with %s alone tells that property alone', (key) => {
    expect(present({ [key]: WHOLE[key] }).told).toEqual({ [key]: WHOLE[key] })
  })

  test.each(['givenName', 'surname', 'mail', 'mobilePhone', 'jobTitle', 'department', 'employeeId'])(
    'SY-02 with an empty %s clears it; without it, it is unknown',
    (key) => {
      expect([present({ [key]: null }).told, present({ [key]: '' }).told, present({}).told]).toEqual([
        { [key]: null },
        { [key]: null },
        {},
      ])
    },
  )

  test.each(['userPrincipalName', 'displayName', 'userType'])(
    'SY-02 T-126 with an empty %s leaves it unknown: neither name nor type is ever cleared',
    (key) => {
      expect([present({ [key]: null }).told, present({ [key]: '' }).told]).toEqual([{}, {}])
    },
  )

  test('SY-02 without a user principal name is not whole, and its other properties count', () => {
    expect(present({ displayName: 'Adele V', mail: null })).toEqual({
      kind: 'present',
      id: ID,
      told: { displayName: 'Adele V', mail: null },
      whole: undefined,
    })
    expect(present({ userPrincipalName: 7, mail: 'a@b.example' })).toMatchObject({
      told: { mail: 'a@b.example' },
      whole: undefined,
    })
    expect(present({ userPrincipalName: 'a@b.example' }).whole).toMatchObject({ displayName: 'a@b.example' })
  })

  test.each([
    [{ reason: 'deleted' }, 'deleted'],
    [{ reason: 'changed' }, 'changed'],
    [{ reason: 'Deleted' }, 'deleted'],
    ['deleted', 'deleted'],
    ['CHANGED', 'changed'],
  ])('SY-03 that is removed with %j is removed: %s', (removed, reason) => {
    expect(readDirectoryItem({ id: ID.toUpperCase(), '@removed': removed })).toStrictEqual({
      kind: 'removed',
      id: ID,
      reason,
    })
  })

  test.each([
    null,
    {},
    7,
    '',
    'gone',
    [],
    { reason: null },
    { reason: 7 },
    { reason: 'gone' },
    { reason: ['deleted'] },
  ])('T-126 that is removed in the form %j, which is not known, is neither there nor gone', (removed) => {
    expect(readDirectoryItem({ id: ID, '@removed': removed })).toEqual({
      kind: 'removed',
      id: ID,
      reason: 'changed',
      isOdd: true,
    })
  })

  test.each([
    null,
    undefined,
    7,
    'x',
    [],
    {},
    { id: 7 },
    { id: 'x' },
    { id: `${ID}0` },
    { id: `0${ID}` },
    { id: ID.replaceAll('-', '') },
  ])('SI-07 %j is unreadable, and says so', (value) => {
    const unreadable = { kind: 'unreadable', id: null, reason: expect.stringMatching(/^The .+\.$/) }
    expect([readDirectoryItem(value), readDirectoryUser(value)]).toEqual([unreadable, unreadable])
  })
})

describe('a text of the directory', () => {
  const mail = (text: unknown) => present({ mail: text }).told.mail
  test.each([
    ['as it is', 'adele@contoso.example', 'adele@contoso.example'],
    ['without NUL, which Postgres cannot store', 'a\0b\0', 'ab'],
    ['as nothing where it was only NUL', '\0', null],
    ['with a mark in place of half a character', 'a\ud800b', 'a\ufffdb'],
    ['with its white space', ' a ', ' a '],
    ['as nothing when it is none', 7, null],
  ])('SI-07 is read %s', (_, text, read) => {
    expect(mail(text)).toBe(read)
  })

  test.each([
    ['displayName', 256],
    ['givenName', 256],
    ['surname', 256],
    ['mobilePhone', 256],
    ['jobTitle', 256],
    ['department', 256],
    ['employeeId', 256],
    ['mail', 1024],
    ['userPrincipalName', 1024],
  ] as const)('SI-07 of the property %s is at most %i characters long', (key, longest) => {
    expect(present({ [key]: 'x'.repeat(longest) }).told[key]).toHaveLength(longest)
    expect(present({ [key]: 'x'.repeat(longest + 1) }).told[key]).toHaveLength(longest)
    expect(present({ [key]: `\0${'x'.repeat(longest)}` }).told[key]).toHaveLength(longest)
  })

  test('SI-07 in a list of phones is bounded too, and other types are left out', () => {
    expect(present({ businessPhones: ['1', 7, null, 'x'.repeat(300), '\0'] }).told.businessPhones).toEqual([
      '1',
      'x'.repeat(256),
    ])
    expect(present({ businessPhones: '1' }).told.businessPhones).toEqual([])
  })
})
