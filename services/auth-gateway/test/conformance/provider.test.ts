import { decodeProtectedHeader } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ACR } from '../../src/domain/sign-in/token-claims.ts'
import { send } from '../browser.ts'
import { givenConnectedTenant, givenGateway, givenPerson, type World } from '../given.ts'
import { oauthErrorOf } from '../oidc-client.ts'
import { type Answer, clientOf, givenStaticClients, type Mode } from './answers.ts'

/*
 * The modules of the plans Basic OP and Form Post Basic OP, each under its name in the suite, for answers by redirect and
 * by form. A test asserts what its module asserts, with the plans' clients: confidential, without PKCE.
 */

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  givenStaticClients(world)
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const discover = async () => JSON.parse((await send(`${origin}/auth/.well-known/openid-configuration`)).text)
const askUserinfo = (token: string, init: Parameters<typeof send>[1] = {}) =>
  send(`${origin}/auth/userinfo`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Of `AbstractOIDCCUserInfoTest`: JSON, for the same person, with claims of the right types. */
async function readUserinfo(asked: ReturnType<typeof send>, sub: string | undefined) {
  const { status, headers, text } = await asked
  const claims = JSON.parse(text)
  expect([status, headers['content-type']]).toEqual([200, expect.stringMatching(/^application\/json\b/)])
  expect(claims.sub).toBe(sub)
  expect(claims.updated_at ?? 0).toBeTypeOf('number')
  return claims
}

/** As the suite does: outside of the object is what OAuth 2.0 requires (Core 6.1). */
function moveIntoObject(url: URL): void {
  const claims = Buffer.from(JSON.stringify(Object.fromEntries(url.searchParams))).toString('base64url')
  for (const name of ['state', 'nonce', 'response_mode']) url.searchParams.delete(name)
  url.searchParams.set('request', `eyJhbGciOiJub25lIn0.${claims}.`)
}

/** Of every module that expects an error: `performGenericAuthorizationEndpointErrorResponseValidation`. */
function expectError({ url, login }: Answer, errors: readonly string[]): void {
  const { error, state, iss, error_description: description, ...others } = Object.fromEntries(url.searchParams)
  expect(errors).toContain(error)
  expect([state, iss, others]).toEqual([login.state, `${origin}/auth`, {}])
  expect(description ?? 'none').toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/) // RFC 6749 4.1.2.1
}

/** `EnsureIdTokenDoesNotContainNonRequestedClaims`. */
const OF_EVERY_ID_TOKEN = new Set('iss sub aud exp iat auth_time nonce acr amr azp at_hash nbf jti sid'.split(' '))

/** Standard claims of a scope (Core 5.4); those with nothing to tell are the warnings of docs/conformance.md. */
const STANDARD = {
  profile: {
    told: ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at'],
    missing: 'middle_name nickname profile picture website gender birthdate zoneinfo locale'.split(' '),
  },
  email: { told: ['email'], missing: ['email_verified'] },
  phone: { told: ['phone_number'], missing: ['phone_number_verified'] },
}

