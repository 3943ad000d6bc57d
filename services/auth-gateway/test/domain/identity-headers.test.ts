import fc from 'fast-check'
import { expect, test } from 'vitest'
import { identityHeaders } from '../../src/domain/sign-in/token-claims.ts'

const tenant = { id: 'f3b2a2f4-5d7e-4f0e-9d7b-0a8f0c6a1f11', slug: 'contoso', name: 'Contoso' }
const headersOf = (displayName: string, mail: string | null = null, extensions: string[] = []) => {
  const bindings = extensions.map((extension) => ({ phoneSystemId: 'p', phoneSystemName: 'Main', extension }))
  return identityHeaders({ id: 'u', displayName, mail, bindings } as never, tenant)
}

test('T-72 FA-14 a name with line breaks, other scripts, semicolons or lone surrogates is encoded, bounded, and can be read back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
      const value = headersOf(name)['x-auth-name']
      expect(value).toMatch(/^[\w@+%.!~*'()-]*$/)
      expect(value.length).toBeLessThanOrEqual(1_200)
      expect(decodeURIComponent(value)).toBe([...name].slice(0, 100).join('').toWellFormed())
    }),
  )
  expect(headersOf('Zoë\r\nX-Auth-User: root')['x-auth-name']).toBe('Zo%C3%AB%0D%0AX-Auth-User%3A%20root')
  expect(headersOf('\ud800x')['x-auth-name']).toBe('%EF%BF%BDx')
})

test('FA-14 all headers together fit the buffer a proxy keeps for a head', () => {
  const all = headersOf('\u{1f600}'.repeat(4_096), `${'é'.repeat(50)}@example.com`, Array(200).fill('#'.repeat(32)))
  expect(Object.entries(all).join('\r\n').length).toBeLessThan(3_900 + 1_024)
  expect(all['x-auth-extensions'].split(',')).toHaveLength(30)
})

test('FA-14 an e-mail address is whole or absent, and absence is an empty header', () => {
  expect(headersOf('x', 'adele+phone@contoso.com')['x-auth-email']).toBe('adele+phone@contoso.com')
  expect(headersOf('x', `${'a'.repeat(400)}@contoso.com`)['x-auth-email']).toBe('')
  expect(headersOf('x')).toEqual({
    'x-auth-user': 'u',
    'x-auth-tenant': 'contoso',
    'x-auth-name': 'x',
    'x-auth-email': '',
    'x-auth-extensions': '',
  })
})

test('FA-14 extensions are listed, each encoded, so that their commas and blanks do not split them', () => {
  expect(headersOf('x', null, ['101', '*97#', '+49'])['x-auth-extensions']).toBe('101,*97%23,+49')
  const longest = `${'a'.repeat(308)}@contoso.com`
  expect([headersOf('x', longest)['x-auth-email'], headersOf('x', `a${longest}`)['x-auth-email']]).toEqual([
    longest,
    '',
  ])
})
