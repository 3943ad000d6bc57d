import { expect, test } from 'vitest'
import { textsFor } from '../src/texts.ts'

test.each([
  ['en', 'Sign in with Microsoft'],
  ['en-GB', 'Sign in with Microsoft'],
  ['de', 'Mit Microsoft anmelden'],
  ['de-AT', 'Mit Microsoft anmelden'],
  ['DE', 'Mit Microsoft anmelden'],
  ['del', 'Sign in with Microsoft'], // Delaware is not German
  ['', 'Sign in with Microsoft'],
])('S36 for %j the button says %j', (language, text) => {
  expect(textsFor(language).button).toBe(text)
})

test('S36 every language has a text for the same problems', () => {
  expect(Object.keys(textsFor('de').problems)).toEqual(Object.keys(textsFor('en').problems))
})
