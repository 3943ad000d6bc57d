import { decodeJwt } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import {
  ADATUM_DIRECTORY_ID,
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
import { oauthErrorOf, passMicrosoft, signIn } from './oidc-client.ts'
import { endOtherSession, givenSharedApp, givenSharedClient, goOn, signInShared, typeAddress } from './shared-host.ts'

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
})
afterAll(() => world.close())
beforeEach(() => {
  world.registry.apps.length = 0
  world.registry.audits.length = 0
  world.registry.removed.clear()
  world.roster.people.length = 0
  world.roster.questions.length = 0
  world.registry.forgetTenants()
  origin = givenSharedApp(world)
})

/** Contoso's directory is one tenant's, Adele is in it. */
function givenContoso(slug = 'contoso', more: Parameters<typeof givenConnectedTenant>[2] = {}) {
  const { tenant, account } = givenConnectedTenant(world, slug, more)
  return { tenant, account, person: givenPerson(world, tenant.id, { bindings: [binding('101')] }) }
}

test('S40 a shared host is an OpenID Provider of its own, for the apps whose shared address it has', async () => {
  givenApp(world, 'elsewhere')
  givenSharedApp(world, 'phone', 'phone2', { kind: 'device', callbackPaths: [] })
  const discovery = JSON.parse((await send(`${origin}/auth/.well-known/openid-configuration`)).text)
  expect(discovery).toMatchObject({
    issuer: `${origin}/auth`,
    authorization_endpoint: `${origin}/auth/authorize`,
    subject_types_supported: ['public'],
  })
  expect(discovery).not.toHaveProperty('device_authorization_endpoint')
  expect(discovery.grant_types_supported).not.toContain('urn:ietf:params:oauth:grant-type:device_code')

  const { begin } = await givenSharedClient(origin)
  const login = await begin()
  for (const [name, value] of [
    ['client_id', 'elsewhere'],
    ['client_id', 'phone'],
    ['redirect_uri', `${world.originOf('contoso')}/callback`],
    ['redirect_uri', `${origin}/other`],
  ] as const) {
    const url = new URL(login.url)
    url.searchParams.set(name, value)
    expect((await new Browser().open(url)).status).toBe(400)
  }
  for (const path of ['/auth/device', '/auth/device/qr.svg?user_code=WDJB-MJHT', '/api/v1/tenants', '/'])
    expect([path, (await send(origin + path)).status]).toEqual([path, 404])
  expect(
    (await send(`http://unknown.phone.localhost:${world.port}/auth/.well-known/openid-configuration`)).status,
  ).toBe(404)
})

test('S39 S40 the address leads to Microsoft, Microsoft says who it is, and the tokens are of the person’s tenant', async () => {
  const { person } = givenContoso()
  const { app, browser, tokens } = await signInShared(origin)
  expect(tokens.claims()).toMatchObject({
    iss: `${origin}/auth`,
    sub: person.id,
    tenant: 'contoso',
    extensions: ['101'],
    name: 'Adele Vance',
  })
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    sub: person.id,
    tenant: 'contoso',
    aud: [`${origin}/phone-api`, `${origin}/auth/userinfo`],
  })
  const atMicrosoft = new URL(browser.visited.find((url) => url.includes('/oauth2/v2.0/authorize')) ?? '')
  expect(atMicrosoft.searchParams.get('login_hint')).toBe(ADELE.userPrincipalName.toLowerCase())

  expect(await client.fetchUserInfo(app.configuration, tokens.access_token, person.id)).toMatchObject({
    sub: person.id,
    tenant: 'contoso',
  })
  for (const token of [tokens.access_token, tokens.refresh_token ?? ''])
    expect(await client.tokenIntrospection(app.configuration, token)).toMatchObject({ active: true, sub: person.id })
  const renewed = await client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
  expect(renewed.claims()).toMatchObject({ sub: person.id, tenant: 'contoso' })
  expect(decodeJwt(renewed.access_token)).toMatchObject({ sub: person.id, tenant: 'contoso' })

  const again = await app.begin({ prompt: 'none', id_token_hint: tokens.id_token ?? '' })
  expect((await app.redeem((await browser.open(again.url)).url, again)).claims()?.sub).toBe(person.id)
  const audited = world.registry.audits.filter(({ action }) => action === 'sign-in')
  expect(audited).toMatchObject([{ outcome: 'success', actor: `phone-user:${person.id}` }])
  expect(world.faults).toEqual([])
})

