import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import {
  ADELE,
  accountOf,
  addConnection,
  binding,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  type World,
} from './given.ts'
import { givenClient, signIn, signInAt } from './oidc-client.ts'

let world: World
beforeAll(async () => {
  world = await givenGateway()
})
afterAll(() => world.close())
beforeEach(() => {
  world.registry.apps.length = 0
  world.roster.people.length = 0
  world.registry.audits.length = 0
  givenApp(world, 'web-client')
})

test('S36 one click leads through Microsoft to the app, whose library accepts the tokens', async () => {
  const { tenant } = givenConnectedTenant(world, 'contoso')
  const person = givenPerson(world, tenant.id, { bindings: [binding('101')] })
  const { tokens, app } = await signIn(world, 'contoso')

  expect(tokens.claims()).toMatchObject({
    iss: `${world.originOf('contoso')}/auth`,
    sub: person.id,
    tenant: 'contoso',
    name: 'Adele Vance',
    email: ADELE.userPrincipalName,
    extensions: ['101'],
    phone_systems: ['Main'],
  })
  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
  expect(decodeJwt(tokens.access_token).aud).toEqual([
    `${world.originOf('contoso')}/phone-api`,
    `${world.originOf('contoso')}/auth/userinfo`,
  ])
  const userinfo = await client.fetchUserInfo(app.configuration, tokens.access_token, person.id)
  expect(userinfo).toMatchObject({ sub: person.id, name: 'Adele Vance', phone_number: '+1 425 555 0109' })
  expect(tokens.refresh_token).toBeTypeOf('string')
  expect(world.faults).toEqual([])
})

test('S40 every app signs in on every tenant host, and a second app needs no Microsoft prompt', async () => {
  givenApp(world, 'desk')
  for (const slug of ['contoso', 'fabrikam']) {
    const { tenant } = givenConnectedTenant(world, slug)
    const person = givenPerson(world, tenant.id)
    const { browser } = await signIn(world, slug)
    const desk = await givenClient(world, slug, 'desk')
    const login = await desk.begin()
    const page = await browser.open(login.url)
    expect((await desk.redeem(page.url, login)).claims()?.sub).toBe(person.id)
  }
})

test('S40 T-23 SC-11 a session of one tenant is unknown on another tenant’s host', async () => {
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  const other = givenConnectedTenant(world, 'fabrikam')
  givenPerson(world, other.tenant.id)
  const { browser } = await signIn(world, 'contoso')
  for (const cookie of browser.cookies)
    if (cookie.host.startsWith('contoso.')) cookie.host = cookie.host.replace('contoso', 'fabrikam')

  const app = await givenClient(world, 'fabrikam')
  const page = await browser.open((await app.begin({ prompt: 'none' })).url)
  expect(page.url.searchParams.get('error')).toBe('login_required')
})

test('S4 a tenant without an enabled account says that sign-in with Microsoft is not set up', async () => {
  world.registry.givenTenant('bare', [])
  const app = await givenClient(world, 'bare')
  const { url, state } = await app.begin()
  const browser = new Browser()
  const page = await browser.open(url)
  expect(page.status).toBe(403)
  expect(page.text).toContain('Sign-in with Microsoft is not set up for bare <Ltd>')
  const back = await browser.submit(page, 'Back to the app')
  expect(Object.fromEntries(back.url.searchParams)).toMatchObject({
    error: 'access_denied',
    state,
    iss: `${world.originOf('bare')}/auth`,
  })
})

test('S39 the person picks one of several accounts by its alias', async () => {
  const { tenant, account } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  world.registry.tenantAt('contoso')?.resolution.accounts.push(accountOf({ alias: 'Branch & sons' }))
  const app = await givenClient(world, 'contoso')
  const browser = new Browser()
  const login = await app.begin()
  const picker = await browser.open(login.url)
  expect(picker.text).toContain('Branch & sons')
  const atMicrosoft = await browser.follow(picker, account.alias)
  const page = await browser.submit(atMicrosoft, 'Sign in', {
    username: ADELE.userPrincipalName,
    password: 'Passw0rd!',
  })
  expect((await app.redeem(page.url, login)).claims()?.tenant).toBe('contoso')
})

test('S10 redirect mode per-app brings the answer to the tenant’s own host', async () => {
  const { tenant } = givenConnectedTenant(world, 'contoso', { redirectMode: 'per-app' })
  givenPerson(world, tenant.id)
  const { browser } = await signIn(world, 'contoso')
  expect(
    browser.visited.some((url) => url.startsWith(`${world.originOf('contoso')}/auth/microsoft/callback/web-client?`)),
  ).toBe(true)
  expect(browser.visited.some((url) => url.startsWith(`${world.baseUrl}/`))).toBe(false)
})

test('S46 a changed user principal name signs in as the same person', async () => {
  const { tenant } = givenConnectedTenant(world, 'contoso')
  const person = givenPerson(world, tenant.id)
  world.m365
    .directory('dcd219dd-bc68-4b9b-bf0b-4a33a796be35')
    .changeUser(ADELE.id, { userPrincipalName: 'adele.new@M365x214355.onmicrosoft.com' })
  const { tokens } = await signIn(world, 'contoso', { userName: 'adele.new@M365x214355.onmicrosoft.com' })
  world.m365
    .directory('dcd219dd-bc68-4b9b-bf0b-4a33a796be35')
    .changeUser(ADELE.id, { userPrincipalName: ADELE.userPrincipalName })
  expect(tokens.claims()?.sub).toBe(person.id)
})

test('login_hint, domain_hint and prompt=login reach Microsoft', async () => {
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  const { browser, app, login: first } = await signIn(world, 'contoso')
  const login = await app.begin({ prompt: 'login', login_hint: ADELE.userPrincipalName })
  expect(login.state).not.toBe(first.state)
  const page = await browser.open(login.url)
  const asked = new URL(browser.visited.findLast((url) => url.includes('/oauth2/v2.0/authorize')) ?? '')
  expect(asked.searchParams.get('prompt')).toBe('login')
  expect(asked.searchParams.get('login_hint')).toBe(ADELE.userPrincipalName)
  const done = await browser.submit(page, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' })
  expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
})

test('every request for an unknown host gets a 404 page', async () => {
  for (const path of ['/', '/auth/authorize', '/auth/.well-known/openid-configuration']) {
    const answer = await send(`http://nobody.phone.localhost:${world.port}${path}`)
    expect([path, answer.status]).toEqual([path, 404])
  }
})

test('S27 a wrong client secret is explained to the admin and shows nothing that was received', async () => {
  const { tenant, account } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  addConnection(world, 'contoso', account, 'not-the-secret-at-all-0000000000')
  const app = await givenClient(world, 'contoso')
  const page = await signInAt(new Browser(), (await app.begin()).url)
  expect(page.status).toBe(502)
  expect(page.text).toContain('Entra ID does not accept the client secret')
  expect(page.text).toMatch(/Microsoft correlation id: [0-9a-f-]{36}/)
  expect(page.text).not.toContain('Trace ID')
})

test('no log line contains a code, token, cookie, state or the secret', async () => {
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  const { browser, tokens, login, callback } = await signIn(world, 'contoso')
  const log = world.logLines.join('')
  const planted = [
    login.state,
    login.verifier,
    callback.searchParams.get('code') ?? '?',
    tokens.access_token,
    tokens.refresh_token ?? '?',
  ]
  for (const secret of [...planted, ...browser.cookies.map(({ value }) => value), 'demo-secret-of-the-emulator']) {
    expect(secret.length).toBeGreaterThan(10)
    expect(log.includes(secret)).toBe(false)
  }
})
