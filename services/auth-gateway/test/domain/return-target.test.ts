import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chooseReturnTarget } from '../../src/domain/sign-in/return-target.ts'

const origin = 'https://contoso.phone.example'
const home = `${origin}/portal/`
const choose = (wanted: unknown) =>
  chooseReturnTarget(wanted, { origin, allowed: [origin, 'https://contoso.app.example'], home })

describe('T-11 FA-13 a return target', () => {
  test.each([
    ['/portal/calls?day=1&x=/public', `${origin}/portal/calls?day=1&x=/public`],
    ['/a%20b#c', `${origin}/a%20b#c`],
    [`${origin}/portal`, `${origin}/portal`],
    ['https://CONTOSO.app.example/x', 'https://contoso.app.example/x'],
    ['/authors', `${origin}/authors`],
    ['/portal/auth/x', `${origin}/portal/auth/x`],
    ['/portal/%2f', `${origin}/portal/%2f`],
    ['/portal//', `${origin}/portal//`],
  ])('%s is taken', (wanted, target) => expect(choose(wanted)).toBe(target))

  test.each([
    ['//evil.test'],
    ['/\\evil.test'],
    ['\\\\evil.test'],
    ['/%2f%2fevil.test'],
    ['/%5cevil.test'],
    ['/%252fevil.test'],
    ['/%25255cevil.test'],
    ['/%09/evil.test'],
    ['/.//evil.test'],
    ['/a/..//evil.test'],
    ['/\t/evil.test'],
    ['\t//evil.test'],
    [' /x'],
    ['/x\u0000'],
    ['/x\u2028y'],
    ['javascript:alert(1)'],
    ['data:text/html,x'],
    ['https:evil.test'],
    ['https:///evil.test'],
    ['https://evil.test/'],
    ['http://contoso.phone.example/'],
    ['https://contoso.phone.example:8443/'],
    ['https://contoso.phone.example.evil.test/'],
    ['https://contoso.phone.example@evil.test/'],
    ['https://user:secret@contoso.phone.example/'],
    ['https://user@contoso.phone.example/'],
    ['https://:secret@contoso.phone.example/'],
    ['xhttps://contoso.phone.example/'],
    ['https://'],
    ['https://fabrikam.phone.example/'],
    ['https://xn--contos-jua.phone.example/'],
    ['portal'],
    ['?x'],
    [''],
    [`/${'x'.repeat(8_192)}`],
    [undefined],
    [['/a', '/b']],
    ['/auth/signin?app=portal'],
    ['/auth'],
    ['/%61uth/signout'],
    ['/x/../auth/signout'],
    ['/AUTH/signout'],
  ])('%j falls back to the default', (wanted) => expect(choose(wanted)).toBe(home))

  test('on an app’s origin of plain http, which there is on this machine alone, is taken', () => {
    const local = { origin: 'http://contoso.localhost:4000', allowed: ['http://contoso.localhost:4000'], home }
    expect(chooseReturnTarget('http://contoso.localhost:4000/x', local)).toBe('http://contoso.localhost:4000/x')
    expect(chooseReturnTarget('https://contoso.localhost:4000/x', local)).toBe(home)
  })

  test('whatever is asked, the browser stays on the allowed origins', () => {
    const parts = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      '%2f',
      '%5c',
      '%',
      '?',
      '#',
      'evil.test',
      'https:',
      'contoso.phone.example',
      'a',
      '\t',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 9 }), (pieces) => {
        const target = new URL(choose(pieces.join('')))
        expect([origin, 'https://contoso.app.example']).toContain(target.origin)
        expect(target.pathname).not.toMatch(/^\/[/\\]|^\/auth(?:\/|$)/i)
      }),
      { numRuns: 2_000 },
    )
  })
})
