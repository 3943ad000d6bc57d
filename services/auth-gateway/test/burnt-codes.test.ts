import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn } from './oidc-client.ts'
import { askForTokens, FORM, givenCode } from './token-requests.ts'

/* FC-04, T-135: only its own client burns a code, and an empty secret is no secret (RFC 6749 2.3.1). */

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway({ rateLimitFactor: 0 })
  givenApp(world, 'web-client')
  givenApp(world, 'other')
  givenApp(world, 'desk-phone', { kind: 'device', name: 'Desk phone', callbackPaths: [], postLogoutPaths: [] })
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
const without = ({ client_id: _, ...rest }: Record<string, string>) => rest
async function post(path: string, parameters: Record<string, string>, headers: Record<string, string> = {}) {
  const body = new URLSearchParams(parameters).toString()
  const {
    status,
    text,
    headers: answered,
  } = await send(`${origin}/auth/${path}`, { method: 'POST', headers: { ...FORM, ...headers }, body })
  return { status, headers: answered, body: text === '' ? undefined : JSON.parse(text) }
}

describe('FC-04 T-135 an empty Basic secret is no secret', () => {
  test.each([
    ['the header alone names the client', basic('web-client:'), without],
    ['header and form name the client', basic('web-client:'), (form: Record<string, string>) => form],
    [
      'the scheme is written otherwise',
      { authorization: basic('web-client:').authorization.replace('Basic', 'bAsIc') },
      without,
    ],
    ['the name is form-encoded', basic('web%2Dclient:'), without],
    ['the header names nobody', basic(':'), (form: Record<string, string>) => form],
    [
      'the form has an empty secret as well',
      basic('web-client:'),
      (form: Record<string, string>) => ({ ...form, client_secret: '' }),
    ],
  ])('a code is redeemed when %s', async (_case, headers, change) => {
    const answer = await askForTokens(world, change(await givenCode(world)), { headers })
    expect([answer.status, answer.body.token_type]).toEqual([200, 'Bearer'])
  })

  test('an off-the-shelf client that sends it signs in, refreshes, introspects, revokes and pushes', async () => {
    const { app, browser } = await signIn(world, 'contoso')
    const emptySecret: client.ClientAuth = (_server, { client_id }, _body, headers) =>
      headers.set('authorization', basic(`${client_id}:`).authorization)
    const configuration = new client.Configuration(
      app.configuration.serverMetadata(),
      'web-client',
      undefined,
      emptySecret,
    )
    client.allowInsecureRequests(configuration)
    configuration[client.customFetch] = app.configuration[client.customFetch] as client.CustomFetch
    const login = await app.begin()
    const pushed = await client.buildAuthorizationUrlWithPAR(configuration, login.url.searchParams)
    const { url } = await browser.open(pushed)
    const checks = { pkceCodeVerifier: login.verifier, expectedState: login.state, expectedNonce: login.nonce }
    const tokens = await client.authorizationCodeGrant(configuration, url, checks)
    const second = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
    expect(await client.tokenIntrospection(configuration, second.refresh_token ?? '')).toMatchObject({ active: true })
    await client.tokenRevocation(configuration, second.refresh_token ?? '')
    expect(await oauthErrorOf(client.refreshTokenGrant(configuration, second.refresh_token ?? ''))).toBe(
      'invalid_grant',
    )
  })

  test('a device that sends it gets its code and its tokens', async () => {
    const device = (await post('device_authorization', { scope: 'openid' }, basic('desk-phone:'))).body
    const { browser } = await signIn(world, 'contoso')
    const asked = await browser.submit(await browser.open(new URL(device.verification_uri_complete)), '', {})
    await browser.submit(asked, 'Continue')
    const grant = { grant_type: DEVICE_GRANT, device_code: device.device_code }
    expect((await post('token', grant, basic('desk-phone:'))).status).toBe(200)
  })

  test.each(['token', 'par', 'introspect', 'revoke', 'device_authorization'])(
    'at /auth/%s an unknown client is refused with a challenge, and one that the form names otherwise is refused',
    async (path) => {
      const unknown = await post(path, { token: 'x', grant_type: 'refresh_token' }, basic('nobody:'))
      expect([unknown.status, unknown.body.error]).toEqual([401, 'invalid_client'])
      expect(unknown.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+", error="invalid_client"/)
      const named = await post(path, { token: 'x', client_id: 'other' }, basic('web-client:'))
      expect([named.status, named.body.error]).toEqual([400, 'invalid_request'])
    },
  )
})

type Attempt = [string, Record<string, string>, Record<string, string>]
const NOT_ITS_CLIENT: Attempt[] = [
  ['no client', { client_id: '' }, {}],
  ['no client and a verifier that is wrong', { client_id: '', code_verifier: 'x'.repeat(43) }, {}],
  ['another client', { client_id: 'other' }, {}],
  ['a device', { client_id: 'desk-phone' }, {}],
  ['an unknown client', { client_id: 'nobody' }, {}],
  ['a secret', { client_secret: 'secret' }, {}],
  ['a secret in the header', {}, basic('web-client:secret')],
  ['another client in the header than in the form', {}, basic('other:')],
  ['a header that is no Basic one', {}, { authorization: 'Basic web-client' }],
  ['a bearer token in the header', {}, { authorization: 'Bearer abc' }],
  ['two mechanisms', { client_secret: 'secret' }, basic('web-client:secret')],
  ['an attestation', {}, { 'oauth-client-attestation': 'a.b.c' }],
  ['a form that is none', {}, { 'content-type': 'application/json' }],
]

describe('FC-04 T-135 a request of another client uses nothing up', () => {
  test.each(NOT_ITS_CLIENT)(
    'a code presented with %s is refused and can be redeemed after that',
    async (_what, change, headers) => {
      const parameters = await givenCode(world)
      const refused = await askForTokens(world, { ...parameters, ...change }, { headers })
      expect([400, 401]).toContain(refused.status)
      expect((await askForTokens(world, parameters)).status).toBe(200)
    },
  )

  test('a used code that another client presents ends nothing of its client', async () => {
    const parameters = await givenCode(world)
    const { body: tokens } = await askForTokens(world, parameters)
    expect((await askForTokens(world, { ...parameters, client_id: 'other' })).body.error).toBe('invalid_grant')
    const grant = { grant_type: 'refresh_token', client_id: 'web-client', refresh_token: tokens.refresh_token }
    expect((await askForTokens(world, grant)).status).toBe(200)
  })

  test.each(NOT_ITS_CLIENT)(
    'a refresh token presented with %s stays valid for its client',
    async (_what, change, headers) => {
      const { tokens } = await signIn(world, 'contoso')
      const grant = { grant_type: 'refresh_token', client_id: 'web-client', refresh_token: tokens.refresh_token ?? '' }
      expect([400, 401]).toContain((await askForTokens(world, { ...grant, ...change }, { headers })).status)
      expect((await askForTokens(world, grant)).status).toBe(200)
    },
  )

  test.each(NOT_ITS_CLIENT)('a revocation with %s revokes nothing', async (_what, change, headers) => {
    const { tokens } = await signIn(world, 'contoso')
    await post('revoke', { client_id: 'web-client', token: tokens.refresh_token ?? '', ...change }, headers)
    const grant = { grant_type: 'refresh_token', client_id: 'web-client', refresh_token: tokens.refresh_token ?? '' }
    expect((await askForTokens(world, grant)).status).toBe(200)
  })

  test.each(NOT_ITS_CLIENT.filter(([what]) => what !== 'a device'))(
    'a device code presented with %s stays the device’s',
    async (_what, change, headers) => {
      const { configuration } = await givenClient(world, 'contoso', 'desk-phone')
      const device = await client.initiateDeviceAuthorization(configuration, { scope: 'openid' })
      const { browser } = await signIn(world, 'contoso')
      await browser.submit(
        await browser.submit(await browser.open(new URL(device.verification_uri_complete ?? '')), '', {}),
        'Continue',
      )
      const grant = { grant_type: DEVICE_GRANT, client_id: 'desk-phone', device_code: device.device_code }
      expect([400, 401]).toContain((await askForTokens(world, { ...grant, ...change }, { headers })).status)
      expect((await askForTokens(world, grant)).status).toBe(200)
    },
  )

  test('a pushed request stays valid for its client after another presented it', async () => {
    const app = await givenClient(world, 'contoso')
    const login = await app.begin()
    const pushed = await client.buildAuthorizationUrlWithPAR(app.configuration, login.url.searchParams)
    const browser = new Browser()
    const foreign = new URL(pushed)
    foreign.searchParams.set('client_id', 'other')
    expect((await browser.open(foreign)).status).toBe(400)
    expect((await browser.open(pushed)).url.origin).toBe(world.m365.origin)
  })
})

test('T-31 a wrong verifier of its own client burns a code, also when the client sends an empty secret', async () => {
  const parameters = await givenCode(world)
  const wrong = await askForTokens(
    world,
    { ...without(parameters), code_verifier: 'x'.repeat(43) },
    { headers: basic('web-client:') },
  )
  expect([wrong.status, wrong.body.error]).toEqual([400, 'invalid_grant'])
  expect((await askForTokens(world, parameters)).body.error).toBe('invalid_grant')
})
