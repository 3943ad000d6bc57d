import { randomUUID } from 'node:crypto'
import { MALLORY } from '@jackfield/m365-emulator/demo/adatum'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, type Page, send } from './browser.ts'
import { ADATUM_DIRECTORY_ID, ADELE, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, passMicrosoft, signIn } from './oidc-client.ts'
import { givenSharedApp, givenSharedClient, goOn, signInShared, typeAddress } from './shared-host.ts'

const DOMAIN = ADELE.userPrincipalName.split('@')[1] ?? ''
let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
})
afterAll(() => world.close())
beforeEach(() => {
  world.registry.apps.length = 0
  world.registry.audits.length = 0
  world.roster.people.length = 0
  world.roster.questions.length = 0
  world.registry.forgetTenants()
  origin = givenSharedApp(world)
})

function givenContoso() {
  const { tenant, account } = givenConnectedTenant(world, 'contoso')
  return { tenant, account, person: givenPerson(world, tenant.id) }
}

async function askedFor(hints: Record<string, string> = {}) {
  const browser = new Browser()
  const app = await givenSharedClient(origin)
  return { browser, app, page: await browser.open((await app.begin(hints)).url) }
}
const expectNoSession = async (browser: Browser) => {
  expect((await browser.open(`${origin}/auth/verify`)).status).toBe(401)
}
/** The cookies of one host, as if another had set them. */
const moveCookies = (browser: Browser, from: string, to: string) => {
  const [source, target] = [new URL(from).hostname, new URL(to).hostname]
  const moved = new Browser()
  moved.cookies = browser.cookies.filter(({ host }) => host === source).map((cookie) => ({ ...cookie, host: target }))
  return moved
}

test('S40 T-23 SC-11 a session of a shared host is refused on the tenant’s own host and on another shared one, and vice versa', async () => {
  givenContoso()
  const other = givenSharedApp(world, 'desk', 'desk')
  const own = world.originOf('contoso')
  const shared = await signInShared(origin)
  const tenants = await signIn(world, 'contoso')
  for (const [browser, from, to] of [
    [shared.browser, origin, own],
    [shared.browser, origin, other],
    [tenants.browser, own, origin],
  ] as const) {
    const moved = moveCookies(browser, from, to)
    expect(moved.cookies.map(({ name }) => name)).toContain('__Host-jackfield-session')
    expect([to, [401, 403].includes((await moved.open(`${to}/auth/verify`)).status)]).toEqual([to, true])
    const app =
      to === own
        ? await givenClient(world, 'contoso')
        : await givenSharedClient(to, to === other ? 'desk' : 'web-client')
    expect([to, (await moved.open((await app.begin({ prompt: 'none' })).url)).url.searchParams.get('error')]).toEqual([
      to,
      'login_required',
    ])
  }
  const { configuration } = tenants.app
  expect(await oauthErrorOf(client.refreshTokenGrant(configuration, shared.tokens.refresh_token ?? ''))).toBe(
    'invalid_grant',
  )
  await expect(
    client.fetchUserInfo(configuration, shared.tokens.access_token, client.skipSubjectCheck),
  ).rejects.toThrow()
  expect(
    await oauthErrorOf(client.refreshTokenGrant(shared.app.configuration, tenants.tokens.refresh_token ?? '')),
  ).toBe('invalid_grant')
  await expect(
    client.fetchUserInfo(shared.app.configuration, tenants.tokens.access_token, client.skipSubjectCheck),
  ).rejects.toThrow()
})

test('T-10 an answer for a login of the shared host is refused on the tenant’s own, and vice versa', async () => {
  givenContoso()
  const own = world.originOf('contoso')
  const stopAt = /microsoft\/callback/
  const { browser, page } = await askedFor()
  const atMicrosoft = await goOn(browser, await typeAddress(browser, page, ADELE.userPrincipalName))
  const answer = await browser.submit(
    atMicrosoft,
    'Sign in',
    { username: ADELE.userPrincipalName, password: 'Passw0rd!' },
    stopAt,
  )
  const app = await givenClient(world, 'contoso')
  const theirs = await browser.open((await app.begin()).url, { stopAt }) // Microsoft’s own session: no prompt
  for (const [url, at] of [
    [answer.url, own],
    [theirs.url, origin],
  ] as const) {
    const from = at === own ? origin : own
    expect((await moveCookies(browser, from, at).open(new URL(url.pathname + url.search, at))).status).toBe(400)
  }
})

