import { expect, test } from 'vitest'
import { EMPTIABLE, emptiedWarning, emptiesAny, suddenlyEmpty } from '../../src/domain/emptied-attributes.ts'

const PERSON = {
  displayName: 'Adele',
  givenName: 'Adele',
  surname: 'Vance',
  userPrincipalName: 'adele@contoso.example',
  mail: 'adele@contoso.example',
  businessPhones: ['+1 425 555 0100'],
  mobilePhone: '+1 425 555 0101',
  jobTitle: 'Retail Manager',
  department: 'Retail',
  employeeId: '204',
  userType: 'Member',
} as const

test('FC-32 every attribute but names and type can become empty', () => {
  expect(EMPTIABLE.map(({ name }) => name)).toEqual([
    'givenName',
    'surname',
    'mail',
    'businessPhones',
    'mobilePhone',
    'jobTitle',
    'department',
    'employeeId',
  ])
})

test.each([
  ['a lost title', { ...PERSON }, { ...PERSON, jobTitle: null }, true],
  ['lost phones', { ...PERSON, businessPhones: ['1'] }, { ...PERSON, businessPhones: [] }, true],
  ['a changed title', { ...PERSON }, { ...PERSON, jobTitle: 'Boss' }, false],
  ['a new title', { ...PERSON, jobTitle: null }, { ...PERSON }, false],
  [
    'a title and phones that never were',
    { ...PERSON, jobTitle: null, businessPhones: [] },
    { ...PERSON, jobTitle: null, businessPhones: [] },
    false,
  ],
])('FC-32 %s: %#', (_, before, after, isEmptied) => {
  expect(
    emptiesAny(
      { ...before, businessPhones: [...before.businessPhones] },
      { ...after, businessPhones: [...after.businessPhones] },
    ),
  ).toBe(isEmptied)
})

test('FC-32 both limits of the removal fuse decide, among the people who had the attribute', () => {
  const fuse = { percent: 20, users: 10 }
  const names = [
    { name: 'few', had: 10, lost: 9 },
    { name: 'a part', had: 100, lost: 20 },
    { name: 'more', had: 100, lost: 21 },
    { name: 'all of those who had it', had: 10, lost: 10 },
  ]
  expect(suddenlyEmpty(names, fuse).map(({ name }) => name)).toEqual(['more', 'all of those who had it'])
})

test('FC-32 the warning names the attribute and for how many people', () => {
  expect(emptiedWarning({ name: 'jobTitle', had: 2_000, lost: 1_500 })).toEqual({
    code: 'attribute-emptied',
    message: expect.stringContaining('no longer has jobTitle of 1,500 of the 2,000 people who had one'),
    attribute: 'jobTitle',
    users: 1_500,
  })
})
