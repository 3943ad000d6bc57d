import { decodeProtectedHeader } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { send } from '../browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from '../given.ts'
import { oauthErrorOf } from '../oidc-client.ts'
import { type Answer, clientOf, type Mode } from './answers.ts'

/* The modules of the plans Basic OP and Form Post OP, each under its name in the suite, for answers by redirect and by form. */

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenApp(world, 'other')
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const userinfo = (token: string, init: Parameters<typeof send>[1] = {}) =>
  send(`${origin}/auth/userinfo`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const errorOf = ({ url }: Answer) => url.searchParams.get('error')

describe.each<Mode>(['query', 'form_post'])('Basic OP, answers by %s:', (mode) => {
  const { ask, signIn, redeem } = clientOf(() => world, mode)
  const succeedsWith = (more: Record<string, string>) => async () => {
    const { tokens, login, url } = await signIn(more)
    expect(url.searchParams.get('state')).toBe(login.state)
    expect(url.searchParams.get('iss')).toBe(`${origin}/auth`)
    expect(tokens.claims()?.tenant).toBe('contoso')
  }

  test('FC-80 oidcc-server oidcc-idtoken-signature a person signs in, and the ID token verifies', async () => {
    const { tokens, login } = await signIn()
    expect(tokens.claims()).toMatchObject({
      iss: `${origin}/auth`,
      aud: 'web-client',
      nonce: login.nonce,
      sub: expect.any(String),
    })
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'RS256', kid: expect.any(String) })
  })
  test('AZ-11 oidcc-response-type-missing', async () => {
    const answer = await ask({}, { change: (url) => url.searchParams.delete('response_type') })
    expect(['invalid_request', 'unsupported_response_type']).toContain(errorOf(answer))
  })

  test('oidcc-userinfo-get TE-16', async () => {
    const { tokens } = await signIn()
    const answer = await userinfo(tokens.access_token)
    expect([answer.status, JSON.parse(answer.text).sub]).toEqual([200, tokens.claims()?.sub])
  })
  test('oidcc-userinfo-post-header TE-18', async () => {
    const { tokens } = await signIn()
    const answer = await userinfo(tokens.access_token, { method: 'POST' })
    expect([answer.status, JSON.parse(answer.text).sub]).toEqual([200, tokens.claims()?.sub])
  })
  test('oidcc-userinfo-post-body TE-18', async () => {
    const { tokens } = await signIn()
    const body = new URLSearchParams({ access_token: tokens.access_token }).toString()
    const answer = await send(`${origin}/auth/userinfo`, { method: 'POST', headers: form, body })
    expect([answer.status, JSON.parse(answer.text).sub]).toEqual([200, tokens.claims()?.sub])
  })

  test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    const answer = await ask({}, { change: (url) => url.searchParams.delete('nonce') })
    const tokens = await client.authorizationCodeGrant(answer.app.configuration, answer.url, {
      pkceCodeVerifier: answer.login.verifier,
      expectedState: answer.login.state,
    })
    expect(tokens.claims()).not.toHaveProperty('nonce')
  })

  test.each([
    ['oidcc-scope-profile', 'openid profile', ['name', 'given_name', 'family_name', 'preferred_username']],
    ['oidcc-scope-email', 'openid email', ['email']],
    ['oidcc-scope-phone', 'openid phone', ['phone_number']],
    ['oidcc-scope-all', 'openid address email phone profile', ['name', 'email', 'phone_number']],
  ] as const)('%s gives the claims of %s, in the ID token and at userinfo', async (_module, scope, claims) => {
    const { tokens } = await signIn({ scope })
    const told = JSON.parse((await userinfo(tokens.access_token)).text)
    for (const claim of claims) {
      expect(tokens.claims()).toHaveProperty(claim)
      expect(told[claim]).toEqual(tokens.claims()?.[claim])
    }
  })
  test('oidcc-scope-address is left out: nobody has one here, and what is granted is said', async () => {
    const { tokens } = await signIn({ scope: 'openid address' })
    expect(tokens.scope?.split(' ')).toEqual(['openid'])
    expect(tokens.claims()).not.toHaveProperty('address')
  })

  test('AZ-16 oidcc-alternate-happy-flow scopes and parameters in another order', async () => {
    const reverse = (url: URL) => {
      url.search = new URLSearchParams([...url.searchParams].reverse()).toString()
    }
    const { tokens } = await signIn({ scope: 'phone_system email profile openid' }, { change: reverse })
    expect(tokens.claims()?.tenant).toBe('contoso')
  })
  test('AZ-16 oidcc-display-page', succeedsWith({ display: 'page' }))
  test('AZ-16 oidcc-display-popup', succeedsWith({ display: 'popup' }))
  test('AZ-16 oidcc-ui-locales', succeedsWith({ ui_locales: 'se' }))
  test('AZ-16 oidcc-claims-locales', succeedsWith({ claims_locales: 'se' }))
  test('AZ-16 oidcc-ensure-request-with-acr-values-succeeds', succeedsWith({ acr_values: '1 2' }))
  test('AZ-16 oidcc-ensure-request-with-unknown-parameter-succeeds', succeedsWith({ extra: 'foobar' }))
  test('oidcc-login-hint', succeedsWith({ login_hint: 'buffy@contoso.example' }))
  test('oidcc-ensure-request-with-valid-pkce-succeeds', succeedsWith({}))
  test('oidcc-claims-essential the parameter is ignored; the name comes with the scope profile', async () => {
    const { tokens } = await signIn({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) })
    expect(JSON.parse((await userinfo(tokens.access_token)).text).name).toBe('Adele Vance')
  })

  test('AZ-18 oidcc-prompt-none-not-logged-in', async () => {
    const answer = await ask({ prompt: 'none' })
    expect([answer.wasAsked, errorOf(answer), answer.url.searchParams.get('state')]).toEqual([
      false,
      'login_required',
      answer.login.state,
    ])
  })
  test.each([
    ['AZ-18 oidcc-prompt-none-logged-in', async () => ({ prompt: 'none' })],
    ['oidcc-max-age-10000', async () => ({ max_age: '10000' })],
    ['oidcc-id-token-hint', async (hint: string) => ({ prompt: 'none', id_token_hint: hint })],
  ] as const)('%s the same person, at the same time, without being asked', async (_module, more) => {
    const { browser, tokens } = await signIn({ max_age: '15000' })
    const again = await signIn((await more(tokens.id_token ?? '')) as Record<string, string>, { browser })
    expect(again.wasAsked).toBe(false)
    expect(again.tokens.claims()).toMatchObject({ sub: tokens.claims()?.sub, auth_time: tokens.claims()?.auth_time })
    expect(again.tokens.claims()?.auth_time).toBeTypeOf('number')
  })
  test.each([
    ['oidcc-prompt-login', { prompt: 'login' }],
    ['oidcc-max-age-1', { max_age: '1' }],
  ])('AZ-19 %s the person is asked again, at a later time', async (_module, more) => {
    const { browser, tokens } = await signIn()
    await vi.waitFor(() => expect(Date.now() / 1000 - Number(tokens.claims()?.auth_time)).toBeGreaterThan(2), {
      timeout: 5_000,
    })
    const again = await signIn(more, { browser })
    expect(again.wasAsked).toBe(true)
    expect(again.tokens.claims()?.sub).toBe(tokens.claims()?.sub)
    expect(Number(again.tokens.claims()?.auth_time)).toBeGreaterThan(Number(tokens.claims()?.auth_time))
  })

  test.each([
    ['TE-01 oidcc-codereuse', 0],
    ['TE-02 oidcc-codereuse-30seconds', 30],
  ])('%s a code used again ends what it gave', async (_module, seconds) => {
    const first = await signIn()
    expect((await userinfo(first.tokens.access_token)).status).toBe(200)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
    try {
      expect(await oauthErrorOf(redeem(first))).toBe('invalid_grant')
      expect((await userinfo(first.tokens.access_token)).status).toBe(401)
      const refresh = client.refreshTokenGrant(first.app.configuration, first.tokens.refresh_token ?? '')
      expect(await oauthErrorOf(refresh)).toBe('invalid_grant')
    } finally {
      vi.useRealTimers()
    }
  })

  test('RU-01 oidcc-ensure-registered-redirect-uri an unregistered one is shown an error, and sent nothing', async () => {
    const { page } = await ask({ redirect_uri: 'https://evil.test/callback' })
    expect([page.status, page.url.origin, page.html.includes('evil.test')]).toEqual([400, origin, false])
  })
  test('AZ-17 oidcc-ensure-post-request-succeeds', async () => {
    const { tokens, wasAsked } = await signIn({}, { method: 'POST' })
    expect([wasAsked, tokens.claims()?.tenant]).toEqual([true, 'contoso'])
  })

  test('AZ-21 oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async () =>
    expect(errorOf(await ask({ request_uri: `${origin}/request` }))).toBe('request_uri_not_supported'))
  test('AZ-21 oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported', async () =>
    expect(errorOf(await ask({ request: 'eyJhbGciOiJub25lIn0.e30.' }))).toBe('request_not_supported'))
  test('oidcc-ensure-request-object-with-redirect-uri the address outside the object decides: an unregistered one is shown an error', async () => {
    const object = Buffer.from(JSON.stringify({ redirect_uri: `${origin}/callback` })).toString('base64url')
    const { page } = await ask({ request: `eyJhbGciOiJub25lIn0.${object}.`, redirect_uri: `${origin}/unregistered` })
    expect([page.status, page.url.origin]).toEqual([400, origin])
  })

  test('RT-05 oidcc-refresh-token works for its own client alone', async () => {
    const first = await signIn({ scope: 'openid offline_access', prompt: 'consent' })
    const second = await signIn({ scope: 'openid offline_access', prompt: 'consent' }, { clientId: 'other' })
    const renewed = await client.refreshTokenGrant(first.app.configuration, first.tokens.refresh_token ?? '')
    expect(renewed.claims()).toMatchObject({
      iss: `${origin}/auth`,
      aud: 'web-client',
      sub: first.tokens.claims()?.sub,
    })
    expect((await userinfo(renewed.access_token)).status).toBe(200)
    const stolen = client.refreshTokenGrant(first.app.configuration, second.tokens.refresh_token ?? '')
    expect(await oauthErrorOf(stolen)).toBe('invalid_grant')
  })
})

describe('Config OP', () => {
  test('TE-23 oidcc-discovery-endpoint-verification the document says what there is', async () => {
    const document = JSON.parse((await send(`${origin}/auth/.well-known/openid-configuration`)).text)
    expect(document).toMatchObject({
      issuer: `${origin}/auth`,
      authorization_endpoint: `${origin}/auth/authorize`,
      token_endpoint: `${origin}/auth/token`,
      userinfo_endpoint: `${origin}/auth/userinfo`,
      jwks_uri: `${origin}/auth/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      claims_parameter_supported: false,
      code_challenge_methods_supported: ['S256'],
    })
    expect(new Set(document.response_modes_supported)).toEqual(new Set(['query', 'fragment', 'form_post']))
    expect(document.scopes_supported).toContain('openid')
    const { keys } = JSON.parse((await send(document.jwks_uri)).text)
    expect(keys.every(({ kid, d }: { kid?: string; d?: string }) => kid !== undefined && d === undefined)).toBe(true)
  })
})
