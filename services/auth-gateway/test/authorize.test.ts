import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, type Page, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn } from './oidc-client.ts'

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenApp(world, 'two', { callbackPaths: ['/callback', '/other'] })
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

async function request(change: Record<string, string | undefined>, clientId = 'web-client') {
  const { url, state } = await (await givenClient(world, 'contoso', clientId)).begin()
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return { page: await new Browser().open(url, { stopAt: /^\/(callback|other)/ }), state }
}

function expectRedirect({ page, state }: { page: Page; state: string }, errors: readonly string[]) {
  expect(page.url.origin + page.url.pathname).toBe(`${origin}/callback`)
  const given = new URLSearchParams(page.url.search || page.url.hash.slice(1))
  expect(errors).toContain(given.get('error'))
  expect(given.get('state')).toBe(state)
  expect(given.get('iss')).toBe(`${origin}/auth`)
  for (const name of ['code', 'access_token', 'id_token']) expect(given.has(name)).toBe(false)
}

function expectErrorPage({ page }: { page: Page }) {
  expect(page.status).toBe(400)
  expect(page.headers.location).toBeUndefined()
  expect(page.headers['content-security-policy']).toContain("frame-ancestors 'none'")
}

describe('T-12 only the code flow with PKCE S256', () => {
  test.each(['token', 'id_token', 'id_token token', 'code id_token', 'none'])('AZ-12 response_type %s', async (type) =>
    expectRedirect(await request({ response_type: type }), ['unsupported_response_type', 'unauthorized_client']),
  )
  test('AZ-14 without a challenge', async () =>
    expectRedirect(await request({ code_challenge: undefined, code_challenge_method: undefined }), ['invalid_request']))
  test('AZ-14 with the plain method', async () =>
    expectRedirect(await request({ code_challenge_method: 'plain' }), ['invalid_request']))
  test('AZ-14 with no method, which means plain', async () =>
    expectRedirect(await request({ code_challenge_method: undefined }), ['invalid_request']))
  test('AZ-14 with a challenge of 42 characters', async () =>
    expectRedirect(await request({ code_challenge: 'x'.repeat(42) }), ['invalid_request']))
  test('TE-20 with a resource that is not the phone API', async () =>
    expectRedirect(await request({ resource: 'https://evil.test' }), ['invalid_target']))
  test('AZ-12 the password grant does not exist', async () => {
    const body = new URLSearchParams({
      grant_type: 'password',
      username: 'a',
      password: 'b',
      client_id: 'web-client',
    }).toString()
    const answer = await send(`${origin}/auth/token`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect([answer.status, JSON.parse(answer.text).error]).toEqual([400, 'unsupported_grant_type'])
  })
})

describe('T-40 redirect URIs are compared as strings', () => {
  const variants = [
    '/callback/',
    '/Callback',
    '/callback?x=1',
    '/callback#x',
    '/callback/..;/',
    '/a/../callback',
    '/%63allback',
    '/%2e%2e/callback',
    '//callback',
    '/\\callback',
  ]
  test.each(variants)('RU-02 RU-03 %s', async (path) => expectErrorPage(await request({ redirect_uri: origin + path })))
  test.each(['https://evil.test/callback', 'javascript:alert(1)', 'data:text/html,x', ''])('RU-01 %s', async (uri) =>
    expectErrorPage(await request({ redirect_uri: uri })),
  )
  test('RU-02 another port, scheme, host case or look-alike host', async () => {
    const { host, port } = new URL(origin)
    for (const other of [
      `http://contoso.phone.localhost:${Number(port) + 1}`,
      `https://${host}`,
      `http://contoso.phone.localhost.evil.test:${port}`,
      `http://${host}@evil.test`,
      `http://CONTOSO.phone.localhost:${port}`,
    ]) {
      expectErrorPage(await request({ redirect_uri: `${other}/callback` }))
    }
  })
  test('S40 the address of the app on another tenant’s host', async () => {
    givenConnectedTenant(world, 'fabrikam')
    expectErrorPage(await request({ redirect_uri: `${world.originOf('fabrikam')}/callback` }))
  })
  test('RU-05 none, of an app with two and of an app with one', async () => {
    expectErrorPage(await request({ redirect_uri: undefined }, 'two'))
    expectErrorPage(await request({ redirect_uri: undefined }))
  })
  test('RU-12 an unknown client gets a page', async () =>
    expectErrorPage(await request({ client_id: '<b>nobody</b>' })))
  test('RU-12 another error goes back to the app', async () =>
    expectRedirect(await request({ prompt: 'nonsense' }), ['invalid_request']))
})

describe('T-34 T-20 discovery, keys, cookies, headers', () => {
  test('TE-23 discovery is exact and minimal', async () => {
    const document = JSON.parse((await send(`${origin}/auth/.well-known/openid-configuration`)).text)
    expect(document).toMatchObject({
      issuer: `${origin}/auth`,
      authorization_endpoint: `${origin}/auth/authorize`,
      token_endpoint: `${origin}/auth/token`,
      userinfo_endpoint: `${origin}/auth/userinfo`,
      jwks_uri: `${origin}/auth/jwks`,
      end_session_endpoint: `${origin}/auth/logout`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    })
    expect(new Set(document.grant_types_supported)).toEqual(
      new Set(['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']),
    )
    expect(document).toMatchObject({
      introspection_endpoint: `${origin}/auth/introspect`,
      revocation_endpoint: `${origin}/auth/revoke`,
      pushed_authorization_request_endpoint: `${origin}/auth/par`,
      device_authorization_endpoint: `${origin}/auth/device_authorization`,
    })
    expect(document).not.toHaveProperty('registration_endpoint')
  })

  test('TE-23 the client’s forwarded headers change nothing in it', async () => {
    const headers = { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', forwarded: 'host=evil.test' }
    expect((await send(`${origin}/auth/.well-known/openid-configuration`, { headers })).text).not.toContain('evil')
  })

  test('TE-23 the published keys have public parts only', async () => {
    const { keys } = JSON.parse((await send(`${origin}/auth/jwks`)).text)
    expect(keys).toEqual([
      {
        kty: 'EC',
        crv: 'P-256',
        use: 'sig',
        alg: 'ES256',
        kid: expect.any(String),
        x: expect.any(String),
        y: expect.any(String),
      },
      { kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String), n: expect.any(String), e: 'AQAB' },
    ])
  })

  test('SC-01 every cookie is Secure, HttpOnly, SameSite, host-only; what authenticates is __Host- on /', async () => {
    const { browser } = await signIn(world, 'contoso')
    const ours = browser.cookies.filter(({ host }) => host.startsWith('contoso'))
    expect(
      ours
        .map(({ name }) => name)
        .filter((name) => !name.endsWith('.sig'))
        .sort(),
    ).toEqual(expect.arrayContaining([expect.stringMatching(/^__Host-jackfield-browser-/), '__Host-jackfield-session']))
    for (const { line, name } of ours) {
      expect(line).toMatch(/; ?secure/i)
      expect(line).toMatch(/; ?httponly/i)
      expect(line).toMatch(/; ?samesite=lax/i)
      expect(line).not.toMatch(/domain=/i)
      expect(name).toMatch(/^__(Host|Secure)-/)
    }
  })

  test('SC-06 session ids have at least 128 random bits and are stored as hashes', async () => {
    const { browser } = await signIn(world, 'contoso')
    const id = browser.cookies.find(({ name }) => name === '__Host-jackfield-session')?.value ?? ''
    expect(id).toMatch(/^[\w-]{21,}$/) // 21 of 64 signs: 126 bits and more
    const { rows } = await world.pool.query(
      "select string_agg(key || coalesce(uid_key, '') || encode(payload, 'escape'), '') as all from gateway.short_lived_record",
    )
    expect(rows[0].all).not.toContain(id)
  })

  test('T-23 SC-14 scripts of registered origins may read, others may not', async () => {
    for (const path of ['/token', '/userinfo']) {
      for (const method of ['POST', 'OPTIONS']) {
        const headers = {
          origin: 'https://evil.test',
          'access-control-request-method': 'POST',
          'content-type': 'application/x-www-form-urlencoded',
        }
        const answer = await send(`${origin}/auth${path}`, { method, headers })
        expect([path, method, answer.headers['access-control-allow-origin']]).toEqual([path, method, undefined])
      }
    }
    const { browser } = await signIn(world, 'contoso')
    const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const control = world.originOf('control')
    const places = ['verify', 'session', 'sessions', 'logout', 'authorize'].map((path) => `${origin}/auth/${path}`)
    for (const place of [...places, `${control}/auth/control/session`, `${control}/api/v1/tenants`]) {
      for (const asking of ['https://evil.test', 'null', world.originOf('fabrikam')]) {
        for (const method of ['GET', 'OPTIONS']) {
          const headers = { origin: asking, cookie, 'access-control-request-method': 'GET' }
          const answer = await send(place, { method, headers })
          const told = Object.keys(answer.headers).filter((name) => name.startsWith('access-control-allow'))
          expect([place, asking, method, told]).toEqual([place, asking, method, []])
        }
      }
    }
    const registered = await send(`${origin}/auth/token`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    expect(registered.headers['access-control-allow-origin']).toBe(origin)
  })
})

test('T-10 a sign-in finished in one tab can’t be finished twice', async () => {
  const { app, callback, login } = await signIn(world, 'contoso')
  expect(await oauthErrorOf(app.redeem(callback, login))).toBe('invalid_grant')
})
