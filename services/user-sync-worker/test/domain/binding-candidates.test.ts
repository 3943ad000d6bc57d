import type { BindingRule } from '@jackfield/contract/roster/binding-suggestion'
import { describe, expect, test } from 'vitest'
import { candidatesOf, type UnboundUser } from '../../src/domain/binding-candidates.ts'

const ADELE: UnboundUser = {
  id: 'a',
  displayName: 'Adele Vance',
  userPrincipalName: 'adelev@contoso.example',
  mail: null,
  businessPhones: [],
  mobilePhone: null,
  employeeId: null,
  formerExtension: null,
}
/** A phone system with these extensions: a number, or a number and the name that it bears. */
const system = (...extensions: Array<string | [string, string]>) =>
  new Map(
    extensions.map((extension) => {
      const [number, name] = typeof extension === 'string' ? [extension, null] : extension
      return [number, { number, name, holder: null }] as const
    }),
  )
type Attribute = Extract<BindingRule, { kind: 'attribute' }>['attribute']
const rule = (attribute: Attribute, digits: number): BindingRule => ({
  kind: 'attribute',
  phoneSystemId: 'p',
  attribute,
  digits,
})
const find = (
  members: Partial<UnboundUser>,
  extensions: ReturnType<typeof system>,
  rules: readonly BindingRule[] = [],
) => candidatesOf({ ...ADELE, ...members }, extensions, rules).map(({ extension, reason }) => [extension, reason])
const fits = (members: Partial<UnboundUser>, ...extensions: Parameters<typeof system>) =>
  find(members, system(...extensions)).map(([extension]) => extension)

describe('S43 a phone number', () => {
  test.each([
    ['+1 425 555 0101', ['101', '0101', '50101', '550101', '5550101', '55550101']],
    ['(425) 555-0101', ['101', '0101', '50101', '550101', '5550101', '55550101']],
    ['0101', ['101', '0101']],
    ['101', ['101']],
    ['01', []],
    ['', []],
  ])('%j fits extensions that are its last three to eight digits', (phone, extensions) => {
    const all = ['1', '01', '101', '0101', '50101', '550101', '5550101', '55550101', '255550101', '555', '1425']
    expect(fits({ businessPhones: [phone] }, ...all)).toEqual(extensions)
  })

  test.each([
    ['+1 425 555 9999 x204', '204'],
    ['+1 425 555 9999 x 204 ', '204'],
    ['+1 425 555 9999 X204', '204'],
    ['+1 425 555 9999 ext 204', '204'],
    ['+1 425 555 9999 Ext. 204', '204'],
    ['+1 425 555 9999, extension: 204', '204'],
    ['+1 425 555 9999#204', '204'],
    ['+15555555678;ext=5678', '5678'],
    ['tel:+1-555-555-5678;ext=204;phone-context=x', '204'],
    ['x42', '42'],
    ['x12345678', '12345678'],
  ])('FC-23 %j names the extension %s (RFC 3966), and its other digits name none', (phone, extension) => {
    const number = phone.replace(/\D/g, '')
    const others = [3, 4, 5, 6, 7, 8].map((length) => number.slice(-length)).filter((digits) => digits !== extension)
    expect(fits({ businessPhones: [phone] }, extension, ...others, '999', '9999', '678')).toEqual([extension])
  })

  test.each(['x2', 'x123456789', 'x204 or 205', '204x'])('%j names no extension', (phone) => {
    expect(fits({ businessPhones: [phone] }, '2', '204x')).toEqual([])
  })

  test('of a list counts as the others do', () => {
    expect(fits({ businessPhones: ['+1 425 555 0101', '+1 425 555 0202'] }, '0202', '0101')).toEqual(['0101', '0202'])
  })

  test('of a mobile fits as one at work does', () => {
    expect(find({ mobilePhone: '+49 170 1230101' }, system('0101'))).toEqual([['0101', 'mobile-phone']])
    expect(find({ mobilePhone: '+49 170 1230101;ext=77' }, system('77', '0101'))).toEqual([['77', 'mobile-phone']])
  })
})

