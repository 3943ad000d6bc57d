import type { App } from '@jackfield/contract/tenants/app'
import { NO_BRANDING } from '@jackfield/contract/tenants/branding'
import { describe, expect, test } from 'vitest'
import { registerApp, registeredOrigins, tenantOrigin } from '../../src/domain/app-registration.ts'
import {
  controlRedirectUri,
  isControlState,
  isDeliveredRight,
  PendingLogin,
  readAnswer,
  readTenantHost,
  redirectUriFor,
  stateFor,
} from '../../src/domain/sign-in/pending-login.ts'
import type { SharedSite, TenantSite } from '../../src/domain/site.ts'

const BASE = 'https://phone.example:8443'
const OWN = 'https://contoso.web.example'
const SLUG_HOST = 'https://contoso.phone.example:8443'
const CUSTOM = 'https://calls.contoso.example:8443'
const app = (members: Partial<App> = {}): App => ({
  clientId: 'web',
  name: 'Web',
  sharedUrl: 'https://web.example/start',
  tenantUrl: 'https://{tenant}.web.example/start',
  callbackPaths: ['/cb', '/silent'],
  postLogoutPaths: ['/bye'],
  requiresBinding: false,
  kind: 'browser',
  idTokenSignedResponseAlg: 'RS256',
  tokenEndpointAuthMethod: 'none',
  redirectSchemes: [],
  ...members,
})
const DESK = app({ clientId: 'desk', sharedUrl: undefined, tenantUrl: 'https://{tenant}.desk.example' } as Partial<App>)
const tenantSite = (origin: string, slug = 'contoso'): TenantSite => ({
  kind: 'tenant',
  origin,
  tenant: { id: 't', slug, name: 'Contoso' },
  branding: NO_BRANDING,
  accounts: [],
})
const sharedSite = (origin: string): SharedSite => ({ kind: 'shared', origin })
const NOTHING = { redirectUris: [], postLogoutRedirectUris: [], backchannelLogoutUri: undefined }

describe('T-40 where an app may be answered for a tenant', () => {
  const on = (origin: string, members: Partial<App> = {}) =>
    registerApp(app(members), tenantSite(origin), [app(members), DESK], BASE)

  test.each([OWN, SLUG_HOST, 'https://contoso.desk.example'])('on its own host alone, asked at %s', (origin) => {
    expect(on(origin)).toEqual({
      redirectUris: [`${OWN}/cb`, `${OWN}/silent`, `${OWN}/auth/signed-in`],
      postLogoutRedirectUris: [`${OWN}/bye`],
      backchannelLogoutUri: undefined,
    })
  })

  test('S20 on a custom host of the tenant too, asked there', () => {
    expect(on(CUSTOM)).toMatchObject({
      redirectUris: [
        ...[`${OWN}/cb`, `${OWN}/silent`, `${CUSTOM}/cb`, `${CUSTOM}/silent`],
        ...[`${OWN}/auth/signed-in`, `${CUSTOM}/auth/signed-in`],
      ],
      postLogoutRedirectUris: [`${OWN}/bye`, `${CUSTOM}/bye`],
    })
  })

  test.each([
    ['browser', [`${OWN}/cb`, `${OWN}/auth/signed-in`]],
    ['server', [`${OWN}/cb`, `${SLUG_HOST}/auth/signin/done`]],
    ['native', [`${OWN}/cb`, 'http://127.0.0.1/cb', 'http://[::1]/cb']],
    ['device', [`${OWN}/cb`]],
  ] as const)('as an app of the kind %s', (kind, redirectUris) => {
    expect(on(SLUG_HOST, { kind, callbackPaths: ['/cb'] }).redirectUris).toEqual(redirectUris)
  })

  test('T-61 with its address for ended sessions on its own host', () => {
    expect(on(CUSTOM, { backchannelLogoutPath: '/out' }).backchannelLogoutUri).toBe(`${OWN}/out`)
  })

  test('nowhere when its address cannot be read, but on a custom host', () => {
    const broken = { tenantUrl: 'no address {tenant}', kind: 'server' as const, backchannelLogoutPath: '/out' }
    expect(on(SLUG_HOST, broken)).toEqual(NOTHING)
    expect(on(CUSTOM, broken)).toEqual({
      redirectUris: [`${CUSTOM}/cb`, `${CUSTOM}/silent`, `${CUSTOM}/auth/signin/done`],
      postLogoutRedirectUris: [`${CUSTOM}/bye`],
      backchannelLogoutUri: undefined,
    })
    expect(tenantOrigin(app(broken), 'contoso')).toBeUndefined()
  })

  test('is exactly at its scheme, host and port, whatever its path', () => {
    expect(tenantOrigin(app({ tenantUrl: 'http://web.{tenant}.localhost:4000/a/b' }), 'acme')).toBe(
      'http://web.acme.localhost:4000',
    )
  })
})

