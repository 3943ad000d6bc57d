import type { Language } from '@jackfield/contract/tenants/language'
import { assert as assertProperty, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { chooseLanguage } from '../../src/domain/choose-language.ts'

const choose = (acceptLanguage?: string, uiLocales?: string, tenantLanguage?: Language) =>
  chooseLanguage({ uiLocales, acceptLanguage, tenantLanguage })

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['DE-at', 'de'],
  ['de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7', 'de'],
  ['fr-CH, fr;q=0.9, en;q=0.3, de;q=0.7, *;q=0.5', 'de'],
  ['en;q=0.5, de;q=0.500', 'en'],
  ['de;q=0, en;q=0.1', 'en'],
  ['de;q=0', 'en'],
  ['fr, it', 'en'],
  ['del', 'en'],
  ['de;q=2, en;q=0.1', 'en'],
  ['de;q=nonsense, en;q=0.1', 'en'],
  ['de ; Q=0.9 , en;q=0.1', 'de'],
  [',,;;=,de', 'de'],
  ['de;x=0.9, en;q=0.1', 'en'],
  ['de;q, en;q=0.1', 'en'],
  ['de;q=0.12, en;q=0.11', 'de'],
  ['de;q=0.123, en;q=0.1', 'de'],
  ['de;q=0.1234, en;q=0.1', 'en'],
  ['de;q=0., en;q=0', 'en'],
  ['de;q=1, en;q=0.9', 'de'],
  ['de;q=1.000, en;q=0.9', 'de'],
  ['de;q=1.0000, en;q=0.9', 'en'],
  ['de;q=x1, en;q=0.1', 'en'],
  ['de;q=1x, en;q=0.1', 'en'],
  [`de-${'x'.repeat(32)}`, 'de'],
  [`de-${'x'.repeat(33)}`, 'en'],
])('S36 Accept-Language %j is answered in %s (RFC 9110 12.5.4)', (header, language) => {
  expect(choose(header)).toBe(language)
})

test('S36 the app decides before the browser, the browser before the tenant, the tenant before English', () => {
  expect(choose('en', 'fr-CA de-CH')).toBe('de')
  expect(choose('de', 'en')).toBe('en')
  expect(choose('de', 'fr <script>', 'en')).toBe('de')
  expect(choose('en', undefined, 'de')).toBe('en')
  expect(choose('fr', '', 'de')).toBe('de')
  expect(choose('fr, *;q=0.1', undefined, 'de')).toBe('de')
  expect(choose('*;q=0.5, de;q=0.4', undefined, 'en')).toBe('en')
  expect(choose('*, en', undefined, 'de')).toBe('de')
  expect(choose('en;q=0.5, *;q=0.4', undefined, 'de')).toBe('en')
  expect(choose(undefined, undefined, 'de')).toBe('de')
})

test.each([
  ['commas', ','.repeat(51_200)],
  ['semicolons', `de${';'.repeat(51_200)}`],
  ['blanks', `de;q=${' '.repeat(51_200)}1`],
  ['zeros', `de;q=0.${'0'.repeat(51_200)}`],
  ['many ranges', 'xx-xx;q=0.001,'.repeat(3_600)],
  ['one long tag', `${'de-'.repeat(17_000)}`],
  ['blanks in ui_locales', ' '.repeat(51_200)],
])('IL-06 50 KiB of %s cost next to nothing', (_what, evil) => {
  const begin = process.cpuUsage()
  choose(evil, evil)
  expect(process.cpuUsage(begin).user / 1_000).toBeLessThan(100)
})

test('SI-09 every combination of preferences gives a supported language', () => {
  assertProperty(
    property(string(), string(), (header, uiLocales) => {
      expect(['en', 'de']).toContain(choose(header, uiLocales))
    }),
  )
})