test('S40 forward-auth, session and “your sessions” of a shared host speak of the person’s tenant', async () => {
  const { person } = givenContoso()
  const { browser } = await signInShared(origin)
  const other = (await signInShared(origin)).browser
  const verified = await browser.open(`${origin}/auth/verify`)
  expect(verified.headers).toMatchObject({
    'x-auth-user': person.id,
    'x-auth-tenant': 'contoso',
    'x-auth-extensions': '101',
  })
  expect(JSON.parse((await browser.open(`${origin}/auth/session`)).html)).toMatchObject({
    user: { id: person.id },
    tenant: { slug: 'contoso' },
  })

  const page = await browser.open(`${origin}/auth/sessions`)
  expect(page.text).toContain('contoso <Ltd>')
  const { action, values } = page.formOf('Sign out')
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', origin }
  await browser.open(new URL(action, page.url), {
    method: 'POST',
    body: new URLSearchParams(values).toString(),
    headers,
  })
  expect((await other.open(`${origin}/auth/verify`)).status).toBe(401)
  expect((await browser.open(`${origin}/auth/verify`)).status).toBe(200)
})

test('a server-rendered frontend signs in on its shared host, and starts there', async () => {
  givenContoso()
  givenSharedApp(world, 'portal', 'web', { kind: 'server' })
  const browser = new Browser()
  const asked = await browser.open(`${origin}/auth/signin?app=portal`)
  const atMicrosoft = await goOn(browser, await typeAddress(browser, asked, ADELE.userPrincipalName))
  await browser.submit(
    atMicrosoft,
    'Sign in',
    { username: ADELE.userPrincipalName, password: 'Passw0rd!' },
    /^\/start$/,
  )
  expect(browser.visited.at(-1)).toContain('/auth/signin/done')
  expect((await browser.open(`${origin}/auth/verify/apps/portal`)).status).toBe(200)
})

test('S39 login_hint, domain_hint and the tenant’s slug decide what they can; the page asks for the rest', async () => {
  const { account } = givenContoso()
  const domain = ADELE.userPrincipalName.split('@')[1] ?? ''
  type Hints = Record<string, string>
  const leadsTo = async (hints: Hints) => {
    const browser = new Browser()
    const page = await browser.open((await (await givenSharedClient(origin)).begin(hints)).url)
    return page.text.includes('Your work address')
      ? 'asked'
      : new URL(browser.visited.at(-1) ?? '').pathname.split('/')[1]
  }
  const deciding: Hints[] = [
    { login_hint: ADELE.userPrincipalName },
    { login_hint: `nobody@${domain}` },
    { domain_hint: domain },
    { tenant: 'contoso' },
  ]
  for (const hints of deciding) expect([hints, await leadsTo(hints)]).toEqual([hints, account.directoryId])
  const others: Hints[] = [
    {},
    { login_hint: 'O.CiQ4N2Q' },
    { login_hint: 'a@unknown.example' },
    { domain_hint: 'organizations' },
  ]
  for (const hints of others) expect([hints, await leadsTo(hints)]).toEqual([hints, 'asked'])
})

test.each(['web', 'spa'] as const)(
  'S10 S11 S19 redirect mode per-app on the platform %s comes back to the app’s URI on the shared host',
  async (redirectPlatform) => {
    const own = redirectPlatform === 'spa' ? await givenGateway({ redirectPlatform }) : world
    const at = givenSharedApp(own, redirectPlatform === 'spa' ? 'web-client' : 'desk')
    const clientId = redirectPlatform === 'spa' ? 'web-client' : 'desk'
    const { tenant } = givenConnectedTenant(own, 'contoso', { redirectMode: 'per-app', redirectPlatform })
    const person = givenPerson(own, tenant.id)
    const browser = new Browser()
    const app = await givenSharedClient(at, clientId)
    const login = await app.begin()
    const atMicrosoft = await goOn(
      browser,
      await typeAddress(browser, await browser.open(login.url), ADELE.userPrincipalName),
    )
    const back = await passMicrosoft(browser, atMicrosoft)
    const used = browser.visited.filter((url) => url.startsWith(`${at}/auth/microsoft/callback/${clientId}?`))
    expect(used).toHaveLength(1)
    if (redirectPlatform === 'spa') {
      expect(back.html).toContain('data-endpoint')
      await own.close()
    } else expect((await app.redeem(back.url, login)).claims()?.sub).toBe(person.id)
  },
)

