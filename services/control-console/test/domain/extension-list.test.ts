import { expect, test } from 'vitest'
import { extensionLines, extensionRange } from '../../src/domain/extension-list.ts'

test('S42 a range has every number from first to last and keeps leading zeros', () => {
  expect(extensionRange(' 098', '101 ')).toEqual({
    kind: 'extensions',
    items: [{ number: '098' }, { number: '099' }, { number: '100' }, { number: '101' }],
  })
})

test('S42 a range that is backwards, too long or not a number is refused', () => {
  for (const [first, last] of [
    ['200', '100'],
    ['1', '10001'],
    ['', '5'],
    ['1e3', '2000'],
    ['-5', '5'],
  ] as const) {
    expect(extensionRange(first, last).kind).toBe('refused')
  }
})

test('S42 a list has a number and perhaps a name on each line', () => {
  expect(extensionLines('101 Front desk\r\n\n 102, Reception \n*97\n')).toEqual({
    kind: 'extensions',
    items: [{ number: '101', name: 'Front desk' }, { number: '102', name: 'Reception' }, { number: '*97' }],
  })
})

test('S42 a wrong line is refused by its number, an empty list too', () => {
  expect(extensionLines('101\nReception 102')).toEqual({
    kind: 'refused',
    message: 'Line 2: a number is 1 to 32 digits, *, # or +.',
  })
  expect(extensionLines(' \n').kind).toBe('refused')
})
