import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn, signInAt } from './oidc-client.ts'

let world: World
let origin: string
let person: ReturnType<typeof givenPerson>
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  world.registry.audits.length = 0
  person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const sessionOf = (browser: Browser) => browser.cookies.find(({ name }) => name === '__Host-jackfield-session')?.value

describe('T-13 what an app asks of the sign-in', () => {
  test('TE-13 an unregistered scope is left out, and the answer names the granted ones', async () => {
    const app = await givenClient(world, 'contoso')
    const login = await app.begin({ scope: 'openid profile admin:everything' })
    const { url } = await signInAt(new Browser(), login.url)
    const tokens = await app.redeem(url, login)
    expect(tokens.scope).toBe('openid profile')
    expect(decodeJwt(tokens.access_token).scope).toBe('openid profile')
    const renewed = await client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
    expect(renewed.scope).toBe('openid profile')
  })
})

test('TE-24 the answer names its issuer, exactly as discovery does, when it succeeds and when it fails (RFC 9207)', async () => {
  const { issuer } = JSON.parse((await send(`${origin}/auth/.well-known/openid-configuration`)).text)
  const { callback } = await signIn(world, 'contoso')
  expect(callback.searchParams.get('iss')).toBe(issuer)
  const app = await givenClient(world, 'contoso')
  const failed = await new Browser().open((await app.begin({ prompt: 'none' })).url)
  expect(failed.url.searchParams.get('iss')).toBe(issuer)
})

test('RU-04 the dots of a registered address stand for dots', async () => {
  const app = await givenClient(world, 'contoso')
  const url = (await app.begin({ redirect_uri: app.redirectUri.replace('contoso.phone', 'contosoaphone') })).url
  const page = await new Browser().open(url)
  expect(page.status).toBe(400)
  expect(page.headers.location).toBeUndefined()
})

test('SC-09 a disabled person loses session and refresh grants at the next request', async () => {
  const { app, browser, tokens } = await signIn(world, 'contoso')
  Object.assign(person, { status: 'disabled', sessionsValidAfter: new Date(Date.now() + 2_000).toISOString() })
  expect((await browser.open(`${origin}/auth/verify`)).status).toBe(401)
  expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? ''))).toBe(
    'invalid_grant',
  )
  const silent = await browser.open((await app.begin({ prompt: 'none' })).url)
  expect(silent.url.searchParams.get('error')).toMatch(/login_required|access_denied/)
})

describe('T-06 RP-30 a token that says group claims are too many', () => {
  test('grants nothing, and the address in it is not fetched', async () => {
    const asked = () => world.m365.requests.count('GET /v1.0/users/:id')
    const before = asked()
    world.m365.tamperNextIdToken({
      claims: {
        hasgroups: true,
        groups: ['00000000-0000-0000-0000-00000000000a'],
        roles: ['admin'],
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint: `${world.m365.origin}/v1.0/users/${ADELE.id}/getMemberObjects` } },
      },
    })
    const { tokens } = await signIn(world, 'contoso')
    const claims = tokens.claims() ?? {}
    for (const name of ['groups', 'roles', 'hasgroups', '_claim_names']) expect(claims).not.toHaveProperty(name)
    expect(asked()).toBe(before)
  })
})

test.each(['RS384', 'PS256', 'ES256'])(
  'T-01 RP-04 a token whose header picks %s is refused: the algorithm is ours to choose',
  async (alg) => {
    const browser = new Browser()
    const app = await givenClient(world, 'contoso')
    const atMicrosoft = await browser.open((await app.begin()).url)
    world.m365.tamperNextIdToken({ header: { alg } })
    const page = await browser.submit(atMicrosoft, 'Sign in', {
      username: ADELE.userPrincipalName,
      password: 'Passw0rd!',
    })
    expect(page.status).toBe(400)
    expect(sessionOf(browser)).toBeUndefined()
  },
)

test('SI-09 the names of tenant, app and hints are text on every page', async () => {
  world.registry.apps.push({
    ...(world.registry.apps[0] as (typeof world.registry.apps)[0]),
    clientId: 'evil',
    name: '<img src=x onerror=alert(1)>',
  })
  person.sso = false
  const app = await givenClient(world, 'contoso', 'evil')
  const login = await app.begin({ login_hint: '"><script>alert(1)</script>', ui_locales: '<b>de</b>' })
  const page = await signInAt(new Browser(), login.url)
  expect(page.status).toBe(403)
  const asked = await new Browser().open(`${origin}/auth/logout`)
  for (const { html, headers } of [page, asked]) {
    expect(html).not.toMatch(/<img|<script>alert|<b>de|<Ltd>/)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
  }
})