test('T-04 S47 a directory whose user carries the victim’s mail is not where the victim’s address leads, and gives its user nothing of the victim’s', async () => {
  const { person, account } = givenContoso()
  const evil = givenConnectedTenant(world, 'fabrikam', { directoryId: ADATUM_DIRECTORY_ID, alias: 'Contoso Ltd' })
  const mallory = {
    directoryId: ADATUM_DIRECTORY_ID,
    objectId: MALLORY.id,
    userPrincipalName: MALLORY.userPrincipalName,
    mail: person.mail,
  }
  const { browser, page } = await askedFor()
  // The roster’s rule (T-04): a made-up mail does not compete with a name. Here the address is both.
  const led = await goOn(browser, await typeAddress(browser, page, ADELE.userPrincipalName))
  expect(led.url.pathname).toContain(account.directoryId)

  const refused = await passMicrosoft(...(await atMicrosoftOf(MALLORY.userPrincipalName, evil.tenant.id, mallory)))
  expect(refused.text).toContain('Microsoft sign-in is off for you')
  expect(world.registry.audits.at(-1)).toMatchObject({
    tenantId: evil.tenant.id,
    outcome: 'refused',
    details: { objectId: MALLORY.id },
  })
})

/** A person of a tenant who is no longer allowed to sign in by the time Microsoft asks for the password. */
async function atMicrosoftOf(userName: string, tenantId: string, more: object): Promise<[Browser, Page, string]> {
  const person = givenPerson(world, tenantId, more)
  const { browser, page } = await askedFor()
  const led = await goOn(browser, await typeAddress(browser, page, userName))
  person.sso = false
  return [browser, led, userName]
}

test('T-05 RP-21 T-04 with a login_hint of one tenant a person of another is refused, sees the alias alone, and may use another address', async () => {
  const { tenant } = givenContoso()
  const other = givenConnectedTenant(world, 'fabrikam', { directoryId: ADATUM_DIRECTORY_ID })
  givenPerson(world, other.tenant.id, {
    directoryId: ADATUM_DIRECTORY_ID,
    objectId: MALLORY.id,
    userPrincipalName: MALLORY.userPrincipalName,
  })
  const { browser, page } = await askedFor({ login_hint: ADELE.userPrincipalName })
  world.m365.tamperNextIdToken({
    claims: { tid: ADATUM_DIRECTORY_ID, oid: MALLORY.id, iss: `${world.m365.origin}/${ADATUM_DIRECTORY_ID}/v2.0` },
  })
  const refused = await passMicrosoft(browser, page)
  expect(refused.status).toBe(403)
  expect(refused.text).toContain('your account of Head office')
  expect(refused.text).not.toContain(tenant.name)
  expect(world.registry.audits).toMatchObject([
    { tenantId: tenant.id, outcome: 'refused', details: { reason: 'wrong-directory' } },
  ])
  await expectNoSession(browser)
  expect((await browser.follow(refused, 'Use another account')).url.searchParams.get('prompt')).toBe('select_account')
  expect((await browser.follow(refused, 'Use another address')).text).toContain('Your work address')
})

test('an account that was not chosen for the attempt cannot be started, nor a tenant be chosen before the identity is known', async () => {
  const { tenant, account } = givenContoso()
  const { browser, page } = await askedFor()
  const uid = page.url.pathname.split('/')[3]
  const at = (path: string) => `${origin}/auth/interaction/${uid}${path}`
  expect((await browser.open(at(`/microsoft/${account.id}`))).status).toBe(404)
  expect((await browser.open(at(`/tenant/${tenant.id}`))).status).toBe(400)
  const wrong = await browser.open(at('/address'), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ address: ADELE.userPrincipalName, account: randomUUID() }).toString(),
  })
  expect(wrong.text).toContain('No organisation here')
  // Another browser is in no attempt at all.
  for (const path of ['', '/address', `/microsoft/${account.id}`])
    expect((await new Browser().open(at(path))).status).toBe(400)
  // The page does not exist where the host says which tenant it is.
  const own = await givenClient(world, 'contoso')
  const elsewhere = new Browser()
  await elsewhere.open((await own.begin()).url)
  const uidThere = elsewhere.visited.find((url) => url.includes('/auth/interaction/'))?.split('/')[5]
  expect((await elsewhere.open(`${world.originOf('contoso')}/auth/interaction/${uidThere}/address`)).status).toBe(404)
})

test('a tenant that does not admit the person cannot be chosen', async () => {
  givenContoso()
  const other = givenConnectedTenant(world, 'fabrikam')
  const two = givenPerson(world, other.tenant.id)
  const { browser, page } = await askedFor()
  const chooser = await passMicrosoft(
    browser,
    await goOn(browser, await typeAddress(browser, page, ADELE.userPrincipalName)),
  )
  expect(chooser.text).toContain('Choose your phone system')
  two.sso = false
  expect((await browser.follow(chooser, 'fabrikam <Ltd>')).status).toBe(404)
  await expectNoSession(browser)
})

/** What a stranger sees of an answer: all of it, without what is random in every one. */
const seen = (page: Page) =>
  JSON.stringify([
    page.status,
    page.html.replace(/\/interaction\/[\w-]+/g, '/interaction/…'),
    Object.entries(page.headers)
      .filter(([name]) => !['date', 'x-request-id'].includes(name))
      .map(([name, value]) => [name, String(value).replace(/\/interaction\/[\w-]+/g, '/interaction/…')]),
  ])