describe.each<Mode>(['query', 'form_post'])('Basic OP, answers by %s:', (mode) => {
  const { ask, signIn, redeem } = clientOf(() => world, mode)
  const succeedsWith = (more: Record<string, string>) => async () => {
    const { tokens, login, url } = await signIn(more)
    expect([url.searchParams.get('state'), url.searchParams.get('iss')]).toEqual([login.state, `${origin}/auth`])
    expect(tokens.claims()?.nonce).toBe(login.nonce)
    await readUserinfo(askUserinfo(tokens.access_token), tokens.claims()?.sub)
  }

  test('FC-82 oidcc-server a person signs in: code, token response and ID token are as they must be, and say no more than asked', async () => {
    const answer = await ask()
    expect(answer.url.searchParams.get('code')).toMatch(/^[\w-]{22,}$/) // 128 bits and more
    const tokens = await redeem(answer)
    expect([tokens.token_type, tokens.expires_in]).toEqual(['bearer', 300])
    const claims = tokens.claims()
    expect(claims).toMatchObject({ iss: `${origin}/auth`, aud: 'one', nonce: answer.login.nonce, acr: ACR })
    const unasked = Object.keys(claims ?? {}).filter((name) => !OF_EVERY_ID_TOKEN.has(name))
    expect(unasked).toEqual([])
    await readUserinfo(askUserinfo(tokens.access_token), tokens.claims()?.sub)
  })
  test('FC-80 FC-82 oidcc-idtoken-signature an app that chooses no algorithm gets RS256, by a key with an id', async () => {
    const { tokens } = await signIn()
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'RS256', kid: expect.any(String) })
  })
  test('FC-81 FC-82 oidcc-server-client-secret-post the same with the secret in the form', async () => {
    expect((await discover()).token_endpoint_auth_methods_supported).toContain('client_secret_post')
    const { tokens } = await signIn({}, { clientId: 'post' })
    await readUserinfo(askUserinfo(tokens.access_token), tokens.claims()?.sub)
  })
  test('AZ-11 oidcc-response-type-missing the app is told', async () => {
    const answer = await ask({}, { change: (url) => url.searchParams.delete('response_type') })
    expectError(answer, ['invalid_request', 'unsupported_response_type'])
  })

  test.each<[string, (token: string) => ReturnType<typeof send>]>([
    ['oidcc-userinfo-get TE-16', (token) => askUserinfo(token)],
    ['oidcc-userinfo-post-header TE-18', (token) => askUserinfo(token, { method: 'POST' })],
    [
      'oidcc-userinfo-post-body TE-18',
      (token) => send(`${origin}/auth/userinfo`, { method: 'POST', headers: form, body: `access_token=${token}` }),
    ],
  ])('%s', async (_module, askWith) => {
    const { tokens } = await signIn()
    await readUserinfo(askWith(tokens.access_token), tokens.claims()?.sub)
  })

  test('oidcc-ensure-request-without-nonce-succeeds-for-code-flow', async () => {
    const { app, url, login } = await ask({}, { change: (each) => each.searchParams.delete('nonce') })
    const tokens = await client.authorizationCodeGrant(app.configuration, url, { expectedState: login.state })
    expect(tokens.claims()).not.toHaveProperty('nonce')
  })

  test.each([
    ['oidcc-scope-profile', 'profile'],
    ['oidcc-scope-email', 'email'],
    ['oidcc-scope-phone', 'phone'],
  ] as const)(
    'FC-82 %s userinfo has the standard claims of the scope, except those with nothing to tell',
    async (_module, scope) => {
      const { tokens } = await signIn({ scope: `openid ${scope}` })
      const claims = await readUserinfo(askUserinfo(tokens.access_token), tokens.claims()?.sub)
      const { told, missing } = STANDARD[scope]
      for (const claim of told) expect(claims).toHaveProperty(claim)
      for (const claim of missing) expect(claims).not.toHaveProperty(claim)
    },
  )
  test('FC-82 oidcc-scope-address oidcc-scope-all are skipped for a provider whose discovery has no scope address; it is left out of what is granted', async () => {
    expect((await discover()).scopes_supported).not.toContain('address')
    const { tokens } = await signIn({ scope: 'openid address email phone profile' })
    expect(new Set(tokens.scope?.split(' '))).toEqual(new Set(['openid', 'email', 'phone', 'profile']))
    expect(await readUserinfo(askUserinfo(tokens.access_token), tokens.claims()?.sub)).not.toHaveProperty('address')
  })
  test('FC-82 AZ-16 oidcc-alternate-happy-flow scopes and parameters in another order', async () => {
    const reverse = (url: URL) => {
      url.search = new URLSearchParams([...url.searchParams].reverse()).toString()
    }
    const { tokens } = await signIn({ scope: 'email openid' }, { change: reverse })
    expect((await readUserinfo(askUserinfo(tokens.access_token), tokens.claims()?.sub)).email).toBeTypeOf('string')
  })

  test('AZ-16 oidcc-display-page', succeedsWith({ display: 'page' }))
  test('AZ-16 oidcc-display-popup', succeedsWith({ display: 'popup' }))
  test('AZ-16 oidcc-ui-locales', succeedsWith({ ui_locales: 'se' }))
  test('AZ-16 oidcc-claims-locales', succeedsWith({ claims_locales: 'se' }))
  test('AZ-16 oidcc-ensure-request-with-unknown-parameter-succeeds', succeedsWith({ extra: 'foobar' }))
  test('oidcc-login-hint of nobody', succeedsWith({ login_hint: 'buffy@contoso.phone.localhost' }))
  test('FC-82 AZ-16 oidcc-ensure-request-with-acr-values-succeeds and the ID token has one of those that discovery names', async () => {
    const { acr_values_supported: values } = await discover()
    expect(values).toEqual([ACR])
    expect(values).toContain((await signIn({ acr_values: values.join(' ') })).tokens.claims()?.acr)
  })
  test('oidcc-ensure-request-with-valid-pkce-succeeds', async () => {
    const verifier = client.randomPKCECodeVerifier()
    const challenge = await client.calculatePKCECodeChallenge(verifier)
    const answer = await ask({ code_challenge: challenge, code_challenge_method: 'S256' })
    expect((await redeem(answer, verifier)).id_token).toBeDefined()
  })
  test('FC-82 oidcc-claims-essential succeeds, and says nothing in the ID token; that the name is missing is the warning', async () => {
    expect((await discover()).claims_parameter_supported).toBe(false)
    const { tokens } = await signIn({ claims: JSON.stringify({ userinfo: { name: { essential: true } } }) })
    expect(tokens.claims()).not.toHaveProperty('name')
    await readUserinfo(askUserinfo(tokens.access_token), tokens.claims()?.sub)
  })

  test('AZ-18 oidcc-prompt-none-not-logged-in', async () => {
    const answer = await ask({ prompt: 'none' })
    expect(answer.wasAsked).toBe(false)
    expectError(answer, ['login_required'])
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
    expect(Math.abs(Date.now() / 1000 - Number(again.tokens.claims()?.auth_time))).toBeLessThan(60)
  })

  test.each([
    ['TE-01 oidcc-codereuse', 0],
    ['TE-02 oidcc-codereuse-30seconds', 30],
  ])('%s a code used again ends what it gave', async (_module, seconds) => {
    const first = await signIn()
    expect((await askUserinfo(first.tokens.access_token)).status).toBe(200)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
    try {
      const refused = await redeem(first).catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(client.ResponseBodyError)
      const { status, error, error_description: description, response } = refused as client.ResponseBodyError
      expect([status, error]).toEqual([400, 'invalid_grant'])
      expect(description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/) // RFC 6749 5.2
      expect(response.headers.get('content-type')).toMatch(/^application\/json\b/)
      expect((await askUserinfo(first.tokens.access_token)).status).toBe(401)
      const refresh = client.refreshTokenGrant(first.app.configuration, first.tokens.refresh_token ?? '')
      expect(await oauthErrorOf(refresh)).toBe('invalid_grant')
    } finally {
      vi.useRealTimers()
    }
  })

  test.each([
    ['is longer', (uri: string) => `${uri}/unregistered`],
    ['is somewhere else', () => 'https://evil.test/callback'],
  ])(
    'RU-01 oidcc-ensure-registered-redirect-uri one that %s is shown an error, and sent nothing',
    async (_how, change) => {
      const { page } = await ask({ redirect_uri: change(`${origin}/callback`) })
      expect([page.status, page.url.origin, page.html.includes('evil.test')]).toEqual([400, origin, false])
    },
  )
  test('AZ-17 oidcc-ensure-post-request-succeeds', async () => {
    const { tokens, wasAsked } = await signIn({}, { method: 'POST' })
    expect([wasAsked, tokens.claims()?.sub]).toEqual([true, world.roster.people[0]?.id])
  })

  test('AZ-21 oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported', async () =>
    expectError(await ask({ request_uri: `${origin}/request` }), ['request_uri_not_supported']))
  test('FC-82 AZ-21 oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported the app is told, in the way and with the state that are in the object alone', async () => {
    for (const method of ['GET', 'POST'])
      expectError(await ask({}, { change: moveIntoObject, method }), ['request_not_supported'])
  })
  test('oidcc-ensure-request-object-with-redirect-uri the address outside the object decides: an unregistered one is shown an error', async () => {
    const change = (url: URL) => {
      moveIntoObject(url)
      url.searchParams.set('redirect_uri', `${origin}/unregistered`)
    }
    const { page } = await ask({}, { change })
    expect([page.status, page.url.origin]).toEqual([400, origin])
  })

  test('RT-05 oidcc-refresh-token the new ID token is for the same sign-in, and the token works for its own client alone', async () => {
    const first = await signIn({ scope: 'openid offline_access', prompt: 'consent' })
    const second = await signIn({ scope: 'openid offline_access', prompt: 'consent' }, { clientId: 'two' })
    const { refresh_token: refreshToken = '' } = first.tokens
    const renewed = await client.refreshTokenGrant(first.app.configuration, refreshToken, {
      scope: 'openid offline_access',
    })
    const { iss, aud, sub, auth_time: authTime, iat } = first.tokens.claims() ?? {}
    expect(renewed.claims()).toMatchObject({ iss, aud, sub, ...(authTime && { auth_time: authTime }) })
    expect(Number(renewed.claims()?.iat)).toBeGreaterThanOrEqual(Number(iat))
    expect([renewed.token_type, renewed.access_token === first.tokens.access_token]).toEqual(['bearer', false])
    await readUserinfo(askUserinfo(renewed.access_token), sub)
    const stolen = client.refreshTokenGrant(first.app.configuration, second.tokens.refresh_token ?? '')
    expect(await oauthErrorOf(stolen)).toBe('invalid_grant')
  })
})

