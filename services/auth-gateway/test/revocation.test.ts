import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn, signInAt } from './oidc-client.ts'

let world: World
let origin: string
let person: ReturnType<typeof givenPerson>
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenApp(world, 'other')
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const userinfo = (accessToken: string) =>
  send(`${origin}/auth/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })
const refreshed = (app: Awaited<ReturnType<typeof givenClient>>, token = '') =>
  client.refreshTokenGrant(app.configuration, token)

describe('RFC 7009 revocation', () => {
  test.each(['refresh_token', 'access_token'] as const)(
    'T-51 of a %s ends the refresh token and userinfo, and leaves the session',
    async (kind) => {
      const { app, browser, tokens } = await signIn(world, 'contoso')
      await client.tokenRevocation(app.configuration, tokens[kind] ?? '')
      expect(await oauthErrorOf(refreshed(app, tokens.refresh_token))).toBe('invalid_grant')
      expect((await userinfo(tokens.access_token)).status).toBe(401)

      const login = await app.begin({ prompt: 'none' })
      const again = await app.redeem((await browser.open(login.url)).url, login)
      expect((await userinfo(again.access_token)).status).toBe(200)
    },
  )

  test('T-51 TE-20 of another app’s token, or of no token, says nothing and ends nothing', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    const other = await givenClient(world, 'contoso', 'other')
    for (const token of [tokens.access_token, tokens.refresh_token, tokens.id_token, 'garbage', 'a.b.c']) {
      await client.tokenRevocation(other.configuration, token ?? '')
    }
    expect((await userinfo(tokens.access_token)).status).toBe(200)
    expect((await refreshed(app, tokens.refresh_token)).access_token).toBeTruthy()
  })
})

describe('RFC 7662 introspection', () => {
  test('describes an app’s own tokens to it', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    expect(await client.tokenIntrospection(app.configuration, tokens.access_token)).toMatchObject({
      active: true,
      client_id: 'web-client',
      sub: tokens.claims()?.sub,
      iss: `${origin}/auth`,
      scope: expect.stringContaining('openid'),
    })
    expect(await client.tokenIntrospection(app.configuration, tokens.refresh_token ?? '')).toMatchObject({
      active: true,
    })
  })

  test('TE-17 says inactive to an ID token, garbage, and what belongs to another app or tenant', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    const other = await givenClient(world, 'contoso', 'other')
    const introspect = (asking: typeof app, token = '') => client.tokenIntrospection(asking.configuration, token)
    expect(await introspect(app, tokens.id_token)).toEqual({ active: false })
    expect(await introspect(app, 'garbage')).toEqual({ active: false })
    expect(await introspect(other, tokens.access_token)).toEqual({ active: false })
    expect(await introspect(other, tokens.refresh_token)).toEqual({ active: false })
    givenPerson(world, givenConnectedTenant(world, 'fabrikam').tenant.id)
    const foreign = await givenClient(world, 'fabrikam')
    expect(await introspect(foreign, tokens.access_token)).toEqual({ active: false })
  })

  test('S45 T-51 says inactive at once when the person is disabled, or their sessions were ended', async () => {
    const { app, tokens } = await signIn(world, 'contoso')
    Object.assign(person, { sessionsValidAfter: new Date(Date.now() + 2_000).toISOString() })
    expect(await client.tokenIntrospection(app.configuration, tokens.access_token)).toEqual({ active: false })
    Object.assign(person, { sessionsValidAfter: null, status: 'disabled' })
    expect(await client.tokenIntrospection(app.configuration, tokens.access_token)).toEqual({ active: false })
  })
})

describe('RFC 9126 pushed authorization requests', () => {
  test('a pushed request signs in, once, and only its own app', async () => {
    const app = await givenClient(world, 'contoso')
    const login = await app.begin()
    const url = await client.buildAuthorizationUrlWithPAR(app.configuration, Object.fromEntries(login.url.searchParams))
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    const foreign = new URL(url)
    foreign.searchParams.set('client_id', 'other')
    expect((await new Browser().open(foreign)).status).toBe(400)

    const page = await signInAt(new Browser(), url)
    expect((await app.redeem(page.url, login)).claims()?.sub).toBeTruthy()
    const second = await new Browser().open(url)
    expect(second.status).toBe(400)
  })

  test('T-30 a push of an unregistered redirect URI, or without PKCE, is refused', async () => {
    const app = await givenClient(world, 'contoso')
    const push = async (more: Record<string, string>) => {
      const { url } = await app.begin(more)
      return oauthErrorOf(client.buildAuthorizationUrlWithPAR(app.configuration, Object.fromEntries(url.searchParams)))
    }
    expect(await push({ redirect_uri: 'https://evil.example/callback' })).toMatch(
      /invalid_redirect_uri|invalid_request/,
    )
    expect(await push({ code_challenge: '', code_challenge_method: '' })).toBe('invalid_request')
  })
})

test('SC-14 an origin that no app registered calls none of these endpoints', async () => {
  for (const path of ['par', 'introspect', 'revoke']) {
    const answer = await send(`${origin}/auth/${path}`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: '',
    })
    expect(answer).toMatchObject({
      status: 400,
      text: expect.stringContaining('not registered for an app of this host'),
    })
  }
})