describe('S43 an employee id', () => {
  test.each([
    ['204', ['204']],
    ['E00204', ['204']],
    ['no. 0204', ['204']],
    ['00204', ['204', '00204']],
    ['000', []],
    ['E204b', []],
    ['2E04', []],
    ['1204', []],
  ])('%j fits the extensions %j, with and without what stands before its number', (employeeId, extensions) => {
    expect(fits({ employeeId }, '204', '00204', '04', '4').sort()).toEqual([...extensions].sort())
  })
})

describe('S43 an address', () => {
  test.each([
    ['the mail address', { mail: '204@contoso.example' }, ['204']],
    ['the user principal name where there is no mail address', { userPrincipalName: '204@contoso.example' }, ['204']],
    [
      'the user principal name beside a mail address',
      { mail: 'adele@contoso.example', userPrincipalName: '204@contoso.example' },
      [],
    ],
    ['more digits than the extension has', { mail: '1204@contoso.example' }, []],
  ])('that is an extension before the @ fits it: %s', (_, members, extensions) => {
    expect(fits(members, '204')).toEqual(extensions)
  })
})

describe('S43 the name of an extension', () => {
  test.each([
    ['the mail address', { mail: 'adele@contoso.example' }, 'Adele@Contoso.example', 'mail'],
    ['the user principal name', {}, 'AdeleV@contoso.example', 'mail'],
    ['the user principal name beside a mail address', { mail: 'a@contoso.example' }, 'AdeleV@contoso.example', 'mail'],
    ['the employee id', { employeeId: 'A-7' }, 'a-7', 'employee-id'],
    ['the display name', {}, ' adele vance ', 'name'],
  ])('fits when it is %s, whatever its case', (_, members, name, reason) => {
    expect(find(members, system(['305', name]))).toEqual([['305', reason]])
  })

  test.each([
    ['part of theirs', ['305', 'Adele']],
    ['more than theirs', ['305', 'Adele Vance 2']],
    ['blank', ['305', '  ']],
  ] satisfies Array<[string, [string, string]]>)('that is %s fits nobody', (_, extension) => {
    expect(fits({ mail: '', employeeId: '' }, extension)).toEqual([])
  })

  test('that two extensions bear tells nothing', () => {
    expect(fits({}, ['305', 'Adele Vance'], ['306', 'ADELE VANCE'], ['307', 'Megan'])).toEqual([])
  })

  test('is of its own phone system: another one is looked at for itself', () => {
    const one = system(['305', 'Adele Vance'])
    expect([find({}, one), find({}, one), find({}, system(['306', 'Adele Vance'])), find({}, system('305'))]).toEqual([
      [['305', 'name']],
      [['305', 'name']],
      [['306', 'name']],
      [],
    ])
  })
})

describe('S43 a rule', () => {
  test.each([
    ['businessPhone', { businessPhones: ['+1 425 555 0101', '+1 425 555 0202'] }, '0101'],
    ['mobilePhone', { mobilePhone: '+49 170 123 0101' }, '0101'],
    ['mail', { mail: 'desk-0101@contoso7.example' }, '0101'],
    ['employeeId', { employeeId: 'E-0101' }, '0101'],
    ['businessPhone', { businessPhones: ['+1 425 555 9999;ext=0101'] }, '0101'],
  ] satisfies Array<[Attribute, Partial<UnboundUser>, string]>)(
    'takes the last digits of the %s of %j',
    (attribute, members, number) => {
      expect(find(members, system(number, '9999'), [rule(attribute, 4)])).toContainEqual([number, 'rule'])
      expect(find(members, system('0102'), [rule(attribute, 4)])).toEqual([])
      expect(find(ADELE, system(number), [rule(attribute, 4)])).toEqual([])
    },
  )

  test.each([
    ['fewer digits than it asks for', { employeeId: 'E-101' }, '101'],
    ['an extension told that is shorter than it asks for', { businessPhones: ['555 9999 x204'] }, '9204'],
  ])('takes nothing from %s', (_, members, number) => {
    const found = find(members, system(number), [rule('employeeId', 4), rule('businessPhone', 4)])
    expect(found.filter(([, reason]) => reason === 'rule')).toEqual([])
  })

  test('takes as many digits as there are when they are as many as it asks for', () => {
    expect(find({ employeeId: '0101' }, system('0101'), [rule('employeeId', 4)])).toEqual([['0101', 'rule']])
  })

  test('of several is the first that names an extension of the phone system; ranges name none', () => {
    const person = { employeeId: '1111', businessPhones: ['555 2222'], mobilePhone: '555 3333' }
    const range: BindingRule = { kind: 'next-free', phoneSystemId: 'p', from: 1, to: 9_999 }
    const rules = [range, rule('employeeId', 4), rule('businessPhone', 4), rule('mobilePhone', 4)]
    const ruled = (extensions: ReturnType<typeof system>) =>
      find(person, extensions, rules).filter(([, reason]) => reason === 'rule')
    expect(ruled(system('3333', '2222'))).toEqual([['2222', 'rule']])
    expect(ruled(system('3333', '2222', '1111'))).toEqual([['1111', 'rule']])
  })
})