test('S39 the person picks one of several directories by alias; names of tenants are not shown', async () => {
  const { tenant } = givenContoso('contoso', { alias: 'Head office' })
  const other = givenConnectedTenant(world, 'fabrikam', { directoryId: ADATUM_DIRECTORY_ID, alias: 'Branch & sons' })
  givenPerson(world, other.tenant.id, { directoryId: ADATUM_DIRECTORY_ID })
  const browser = new Browser()
  const app = await givenSharedClient(origin)
  const login = await app.begin()
  const picker = await typeAddress(browser, await browser.open(login.url), ADELE.userPrincipalName)
  expect(picker.text).toContain('Branch & sons')
  for (const name of [tenant.name, other.tenant.name]) expect(picker.text).not.toContain(name)
  const page = await passMicrosoft(browser, await goOn(browser, await browser.submit(picker, 'Head office')))
  expect((await app.redeem(page.url, login)).claims()?.tenant).toBe('contoso')
})

test('S39 S40 the admitted person chooses among tenants of one directory by name, and signs in by that tenant’s account', async () => {
  const one = givenContoso()
  const two = givenContoso('fabrikam', { clientId: one.account.clientId })
  const browser = new Browser()
  const app = await givenSharedClient(origin)
  const login = await app.begin()
  const asked = await browser.open(login.url)
  const chooser = await passMicrosoft(
    browser,
    await goOn(browser, await typeAddress(browser, asked, ADELE.userPrincipalName)),
  )
  expect(chooser.text).toContain('Choose your phone system')
  const before = world.m365.requests.count('POST /:tenant/oauth2/v2.0/token')
  const page = await browser.follow(chooser, 'fabrikam <Ltd>')
  expect(page.status, page.text).toBe(0)
  const tokens = await app.redeem(page.url, login)
  expect(tokens.claims()).toMatchObject({ tenant: 'fabrikam', sub: two.person.id })
  // One of the two is the tenant the login was started for: nothing more is asked for that.
  expect(world.m365.requests.count('POST /:tenant/oauth2/v2.0/token') - before).toBeLessThanOrEqual(1)

  const other = await app.begin({ prompt: 'login', login_hint: ADELE.userPrincipalName })
  const chooseAgain = await passMicrosoft(browser, await browser.open(other.url))
  const switched = await browser.follow(chooseAgain, 'contoso <Ltd>')
  // A fresh login was asked for: Microsoft asks for it in the tenant that was chosen, too.
  const again = switched.html.includes('name="username"') ? await passMicrosoft(browser, switched) : switched
  const end = await endOtherSession(browser, again)
  expect((await app.redeem(end.url, other)).claims()).toMatchObject({ tenant: 'contoso', sub: one.person.id })
})

test('S40 a person whom only another tenant of the directory admits is redirected there', async () => {
  givenConnectedTenant(world, 'contoso')
  const two = givenContoso('fabrikam')
  const domain = ADELE.userPrincipalName.split('@')[1]
  const contoso = world.registry.tenantAt('contoso')?.resolution.tenant.id ?? ''
  givenPerson(world, contoso, { objectId: crypto.randomUUID(), userPrincipalName: `lynne@${domain}`, mail: null })
  const { tokens } = await signInShared(origin, { address: `lynne@${domain}` })
  expect(tokens.claims()).toMatchObject({ tenant: 'fabrikam', sub: two.person.id })
})

test('S40 the page does not ask for a tenant that the app names, and another tenant’s session does not count', async () => {
  givenContoso()
  const two = givenContoso('fabrikam')
  const { app, browser, tokens } = await signInShared(origin, { hints: { tenant: 'contoso' } })
  expect(tokens.claims()?.tenant).toBe('contoso')
  const silent = await browser.open((await app.begin({ tenant: 'fabrikam', prompt: 'none' })).url)
  expect(silent.url.searchParams.get('error')).toBe('login_required')
  const same = await browser.open((await app.begin({ tenant: 'contoso', prompt: 'none' })).url)
  expect(same.url.searchParams.get('code')).toBeTruthy()
  expect(two.person.id).not.toBe(tokens.claims()?.sub)

  const unknown = await new Browser().open((await app.begin({ tenant: 'nobody' })).url)
  expect([unknown.status, unknown.text.includes('not set up for this organisation')]).toEqual([403, true])
})

