import { describe, expect, test } from 'vitest'
import { readPhone, searchedDigits } from '../../src/domain/phone-number.ts'

describe('FC-23 a number', () => {
  test.each([
    ['+15555555678;ext=5678', null, '5555555678', '5678'],
    ['tel:+1-555-555-5678;ext=204;phone-context=x', null, '5555555678', '204'],
    ['tel:451123456;ext=12;phone-context=+49', null, '451123456', '12'],
    ['+1 425 555 9999, extension: 204', null, '4255559999', '204'],
    ['0451 123456 ext. 12', 'DE', '451123456', '12'],
    ['x42', 'DE', undefined, '42'],
    ['0451 123456', 'DE', '451123456', undefined],
    ['+49 (0)451 123456', 'US', '451123456', undefined],
    ['00 49 451 123456', 'DE', '451123456', undefined],
    ['8 495 123-45-67', 'RU', '4951234567', undefined],
    ['+39 06 6982', 'IT', '066982', undefined],
    ['1-800-FLOWERS', 'US', '8003569377', undefined],
    ['+1 800 FLOWERS', null, '8003569377', undefined],
    ['1-800-FLOWERS', null, undefined, undefined],
    ['0451 123456', null, undefined, undefined],
    ['0451 123456', 'XK9', undefined, undefined],
    ['', 'DE', undefined, undefined],
  ])(
    '%j of %s is %s nationally, with the extension %s, however often it is read',
    (text, country, national, extension) => {
      for (const _ of [1, 2, 3]) expect(readPhone(text, country)).toMatchObject({ national, extension })
    },
  )

  test.each([
    ['+49 (0)451 123-456', '490451123456'],
    ['tel:451123456;phone-context=+49', '451123456'],
    ['0451 123456 privat', '0451123456'],
    ['+1 800 FLOWERS', '18003569377'],
  ])('%j has the digits %s', (text, digits) => {
    expect(readPhone(text, 'DE').digits).toBe(digits)
  })
})

test.each([
  ['0451 123456', 'DE', '451123456'],
  ['0451 123456', null, '451123456'],
  ['+49 451 123456', null, '451123456'],
  ['(0451) 12 34 56', 'DE', '451123456'],
  ['0451 123456 ext 12', 'DE', '451123456'],
  ['1-800-FLOWERS', 'US', '8003569377'],
  ['123456', 'DE', '123456'],
  ['123', 'DE', undefined],
  ['Adele 1234', 'DE', undefined],
  ['user00012', 'DE', undefined],
  ['4512 abc', 'DE', undefined],
  ['x1234', 'DE', undefined],
  ['', null, undefined],
])('S28 a search for %j in %s looks for numbers with %s', (text, country, digits) => {
  expect(searchedDigits(text, country)).toBe(digits)
})