test('S39 page, headers, hints and questions asked are the same for an address that exists and one that does not', async () => {
  givenContoso()
  const answers = new Map<string, string>()
  for (const address of [ADELE.userPrincipalName, `nobody@${DOMAIN}`, `another@${DOMAIN.toUpperCase()}`]) {
    const { browser, page } = await askedFor()
    const led = await typeAddress(browser, page, address)
    answers.set(seen(led), address)
    const atMicrosoft = await goOn(browser, led)
    expect(atMicrosoft.url.searchParams.get('login_hint')).toBe(address.toLowerCase())
    const hinted = await askedFor({ login_hint: address })
    expect(hinted.page.url.pathname).toBe(atMicrosoft.url.pathname)
  }
  expect([...answers.values()]).toHaveLength(1)
  expect(world.roster.questions).toHaveLength(6)

  const unknown = new Set<string>()
  for (const address of ['nobody@unknown.example', 'person@another.example']) {
    const { browser, page } = await askedFor()
    unknown.add(seen(await typeAddress(browser, page, address)).replaceAll(address, 'address'))
  }
  expect(unknown.size).toBe(1)
})

test('the page asks again for an invalid address, escaped, and the roster is not asked', async () => {
  for (const address of ['adele', '"><script>alert(1)</script>', `${'x'.repeat(330)}@a.example`, 'a@b', '']) {
    const { browser, page } = await askedFor()
    const again = await typeAddress(browser, page, address)
    expect(again.text).toContain('Enter your whole work address')
    expect(again.html).not.toContain('<script>')
    expect(again.html).toContain('role="alert"')
  }
  expect(world.roster.questions).toEqual([])
})

test('T-94 the address is in no log line, no address line and no cookie', async () => {
  givenContoso()
  const before = world.logLines.length
  const address = `planted.address@${DOMAIN}`
  const { browser, page } = await askedFor()
  await goOn(browser, await typeAddress(browser, page, address))
  const ours = browser.visited.filter((url) => url.startsWith(origin)).join()
  const cookies = browser.cookies.map(({ line }) => decodeURIComponent(line)).join()
  for (const text of [ours, cookies, world.logLines.slice(before).join('')])
    expect(decodeURIComponent(text)).not.toContain('planted')
  const { rows } = await world.pool.query(
    `select payload from gateway.short_lived_record where kind in ('SignInRealm', 'PendingLogin')`,
  )
  expect(rows.every(({ payload }) => !payload.includes('planted'))).toBe(true)
})

test('T-11 AZ-23 a return address on a tenant’s host, another shared host or the platform’s is not taken on a shared host', async () => {
  givenContoso()
  givenSharedApp(world, 'portal', 'web', { kind: 'server' })
  givenSharedApp(world, 'desk', 'desk')
  for (const host of [world.originOf('contoso'), world.originOf('desk'), world.baseUrl, 'https://evil.test']) {
    const { browser } = await signInShared(origin)
    await browser.open(`${origin}/auth/signin?${new URLSearchParams({ app: 'portal', returnTo: `${host}/x` })}`, {
      stopAt: /^\/(?:start|x)$/,
    })
    const end = await browser.open(
      `${origin}/auth/signin?${new URLSearchParams({ app: 'portal', returnTo: `${host}/x` })}`,
      {
        stopAt: /^\/(?:start|x)$/,
      },
    )
    expect(end.url.href).toBe(`${origin}/start`)
  }
})

test('SC-14 only the apps of the shared host may call it from a browser', async () => {
  givenContoso()
  const ask = (from: string) =>
    send(`${origin}/auth/token`, {
      method: 'POST',
      headers: { origin: from, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'client_id=web-client&grant_type=refresh_token&refresh_token=x',
    })
  expect(JSON.parse((await ask(origin)).text).error).toBe('invalid_grant')
  for (const from of [world.originOf('contoso'), world.baseUrl, 'https://evil.test'])
    expect((await ask(from)).text).toContain('origin-not-registered')
})

test('while the roster or the registry is down the page says so, and answers again when they are back', async () => {
  givenContoso()
  const { browser, page } = await askedFor()
  world.roster.outage.isDown = true
  expect((await typeAddress(browser, page, ADELE.userPrincipalName)).status).toBe(503)
  world.roster.outage.isDown = false
  expect((await goOn(browser, await typeAddress(browser, page, ADELE.userPrincipalName))).url.pathname).toContain(
    '/oauth2/v2.0/authorize',
  )
})

test('IL-03 T-102 of one address 300 questions in ten minutes are answered, by form or by hint', async () => {
  const { browser, page } = await askedFor()
  let last = page
  for (let count = 0; count < 301 && last.status === 200; count++)
    last = await typeAddress(browser, page, 'a@unknown.example')
  expect(last.status).toBe(429)
  expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
  expect((await askedFor({ login_hint: 'a@unknown.example' })).page.status).toBe(429)
  expect((await askedFor()).page.status).toBe(200)
})
