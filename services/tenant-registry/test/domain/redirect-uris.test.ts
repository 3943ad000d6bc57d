import { expect, test } from 'vitest'
import { redirectUriDifference, redirectUris, registeredAfter } from '../../src/domain/connection/redirect-uris.ts'

const BASE = 'https://phone.example:8443'
const apps = [
  { clientId: 'web', tenantUrl: 'https://{tenant}.phone.example:8443/web' },
  { clientId: 'desk', sharedUrl: 'https://desk.phone.example/', tenantUrl: 'https://{tenant}.phone.example:8443/desk' },
]
const uris = (customHosts: string[], slug = 'contoso') =>
  redirectUris('per-app', { slug, customHosts }, apps, BASE).map(({ uri }) => uri)
const items = (...all: string[]) => all.map((uri) => ({ uri, clientId: 'web', host: 'tenant' as const }))

test('S19 without custom hosts each app has two redirect URIs, on its shared host and on the tenant’s', () => {
  expect(uris([])).toEqual([
    'https://phone.example:8443/auth/microsoft/callback/web',
    'https://contoso.phone.example:8443/auth/microsoft/callback/web',
    'https://desk.phone.example/auth/microsoft/callback/desk',
    'https://contoso.phone.example:8443/auth/microsoft/callback/desk',
  ])
})

test('S20 a custom host adds one for each app, by the scheme and on the port of the platform', () => {
  expect(uris(['phone.contoso.example']).filter((uri) => !uris([]).includes(uri))).toEqual([
    'https://phone.contoso.example:8443/auth/microsoft/callback/web',
    'https://phone.contoso.example:8443/auth/microsoft/callback/desk',
  ])
})

test('S19 in single mode slug and custom hosts change nothing', () => {
  expect(redirectUris('single', { slug: 'x', customHosts: ['a.example'] }, apps, BASE)).toEqual([
    { uri: `${BASE}/auth/microsoft/callback`, clientId: null, host: 'platform' },
  ])
})

test.each([
  ['never tested', ['a', 'b'], null, false, ['a', 'b'], []],
  ['the same', ['a', 'b'], ['b', 'a'], false, [], []],
  ['one more is needed', ['a', 'b'], ['a'], true, ['b'], []],
  ['one is needed no more', ['a'], ['a', 'b'], true, [], ['b']],
  ['another slug', ['a', 'new'], ['a', 'old'], true, ['new'], ['old']],
  ['none is needed and none there', [], [], false, [], []],
] as const)('S20 the difference with %s', (_name, expected, registered, outdated, missing, obsolete) => {
  const difference = redirectUriDifference(items(...expected), registered)
  expect(difference).toEqual({ outdated, missing: items(...missing), obsolete })
})

test.each([
  ['nothing was asked', ['a'], undefined, ['a']],
  ['nothing was asked, ever', null, undefined, null],
  ['found', null, [['a', 'registered']], ['a']],
  ['gone', ['a'], [['a', 'not-registered']], []],
  ['unclear, known before', ['a'], [['a', 'unclear']], ['a']],
  ['unclear, unknown before', [], [['a', 'unclear']], []],
  ['not asked for, known before', ['a', 'b'], [['b', 'registered']], ['a', 'b']],
] as const)('S20 what is known to be registered after: %s', (_name, before, told, after) => {
  const probes = told?.map(([uri, kind]) =>
    kind === 'registered' ? { uri, kind, platform: 'unknown' as const } : { uri, kind },
  )
  expect(registeredAfter(before, probes)).toEqual(after)
})