describe('Config OP', () => {
  test('FC-80 FC-82 TE-23 oidcc-discovery-endpoint-verification the document says what there is, RS256 among it', async () => {
    const answer = await send(`${origin}/auth/.well-known/openid-configuration`)
    expect([answer.status, answer.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^application\/json\b/),
    ])
    const document = JSON.parse(answer.text)
    expect(document).toMatchObject({
      issuer: `${origin}/auth`,
      authorization_endpoint: `${origin}/auth/authorize`,
      token_endpoint: `${origin}/auth/token`,
      userinfo_endpoint: `${origin}/auth/userinfo`,
      jwks_uri: `${origin}/auth/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
      grant_types_supported: expect.arrayContaining(['authorization_code', 'refresh_token']),
      scopes_supported: expect.arrayContaining(['openid']),
      claims_supported: expect.arrayContaining(['sub']),
      claims_parameter_supported: false,
      request_uri_parameter_supported: false,
      code_challenge_methods_supported: ['S256'],
    })
    expect(new Set(document.response_modes_supported)).toEqual(new Set(['query', 'fragment', 'form_post']))
    expect(document).not.toHaveProperty('registration_endpoint')
    const { keys } = JSON.parse((await send(document.jwks_uri)).text)
    expect(keys.map(({ kty, use }: { kty: string; use: string }) => [kty, use]).sort()).toEqual([
      ['EC', 'sig'],
      ['RSA', 'sig'],
    ])
    expect(new Set(keys.map(({ kid }: { kid: string }) => kid)).size).toBe(2)
    for (const key of keys) for (const secret of ['d', 'p', 'q', 'k']) expect(key).not.toHaveProperty(secret)
  })
})