describe('T-40 where an app may be answered on a shared host', () => {
  const on = (origin: string, members: Partial<App> = {}) => registerApp(app(members), sharedSite(origin), [], BASE)
  test.each([
    ['browser', ['/cb', '/silent', '/auth/signed-in']],
    ['server', ['/cb', '/silent', '/auth/signin/done']],
  ] as const)('that is its own, as an app of the kind %s', (kind, paths) => {
    expect(on('https://web.example', { kind, backchannelLogoutPath: '/out' })).toEqual({
      redirectUris: paths.map((path) => `https://web.example${path}`),
      postLogoutRedirectUris: ['https://web.example/bye'],
      backchannelLogoutUri: 'https://web.example/out',
    })
  })
  test.each([
    ['of another app', 'https://desk.example', {}],
    ['on another port', 'https://web.example:444', {}],
    ['where it has none', 'https://web.example', { sharedUrl: undefined }],
    ['where its own cannot be read', 'https://web.example', { sharedUrl: 'no address' }],
    ['as a device, to which no browser returns', 'https://web.example', { kind: 'device' }],
  ])('nowhere: %s', (_, origin, members) => {
    expect(on(origin, members as Partial<App>)).toEqual(NOTHING)
  })
  test('without an address for ended sessions unless it names one', () => {
    expect(on('https://web.example').backchannelLogoutUri).toBeUndefined()
  })
})

describe('T-23 the origins that may call a host', () => {
  const apps = [app(), DESK]
  test('are those of its apps, and each once', () => {
    expect([...registeredOrigins(tenantSite(SLUG_HOST), apps, BASE)]).toEqual([OWN, 'https://contoso.desk.example'])
    expect([...registeredOrigins(tenantSite(CUSTOM), apps, BASE)]).toEqual([
      OWN,
      CUSTOM,
      'https://contoso.desk.example',
    ])
    expect([...registeredOrigins(sharedSite('https://web.example'), apps, BASE)]).toEqual(['https://web.example'])
  })
  test('are cached for each host, tenant, platform and catalogue', () => {
    const site = tenantSite(SLUG_HOST)
    const found = registeredOrigins(site, apps, BASE)
    expect(registeredOrigins(tenantSite(SLUG_HOST), apps, BASE)).toBe(found)
    expect([...registeredOrigins(tenantSite(SLUG_HOST, 'acme'), apps, BASE)]).toContain('https://acme.web.example')
    expect([...registeredOrigins(site, apps, 'https://other.example')]).toContain(SLUG_HOST)
    expect([...registeredOrigins(sharedSite(SLUG_HOST), apps, BASE)]).toEqual([])
    expect([...registeredOrigins(site, [DESK], BASE)]).toEqual(['https://contoso.desk.example'])
  })
})