test('S40 the person picks one of the named tenant’s accounts, as on its own host', async () => {
  const { tenant, account } = givenContoso()
  const branch = accountOf({ alias: 'Branch' })
  world.registry.tenantAt('contoso')?.resolution.accounts.push(branch)
  addConnection(world, 'contoso', branch)
  const browser = new Browser()
  const app = await givenSharedClient(origin)
  const login = await app.begin({ tenant: 'contoso' })
  const page = await passMicrosoft(browser, await browser.follow(await browser.open(login.url), account.alias))
  expect((await app.redeem(page.url, login)).claims()?.tenant).toBe(tenant.slug)
})

test('S40 T-22 removing the tenant ends its sessions on a shared host: tokens, cookies, refresh; others stay', async () => {
  const { tenant } = givenContoso()
  const { app, browser, tokens } = await signInShared(origin)
  world.registry.removed.add(tenant.id)
  expect((await browser.open(`${origin}/auth/verify`)).status).toBe(401)
  expect(await oauthErrorOf(client.refreshTokenGrant(app.configuration, tokens.refresh_token ?? ''))).toBe(
    'invalid_grant',
  )
  await expect(client.fetchUserInfo(app.configuration, tokens.access_token, client.skipSubjectCheck)).rejects.toThrow()
  expect(await client.tokenIntrospection(app.configuration, tokens.access_token)).toMatchObject({ active: false })
  expect((await browser.open((await app.begin({ prompt: 'none' })).url)).url.searchParams.get('error')).toBe(
    'login_required',
  )
  const asked = await browser.open((await app.begin()).url)
  expect(asked.text).toContain('Your work address')

  const { person } = givenContoso('fabrikam')
  expect((await signInShared(origin, { browser })).tokens.claims()?.sub).toBe(person.id)
})

test('T-22 a disabled or revoked person is out on a shared host at once', async () => {
  const { person } = givenContoso()
  const first = await signInShared(origin)
  person.sso = false
  expect((await first.browser.open(`${origin}/auth/verify`)).status).toBe(401)
  expect(await oauthErrorOf(client.refreshTokenGrant(first.app.configuration, first.tokens.refresh_token ?? ''))).toBe(
    'invalid_grant',
  )
  person.sso = true
  Object.assign(person, { sessionsValidAfter: new Date(Date.now() + 2_000).toISOString() })
  expect((await first.browser.open(`${origin}/auth/verify`)).status).toBe(401)
})

test('T-62 LO-09 Microsoft’s front-channel logout ends logins on shared hosts too', async () => {
  givenContoso()
  const sid = crypto.randomUUID()
  world.m365.tamperNextIdToken({ claims: { sid } })
  const shared = await signInShared(origin)
  world.m365.tamperNextIdToken({ claims: { sid } })
  const own = await signIn(world, 'contoso')
  await send(`${world.baseUrl}/auth/microsoft/frontchannel-logout?sid=${sid}`)
  expect((await shared.browser.open(`${origin}/auth/verify`)).status).toBe(401)
  expect((await own.browser.open(`${world.originOf('contoso')}/auth/verify`)).status).toBe(401)
  expect(
    await oauthErrorOf(client.refreshTokenGrant(shared.app.configuration, shared.tokens.refresh_token ?? '')),
  ).toBe('invalid_grant')
})

test('T-61 signing out of a shared host notifies its apps there, by the person’s own id', async () => {
  world.registry.apps.length = 0
  givenSharedApp(world, 'web-client', 'web', { backchannelLogoutPath: '/logged-out' })
  const { person } = givenContoso()
  const { browser } = await signInShared(origin)
  await browser.submit(await browser.open(`${origin}/auth/logout`), 'Sign out')
  const { rows } = await world.pool.query('delete from gateway.logout_notice returning url, sub, issuer')
  expect(rows).toEqual([{ url: `${origin}/logged-out`, sub: person.id, issuer: `${origin}/auth` }])
})
