import type { RosterEntry } from '@jackfield/contract/internal/internal-api'
import { describe, expect, test } from 'vitest'
import { nameBrowser } from '../../src/domain/browser-name.ts'
import { CLAIMS_BY_SCOPE, describePerson } from '../../src/domain/sign-in/token-claims.ts'

const tenant = { id: 't', slug: 'contoso', name: 'Contoso' }
const person = (members: Partial<RosterEntry> = {}) =>
  ({
    id: 'u',
    displayName: 'Adele Vance',
    givenName: null,
    surname: null,
    userPrincipalName: 'adele@contoso.example',
    mail: null,
    businessPhones: [],
    mobilePhone: null,
    updatedAt: '2026-06-01T00:00:01.999Z',
    bindings: [],
    ...members,
  }) as unknown as RosterEntry

describe('S41 the claims about a person', () => {
  test('who has little are those that are known, and no others', () => {
    expect(describePerson(person(), tenant, 'id_token', 'openid phone_system')).toStrictEqual({
      sub: 'u',
      tenant: 'contoso',
      tenant_id: 't',
      bindings: [],
      extensions: [],
      phone_systems: [],
      name: 'Adele Vance',
      preferred_username: 'adele@contoso.example',
      updated_at: Date.parse('2026-06-01T00:00:01Z') / 1000,
    })
  })
  test('who has all are all, with a pair of extension and phone system for each binding', () => {
    const bindings = [
      { phoneSystemId: 'p1', phoneSystemName: 'Main', extension: '101' },
      { phoneSystemId: 'p2', phoneSystemName: 'Branch', extension: '7' },
    ]
    const all = {
      givenName: 'Adele',
      surname: 'Vance',
      mail: 'a@b.example',
      businessPhones: ['1', '2'],
      mobilePhone: '3',
      bindings,
    }
    expect(describePerson(person(all), tenant, 'userinfo', 'openid')).toMatchObject({
      bindings: [
        { phone_system_id: 'p1', phone_system: 'Main', extension: '101' },
        { phone_system_id: 'p2', phone_system: 'Branch', extension: '7' },
      ],
      extensions: ['101', '7'],
      phone_systems: ['Main', 'Branch'],
      given_name: 'Adele',
      family_name: 'Vance',
      email: 'a@b.example',
      phone_number: '1',
    })
    expect(describePerson(person({ mobilePhone: '3' }), tenant, 'userinfo', 'openid')).toMatchObject({
      phone_number: '3',
    })
  })
  test('each come with a scope', () => {
    const all = person({ givenName: 'A', surname: 'V', mail: 'm', mobilePhone: '3' })
    const ofScopes = Object.values(CLAIMS_BY_SCOPE).flat()
    expect(ofScopes).toEqual(expect.arrayContaining(Object.keys(describePerson(all, tenant, 'userinfo', 'openid'))))
    expect(CLAIMS_BY_SCOPE.openid).toEqual(expect.arrayContaining(['sub', 'auth_time', 'amr', 'acr']))
  })
})

describe('S54 a browser is named', () => {
  const on = (text: string) => nameBrowser(`Mozilla/5.0 ${text}`)
  test.each([
    ['(Windows NT 10.0) Chrome/140 Safari/537.36 Edge/18', 'Edge', 'Windows'],
    ['(Linux; Android 15) Chrome/140 Mobile Safari/537.36 EdgA/140', 'Edge', 'Android'],
    ['(iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 EdgiOS/140 Safari/604.1', 'Edge', 'iPhone'],
    ['(X11; CrOS x86_64 1) Chrome/140 Safari/537.36', 'Chrome', 'ChromeOS'],
    ['(Windows NT 10.0) Chrome/140 Safari/537.36 OPR/120', 'Opera', 'Windows'],
    ['(iPad; CPU OS 18_0 like Mac OS X) FxiOS/140 Safari/604.1', 'Firefox', 'iPad'],
    ['(iPod touch) CriOS/140 Mobile Safari/604.1', 'Chrome', 'iPhone'],
    ['(X11; Linux x86_64) HeadlessChrome/140 Safari/537.36', 'Chrome', 'Linux'],
    ['(Macintosh) Version/18.0.1 Safari/605.1.15', 'Safari', 'macOS'],
    ['(Macintosh) Version/18.0 Mobile/15E Safari/605.1.15', 'Safari', 'macOS'],
    ['(Linux; Android 9) SamsungBrowser/9 Chrome/70', 'Samsung Internet', 'Android'],
    ['(Macintosh) Safari/605.1.15', undefined, 'macOS'],
    ['(Unix) xChrome/1 Chromex/1 Windowsx xLinux', undefined, undefined],
  ])('of %s: %s on %s', (text, browser, system) => {
    expect(on(text)).toEqual({ browser, system })
  })
  test('by its first 500 characters alone', () => {
    expect(nameBrowser(`${'x'.repeat(492)} Firefox/1`)).toEqual({ browser: undefined, system: undefined })
    expect(nameBrowser(`${'x'.repeat(491)} Firefox/1`).browser).toBe('Firefox')
  })
})