describe('S6 the redirect URI of a sign-in to Control', () => {
  const on = (mode: 'single' | 'per-app', origin: string, apps: App[]) =>
    controlRedirectUri(mode, tenantSite(origin), apps, BASE)
  test.each([
    ['is the platform’s in single mode', 'single', OWN, [], `${BASE}/auth/microsoft/callback`],
    [
      'is that of the app on the host that was named',
      'per-app',
      OWN,
      [DESK, app()],
      `${OWN}/auth/microsoft/callback/web`,
    ],
    [
      'is that of the first app otherwise',
      'per-app',
      SLUG_HOST,
      [DESK, app()],
      'https://contoso.desk.example/auth/microsoft/callback/desk',
    ],
    [
      'is that of an app whose address can be read',
      'per-app',
      OWN,
      [app({ tenantUrl: 'none' }), DESK],
      'https://contoso.desk.example/auth/microsoft/callback/desk',
    ],
    ['is none while there is no app', 'per-app', OWN, [], undefined],
  ] as const)('%s', (_, mode, origin, apps, uri) => {
    expect(on(mode, origin, [...apps])).toBe(uri)
  })

  test('has a state with a prefix', () => {
    const states = [stateFor('control', 'abc'), stateFor('app', 'abc'), 'xcontrol.', '']
    expect(states.map(isControlState)).toEqual([true, false, false, false])
    expect([stateFor('control', 'a'), stateFor('app', 'a')]).toEqual(['control.a', 'a'])
  })

  test.each([
    ['contoso', BASE, 'contoso.phone.example:8443'],
    ['con-toso7', 'https://phone.example', 'con-toso7.phone.example'],
    ['contoso.phone.example', BASE, 'contoso.phone.example:8443'],
    ['https://contoso.phone.example:8443/portal/?x=1#y', BASE, 'contoso.phone.example:8443'],
    ['http://calls.contoso.example', BASE, 'calls.contoso.example:8443'],
    ['calls.contoso.example/', 'https://phone.example', 'calls.contoso.example'],
    ['calls.contoso.example?x', 'https://phone.example', 'calls.contoso.example'],
    ['calls.contoso.example:9', BASE, 'calls.contoso.example:9'],
    ['xhttps://contoso', 'https://phone.example', 'xhttps:'],
  ])('%s on %s means the host %s', (text, baseUrl, host) => {
    expect(readTenantHost(text, baseUrl)).toBe(host)
  })
})

describe('T-10 an answer of Microsoft', () => {
  const pending = PendingLogin.parse({
    purpose: 'app',
    verifier: 'v',
    nonce: 'n',
    tenantId: 't',
    accountId: 'a',
    origin: SLUG_HOST,
    redirectUri: redirectUriFor('per-app', BASE, SLUG_HOST, 'web'),
    interaction: 'i',
    clientId: 'web',
    returnOrigin: OWN,
    browser: 'b',
  })
  const path = '/auth/microsoft/callback/web'
  const right = { tenantId: 't', origin: SLUG_HOST, browsers: ['a', 'b'], path }
  const single = { ...pending, redirectUri: redirectUriFor('single', BASE, SLUG_HOST, 'web') }

  test.each([
    ['where it was asked', pending, {}, true],
    ['on a shared host, which names no tenant', pending, { tenantId: undefined }, true],
    ['on another tenant’s host', pending, { tenantId: 'u' }, false],
    ['on another host', pending, { origin: OWN }, false],
    ['in another browser', pending, { browsers: ['c'] }, false],
    ['in a browser that is not known', pending, { browsers: [] }, false],
    ['at another app’s address', pending, { path: '/auth/microsoft/callback/desk' }, false],
    ['at the plain address', pending, { path: '/auth/microsoft/callback' }, false],
    ['handed on by the platform’s host', single, { path: '/auth/microsoft/callback' }, true],
    ['handed on by it to an app’s address', single, {}, false],
  ])('%s is accepted: %s', (_, login, members, isRight) => {
    expect(isDeliveredRight(login, { ...right, ...members })).toBe(isRight)
  })

  test('comes to the platform’s address, or to the app’s on the host', () => {
    expect(redirectUriFor('single', BASE, OWN, 'web')).toBe(`${BASE}/auth/microsoft/callback`)
    expect(redirectUriFor('per-app', BASE, OWN, 'web')).toBe(`${OWN}/auth/microsoft/callback/web`)
  })

  test('without a named tenant the person may choose one', () => {
    expect(pending).toMatchObject({ isTenantChosen: false })
    expect(PendingLogin.parse({ ...pending, isTenantChosen: true })).toMatchObject({ isTenantChosen: true })
  })

  test('is read member by member, each once and of limited length', () => {
    const all = ['code', 'state', 'session_state', 'error', 'error_description', 'error_uri', 'error_subcode', 'iss']
    const query = Object.fromEntries(all.map((name) => [name, `${name}!`]))
    expect(Object.fromEntries(readAnswer({ ...query, evil: 'x' }))).toEqual(query)
    expect([
      ...readAnswer({ code: ['a', 'b'], state: 7, iss: 'x'.repeat(8_193), error: 'x'.repeat(8_192) }).keys(),
    ]).toEqual(['error'])
  })
})