test('S43 what somebody had before fits, unless the phone system has it no more', () => {
  expect(find({ formerExtension: '204' }, system('204', '205'))).toEqual([['204', 'former']])
  expect(find({ formerExtension: '204' }, system('205'))).toEqual([])
})

test('S43 from the best sign to the weakest: each outweighs those after it, and none is above 1', () => {
  const signs: Array<[Partial<UnboundUser>, ...Parameters<typeof system>]> = [
    [{ formerExtension: '20456789' }, '20456789'],
    [{ businessPhones: ['555 1111 x20456789'] }, '20456789'],
    [{ mail: 'adele@contoso.example' }, ['20456789', 'adele@contoso.example']],
    [{ employeeId: 'A-7' }, ['20456789', 'A-7']],
    [{ employeeId: '20456789' }, '20456789'],
    [{ businessPhones: ['1 20456789'] }, '20456789'],
    [{}, ['20456789', 'Adele Vance']],
    [{ businessPhones: ['1 20456789'] }, '0456789'],
    [{ mail: '204@contoso.example' }, '204'],
    [{ businessPhones: ['1 20456789'] }, '456789'],
    [{ mobilePhone: '555 1111 x20456789' }, '20456789'],
    [{ businessPhones: ['1 20456789'] }, '6789'],
    [{ mobilePhone: '1 20456789' }, '20456789'],
    [{ mobilePhone: '1 20456789' }, '6789'],
    [{ mobilePhone: '1 20456789' }, '789'],
  ]
  const rules = [rule('employeeId', 3)]
  const ruled = candidatesOf({ ...ADELE, employeeId: 'E204' }, system('204'), rules)
  const scores = [
    ruled,
    ...signs.map(([members, ...extensions]) => candidatesOf({ ...ADELE, ...members }, system(...extensions), [])),
  ]
  const found = scores.map(([candidate]) => candidate?.score ?? Number.NaN)
  expect(scores.map(({ length }) => length)).toEqual(scores.map(() => 1))
  expect(found).toEqual([...new Set(found)].sort((left, right) => right - left))
  expect(found[0]).toBe(1)
  // Whoever is left gets a number from a range with 0.3.
  expect(found.at(-1)).toBeGreaterThan(0.3)
})

test('S43 an extension that fits for several reasons is proposed once, for the best of them', () => {
  const person = {
    employeeId: '0101',
    businessPhones: ['555 0101'],
    mobilePhone: '555 0101',
    mail: '0101@contoso.example',
  }
  expect(find(person, system(['0101', 'Adele Vance']))).toEqual([['0101', 'employee-id']])
  expect(find({ ...person, formerExtension: '0101' }, system('0101'))).toEqual([['0101', 'former']])
  expect(find({ ...person, businessPhones: ['555 x0101'] }, system('0101'))).toEqual([['0101', 'business-phone']])
})
