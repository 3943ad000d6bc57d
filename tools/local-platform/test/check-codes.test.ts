import { expect, test } from 'vitest'
import { undefinedCodes } from '../src/checks/check-codes.ts'

const defined = new Set(['S42', 'T-21', 'FC-43', 'RP'])

test('a code with a row in requirements or threats is known, and so is a case of a known area', () => {
  expect(undefinedCodes("test('S42 T-21 FC-43 RP-19 a sentence')", defined)).toEqual([])
})

test('an undefined code is reported, once', () => {
  // Joined here, so that the check of the whole tree does not find them in this file.
  const [row, threat, fieldCase, unknownArea] = [
    ['S', '97'],
    ['T', '-997'],
    ['FC', '-97'],
    ['XY', '-01'],
  ].map((parts) => parts.join(''))
  expect(undefinedCodes(`${row}, ${threat} and ${fieldCase}; again ${row}; ${unknownArea}`, defined)).toEqual([
    row,
    threat,
    fieldCase,
    unknownArea,
  ])
})

test('names of algorithms, encodings and statuses are no codes', () => {
  expect(undefinedCodes('S256 ES256 RS256 UTF-16 SHA-256 T-', defined)).toEqual([])
})
