import { expect, test } from 'vitest'
import { LONGEST_WAIT_SECONDS, readRetryAfter } from '../src/http/retry-after.ts'

const NOW = Date.parse('2026-11-24T00:00:00Z')

test.each([
  ['17', 17],
  [' 0 ', 0],
  ['299.9', 300],
  ['0.249', 1],
  ['2.128', 3],
  ['.5', 1],
  ['1.', 1],
  ['Tue, 24 Nov 2026 00:01:00 GMT', 60],
  ['Tuesday, 24-Nov-26 00:01:00 GMT', 60],
  ['Tue Nov 24 00:01:00 2026', 60],
])('FC-22 T-113 the Retry-After %j means %j seconds', (value, seconds) => {
  expect(readRetryAfter(value, NOW)).toEqual({ seconds, asked: seconds })
})

test.each([
  ['86400', 86_400],
  ['99999999999999999999', 1e20],
  ['Wed, 25 Nov 2026 00:00:00 GMT', 86_400],
])('FC-22 T-125 the Retry-After %j is obeyed for an hour', (value, asked) => {
  expect(readRetryAfter(value, NOW)).toEqual({ seconds: LONGEST_WAIT_SECONDS, asked })
})

test.each([
  ...[
    null,
    undefined,
    '',
    'soon',
    '-5',
    '+5',
    '1e3',
    '0x10',
    'Infinity',
    'NaN',
    '1.5s',
    '3,5',
    '5, 10',
    '1.2.3',
    '2026-11',
    '2026-11-25T00:00:00Z',
  ],
  ...['Tue, 99 Nov 2026 00:01:00 GMT', 'Mon, 23 Nov 2026 00:00:00 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT'],
])('FC-22 T-125 the Retry-After %j tells of no wait, and so not that there is none', (value) => {
  expect(readRetryAfter(value, NOW)).toBeUndefined()
})
