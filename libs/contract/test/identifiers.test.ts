import { expect, test } from 'vitest'
import { Guid } from '../src/http/identifier.ts'
import { ExtensionNumber } from '../src/roster/phone-user.ts'
import { AppPath, ClientId } from '../src/tenants/app.ts'
import { HostName, Slug } from '../src/tenants/tenant.ts'

const GUID = '72f988bf-86f1-41af-91ab-2d7cd011db47'

test.each([GUID, GUID.toUpperCase(), `  ${GUID}\n`])(
  'S14 a GUID is taken with blanks and capitals (%j), and kept as Entra ID prints it',
  (text) => {
    expect(Guid.parse(text)).toBe(GUID)
  },
)

test.each([
  '',
  `{${GUID}}`,
  GUID.replaceAll('-', ''),
  `${GUID}0`,
  `${GUID} ${GUID}`,
  'contoso.onmicrosoft.com',
  '72f988bf-86f1-41af-91ab-2d7cd011db4g',
])('S14 anything but a GUID is refused: %j', (text) => {
  expect(Guid.safeParse(text).success).toBe(false)
})

test.each(['a', 'contoso', 'contoso-2', '0x', 'a'.repeat(63)])('a slug is one DNS label: %s', (slug) => {
  expect(Slug.safeParse(slug).success).toBe(true)
})

test.each(['', 'Contoso', '-a', 'a-', 'a.b', 'a b', 'a_b', 'ä', 'a'.repeat(64), 'a\n', '../a'])(
  'anything else is no slug: %j',
  (slug) => {
    expect(Slug.safeParse(slug).success).toBe(false)
  },
)

test.each([
  ['phone.contoso.com', 'phone.contoso.com'],
  [' Phone.Contoso.COM ', 'phone.contoso.com'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
])('a host name is kept in lower case: %j', (text, host) => {
  expect(HostName.parse(text)).toBe(host)
})

test.each([
  'localhost',
  'https://phone.contoso.com',
  'phone.contoso.com:443',
  'phone.contoso.com/',
  'phone..com',
  '-phone.com',
  '10.0.0.1',
  '[::1]',
  'phone.contoso.com.',
  `${'a.'.repeat(130)}com`,
  'phone.contoso.com@evil.example',
])('anything but a bare public host name is refused: %j', (text) => {
  expect(HostName.safeParse(text).success).toBe(false)
})

test.each(['/', '/callback', '/callback.html', '/a/b-c_d~e'])('T-21 an app’s path is absolute: %s', (path) => {
  expect(AppPath.safeParse(path).success).toBe(true)
})

test.each([
  '',
  'callback',
  '//evil.example/callback',
  '/\\evil.example',
  '/callback?x=1',
  '/callback#x',
  '/a/../b',
  '/..',
  '/./a',
  '/a//b',
  '/%2e%2e/b',
  '/a b',
  '/*',
  '/a\n',
  'https://evil.example/',
])('T-21 a path that could lead elsewhere is refused: %j', (path) => {
  expect(AppPath.safeParse(path).success).toBe(false)
})

test.each(['web-client', 'a', 'contact.centre_2'])('a client id: %s', (id) => {
  expect(ClientId.safeParse(id).success).toBe(true)
})

test.each(['', 'Web', '-a', 'a-', 'a/b', 'a b', '../a', 'a'.repeat(65)])('no client id: %j', (id) => {
  expect(ClientId.safeParse(id).success).toBe(false)
})

test.each([
  ['101', '101'],
  [' 101 ', '101'],
  ['*97', '*97'],
  ['+49301234', '+49301234'],
])('an extension is what a phone can dial: %j', (text, number) => {
  expect(ExtensionNumber.parse(text)).toBe(number)
})

test.each(['', ' ', '1 01', 'abc', '1'.repeat(33), '１０１', '101;ext=1'])('no extension: %j', (text) => {
  expect(ExtensionNumber.safeParse(text).success).toBe(false)
})
