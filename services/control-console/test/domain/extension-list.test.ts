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

test('S42 each line of a list has a number and optionally a name', () => {
  expect(extensionLines('101 Front desk\r\n\n 102, Reception \n*97\n')).toEqual({
    kind: 'extensions',
    items: [{ number: '101', name: 'Front desk' }, { number: '102', name: 'Reception' }, { number: '*97' }],
  })
})

test('S42 an invalid line is refused with its line number, and so is an empty list', () => {
  expect(extensionLines('101\nReception 102')).toEqual({
    kind: 'refused',
    message: 'Line 2: a number is 1 to 32 digits, *, # or +.',
  })
  expect(extensionLines(' \n').kind).toBe('refused')
})

test.each([
  ['001', '003', ['001', '002', '003']],
  ['9', '11', ['9', '10', '11']],
  ['7', '7', ['7']],
  ['08', '10', ['08', '09', '10']],
  ['999999999998', '999999999999', ['999999999998', '999999999999']],
])('S42 the range from %s to %s is %j', (first, last, numbers) => {
  expect(extensionRange(first, last)).toEqual({ kind: 'extensions', items: numbers.map((number) => ({ number })) })
})

test.each([
  ['1', '', /digits only/],
  ['', '1', /digits only/],
  ['1x', '2', /digits only/],
  ['x1', '2', /digits only/],
  ['1', '2x', /digits only/],
  ['1', 'x2', /digits only/],
  ['1', '2.5', /digits only/],
  ['1'.repeat(13), '2'.repeat(13), /digits only/],
  ['2', '1', /must not be smaller/],
  ['0', '10000', /at most 10,000/],
])('S42 the range from %j to %j is refused: %s', (first, last, message) => {
  expect(extensionRange(first, last)).toEqual({ kind: 'refused', message: expect.stringMatching(message) })
})

test('S42 a list holds at most ten thousand numbers', () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => String(index)).join('\n')
  const taken = [extensionRange('1', '10000'), extensionLines(lines(10_000))]
  for (const list of taken) expect(list.kind === 'extensions' && list.items.length).toBe(10_000)
  expect(extensionLines(lines(10_001))).toEqual({ kind: 'refused', message: expect.stringContaining('at most 10,000') })
})

test.each([
  ['101', [{ number: '101' }]],
  ['101;Reception', [{ number: '101', name: 'Reception' }]],
  ['101 ,; Reception, left ', [{ number: '101', name: 'Reception, left' }]],
  ['\t101\tReception', [{ number: '101', name: 'Reception' }]],
  ['\n\n101\n  \n102\n', [{ number: '101' }, { number: '102' }]],
  [`101 ${'x'.repeat(121)}`, [{ number: '101', name: 'x'.repeat(120) }]],
  ['+1#*', [{ number: '+1#*' }]],
])('S42 the list %j is read as %j', (text, items) => {
  expect(extensionLines(text)).toEqual({ kind: 'extensions', items })
})

test.each([
  ['', /at least one number/],
  [' \n \n', /at least one number/],
  ['101\n\nx', /^Line 3:/],
  [', Reception', /^Line 1:/],
  ['1'.repeat(33), /^Line 1: .*1 to 32 digits/],
])('S42 the list %j is refused: %s', (text, message) => {
  expect(extensionLines(text)).toEqual({ kind: 'refused', message: expect.stringMatching(message) })
})
