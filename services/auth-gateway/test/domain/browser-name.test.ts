import { expect, test } from 'vitest'
import { nameBrowser } from '../../src/domain/browser-name.ts'
import { textsFor } from '../../src/pages/texts/texts.ts'

test.each([
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Chrome on Windows',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
    'Safari on macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36',
    'Samsung Internet on Android',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  ['SomePhone/1.0 (Linux)', 'A browser on Linux'],
  ['<script>alert(1)</script>', 'An unknown browser'],
  ['x'.repeat(100_000), 'An unknown browser'],
  [undefined, 'An unknown browser'],
])('S54 the browser %s is called %s', (userAgent, name) => {
  expect(textsFor('en').sessions.browser(nameBrowser(userAgent))).toBe(name)
})

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox auf Linux'],
  ['SomePhone/1.0 (Linux)', 'Ein Browser auf Linux'],
  [undefined, 'Ein unbekannter Browser'],
])('S54 in German the browser %s is called %s', (userAgent, name) => {
  expect(textsFor('de').sessions.browser(nameBrowser(userAgent))).toBe(name)
})
