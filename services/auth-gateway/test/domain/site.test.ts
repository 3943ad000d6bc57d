import type { SignInTenant } from '@jackfield/contract/internal/internal-api'
import { type Branding, NO_BRANDING } from '@jackfield/contract/tenants/branding'
import { describe, expect, test } from 'vitest'
import { onePerDirectory, readAddress, readDomainHint, realmsIn } from '../../src/domain/sign-in/home-realm.ts'
import {
  brandingOf,
  homeOf,
  nameOf,
  namespaceOf,
  platformSites,
  readHost,
  type Site,
  shownName,
  type TenantSite,
} from '../../src/domain/site.ts'

const branded: Branding = { ...NO_BRANDING, displayName: 'Contoso Telephones' }
const tenantSite = (origin: string, members: Partial<TenantSite> = {}): TenantSite => ({
  kind: 'tenant',
  origin,
  tenant: { id: 't1', slug: 'contoso', name: 'Contoso' },
  branding: NO_BRANDING,
  accounts: [],
  ...members,
})
const shared = { kind: 'shared', origin: 'https://web.example' } as const

test('the platform has two hosts of its own, its own and Control’s', () => {
  expect([...platformSites('http://phone.localhost:4000/')]).toEqual([
    ['phone.localhost:4000', { kind: 'platform', origin: 'http://phone.localhost:4000' }],
    ['control.phone.localhost:4000', { kind: 'control', origin: 'http://control.phone.localhost:4000' }],
  ])
})

describe('T-70 the Host header', () => {
  test.each([
    ['Contoso.Phone.Example', 'contoso.phone.example'],
    ['localhost:4000', 'localhost:4000'],
    ['xn--x.example:443', 'xn--x.example'],
    ['xn--x.example:80', 'xn--x.example:80'],
    ['127.0.0.1:80', '127.0.0.1:80'],
    ['[::1]:4000', '[::1]:4000'],
    [`${'a.'.repeat(126)}example`, `${'a.'.repeat(126)}example`],
    [`${'a'.repeat(260)}`, `${'a'.repeat(260)}`],
  ])('%s is read as %s', (header, host) => {
    expect(readHost(header, 'https:')).toBe(host)
  })
  test.each([
    ...[
      '',
      ' ',
      'a b',
      'u@host',
      'host/path',
      'host:1:2',
      'host:',
      'host:123456',
      'host:x',
      '.host',
      'host.',
      'a..b',
      'x[::1]',
      '[::1]x',
      '[::g]',
    ],
    ...['host\\x', 'hö.example', 'a'.repeat(261), '[]', 'host,other', undefined],
  ])('%s is none', (header) => {
    expect(readHost(header, 'https:')).toBeUndefined()
  })
})

describe('T-23 the namespace of stored records', () => {
  const sites = [
    tenantSite('https://contoso.phone.example'),
    tenantSite('https://calls.contoso.example'),
    tenantSite('https://contoso.phone.example', { tenant: { id: 't2', slug: 'contoso', name: 'Contoso' } }),
    shared,
    { ...shared, origin: 'https://desk.example' },
  ]
  test('differs by host and by tenant', () => {
    expect(new Set(sites.map(namespaceOf)).size).toBe(sites.length)
    expect(namespaceOf(tenantSite('https://contoso.phone.example'))).toBe(
      namespaceOf(tenantSite('https://contoso.phone.example')),
    )
  })
  test('belongs to its tenant, on each of its hosts; on shared hosts to no tenant', () => {
    expect(sites.map(homeOf)).toEqual(['t1', 't1', 't2', 'shared', 'shared'])
  })
})

describe('SI-09 the name over a page', () => {
  test.each<[string, Site, string | undefined, Branding]>([
    ['is the tenant’s', tenantSite('https://x'), 'Contoso', NO_BRANDING],
    ['is what it wants to be called', tenantSite('https://x', { branding: branded }), 'Contoso Telephones', branded],
    ['is none on a shared host', shared, undefined, NO_BRANDING],
    ['is none on the platform’s own', { kind: 'platform', origin: 'https://x' }, undefined, NO_BRANDING],
    ['is none in Control', { kind: 'control', origin: 'https://x' }, undefined, NO_BRANDING],
  ])('%s', (_, site, name, branding) => {
    expect([nameOf(site), brandingOf(site)]).toEqual([name, branding])
  })
  test('is shown for a tenant wherever it is known', () => {
    expect(shownName({ tenant: { id: 't', slug: 's', name: 'Contoso' }, branding: branded })).toBe('Contoso Telephones')
  })
})

describe('S39 where somebody signs in on a shared host', () => {
  test.each([
    ['Adele@Contoso.com', 'adele@contoso.com'],
    ['  adele@contoso.com\n', 'adele@contoso.com'],
    ['a@b.c', 'a@b.c'],
    ['ädele@contoso.com', 'ädele@contoso.com'],
    [`${'a'.repeat(64)}@contoso.com`, `${'a'.repeat(64)}@contoso.com`],
    [`a@${'b'.repeat(314)}.com`, `a@${'b'.repeat(314)}.com`],
  ])('is told by the address %j', (text, address) => {
    expect(readAddress(text)).toBe(address)
  })
  test.each([
    ...[
      '',
      'adele',
      '@contoso.com',
      'adele@',
      'adele@contoso',
      'a@b@c.com',
      'a b@c.com',
      'a@b c.com',
      'a@.com',
      'a@b.',
      'a@b.c\u0000',
      'a\u0007@b.c',
    ],
    ...[`${'a'.repeat(65)}@contoso.com`, `a@${'b'.repeat(315)}.com`, undefined],
  ])('is not told by %j', (text) => {
    expect(readAddress(text)).toBeUndefined()
  })

  test.each([
    ['contoso.com', '@contoso.com'],
    ['Sales.Contoso.CO.uk', '@sales.contoso.co.uk'],
    [`${'a'.repeat(251)}.com`, `@${'a'.repeat(251)}.com`],
    [`${'a'.repeat(252)}.com`, undefined],
    ['organizations', undefined],
    ['consumers', undefined],
    ['', undefined],
    [undefined, undefined],
    ['.com', undefined],
    ['contoso.', undefined],
    ['a..b', undefined],
    ['@contoso.com', undefined],
    ['contoso.com/x', undefined],
    ['x contoso.com', undefined],
  ])('the domain hint %j names %s', (hint, domain) => {
    expect(readDomainHint(hint)).toBe(domain)
  })

  const account = (id: string, directoryId: string) =>
    ({ id, directoryId }) as unknown as SignInTenant['accounts'][number]
  const tenant = (id: string, ...accounts: SignInTenant['accounts']): SignInTenant => ({
    tenant: { id, slug: id, name: id },
    branding: NO_BRANDING,
    accounts,
  })

  test('is the tenant’s account in the directory, if it has one', () => {
    const contoso = tenant('contoso', account('a1', 'd1'), account('a2', 'd2'), account('a3', 'd2'))
    expect(realmsIn(contoso, 'd2')).toEqual([
      { tenant: contoso.tenant, branding: NO_BRANDING, account: account('a2', 'd2') },
    ])
    expect(realmsIn(contoso, 'd3')).toEqual([])
  })

  test('is the first account of each directory', () => {
    const realms = ['d1', 'd2', 'd1', 'd3'].flatMap((directory, index) =>
      realmsIn(tenant(`t${index}`, account('a', directory)), directory),
    )
    expect(onePerDirectory(realms).map((realm) => realm.tenant.id)).toEqual(['t0', 't1', 't3'])
  })
})
