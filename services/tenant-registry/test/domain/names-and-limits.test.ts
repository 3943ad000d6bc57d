import { RESERVED_SLUGS } from '@jackfield/contract/tenants/tenant'
import { describe, expect, test } from 'vitest'
import {
  controlEntry,
  hostCandidates,
  isPlatformHost,
  isReservedHost,
  sharedHostnames,
  slugsAt,
} from '../../src/domain/host.ts'
import { OUTBOUND_LIMITS, outboundKeys } from '../../src/domain/outbound-limits.ts'
import { isReservedSlug } from '../../src/domain/tenant.ts'

test.each<[string, boolean]>([
  ...[...RESERVED_SLUGS].map((slug): [string, boolean] => [slug, true]),
  ['xn--contoso', true],
  ['ab--contoso', true],
  ['contoso', false],
  ['contoso--ltd', false],
  ['a--b', false],
  ['abc--d', false],
  ['controls', false],
])('S1 the slug %s is reserved: %s', (slug, isReserved) => {
  expect(isReservedSlug(slug)).toBe(isReserved)
})

test.each([
  ['https://phone.example', 'https://control.phone.example/enter#t0ken'],
  ['http://phone.localhost:4000', 'http://control.phone.localhost:4000/enter#t0ken'],
])('S6 a link into Control of %s carries its token in the fragment: %s', (baseUrl, link) => {
  expect(controlEntry(baseUrl, 't0ken')).toBe(link)
})

describe('SI-03 a request to speak to the outside', () => {
  const keys = (params: object) => outboundKeys({ caller: { sub: 'me' }, params })
  test('is counted by caller, tenant and account', () => {
    expect(keys({ tenantId: 't', accountId: 'a' })).toEqual({ caller: 'me', tenant: 't', account: 't a' })
    expect(keys({ tenantId: 't', hostname: 'h' })).toEqual({ caller: 'me', tenant: 't', account: 't h' })
    expect(keys({ tenantId: 't', accountId: 'a', hostname: 'h' }).account).toBe('t a')
    expect(keys({ tenantId: 'u', accountId: 'a' }).account).not.toBe(keys({ tenantId: 't', accountId: 'a' }).account)
  })
  test('is not counted by what it has not', () => {
    expect([keys({ tenantId: 't' }), keys({})]).toEqual([
      { caller: 'me', tenant: 't', account: undefined },
      { caller: 'me', tenant: undefined, account: undefined },
    ])
  })
  test('may be made more often by a caller than in a tenant, and there more often than for an account', () => {
    expect(OUTBOUND_LIMITS.caller).toBeGreaterThan(OUTBOUND_LIMITS.tenant)
    expect(OUTBOUND_LIMITS.tenant).toBeGreaterThan(OUTBOUND_LIMITS.account)
  })
})

describe('RU-10 a host', () => {
  const BASE = 'https://phone.example:8443'
  const apps = [
    { tenantUrl: 'http://{tenant}.web.example:8080/app', sharedUrl: 'https://desk.example/x' },
    { tenantUrl: 'https://{tenant}.phone.example:8443/web' },
    { tenantUrl: 'https://tel.{tenant}.example', sharedUrl: 'https://tel.example:444' },
  ]
  test('that is shared means that first, at its origin', () => {
    expect(hostCandidates('desk.example', BASE, apps)).toEqual([{ kind: 'shared', origin: 'https://desk.example' }])
    expect(hostCandidates('tel.example:444', BASE, apps)[0]).toEqual({
      kind: 'shared',
      origin: 'https://tel.example:444',
    })
    expect(hostCandidates('tel.example', BASE, apps)).toEqual([])
  })
  test('may be several things at once, the most trusted first', () => {
    expect(hostCandidates('acme.phone.example:8443', BASE, apps).map(({ kind }) => kind)).toEqual([
      'slug',
      'slug',
      'custom',
    ])
  })
  test.each([
    ['phone.example', true],
    ['control.phone.example', true],
    ['acme.phone.example', false],
    ['example', false],
    ['control', false],
    ['notcontrol.phone.example', false],
  ])('%s is the platform’s own: %s', (hostname, isReserved) => {
    expect(isReservedHost(hostname, BASE)).toBe(isReserved)
  })
  test('that is shared is so on all its ports, to a browser’s cookies (RFC 6265 8.5)', () => {
    expect(sharedHostnames(apps)).toEqual(new Set(['desk.example', 'tel.example']))
    expect(isPlatformHost('tel.example', BASE, apps)).toBe(true)
  })
  test.each([
    ['acme.phone.example', ['acme']],
    ['acme.web.example', ['acme']],
    ['tel.acme.example', ['acme']],
    ['tel.phone.example', ['tel', 'phone']],
    ['phone.example', []],
    ['a.b.phone.example', []],
    ['acme.other.example', []],
  ])('%s is, on some port, that of the slugs %j', (hostname, slugs) => {
    expect(slugsAt(hostname, BASE, apps)).toEqual(slugs)
  })
})
