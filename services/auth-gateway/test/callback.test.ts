import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient } from './oidc-client.ts'

const TOKEN_ROUTE = 'POST /:tenant/oauth2/v2.0/token'
let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  world.registry.audits.length = 0
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
})

const tokenRequests = () => world.m365.requests.count(TOKEN_ROUTE)

/** A sign-in that stops before its answer is delivered to the gateway. */
async function givenAnswer(browser = new Browser(), slug = 'contoso') {
  const app = await givenClient(world, slug)
  const login = await app.begin()
  const page = await browser.open(login.url)
  const answer = await browser.submit(
    page,
    'Sign in',
    { username: ADELE.userPrincipalName, password: 'Passw0rd!' },
    /microsoft\/callback/,
  )
  return { app, login, browser, url: answer.url }
}

test('T-10 AZ-01 a callback without state is refused before anything is asked of Microsoft', async () => {
  const { url, browser } = await givenAnswer()
  const before = tokenRequests()
  url.searchParams.delete('state')
  expect((await browser.open(url)).status).toBe(400)
  expect(tokenRequests()).toBe(before)
})

test('T-10 AZ-02 a callback with another browser’s state is refused, and its own browser can still finish', async () => {
  const { url, browser, app, login } = await givenAnswer()
  const before = tokenRequests()
  const victim = new Browser()
  await givenAnswer(victim)
  for (const stranger of [victim, new Browser()]) {
    const page = await stranger.open(url)
    expect(page.status).toBe(400)
    expect(stranger.cookies.some(({ name }) => name === '__Host-jackfield-session')).toBe(false)
  }
  expect(tokenRequests()).toBe(before)
  const done = await browser.open(url)
  expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')
})

test('T-10 AZ-03 a callback delivered twice asks Microsoft for one token', async () => {
  const { url, browser } = await givenAnswer()
  const before = tokenRequests()
  await browser.open(url)
  const second = await browser.open(url)
  expect(second.status).toBe(400)
  expect(second.text).toContain('used already')
  expect(tokenRequests()).toBe(before + 1)
})

test('T-10 AZ-03 20 deliveries at once ask Microsoft for one token', async () => {
  const { url, browser } = await givenAnswer()
  const before = tokenRequests()
  const cookie = browser.cookies
    .filter(({ host }) => host.startsWith('contoso'))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
  const direct = new URL(url.pathname + url.search, world.originOf('contoso'))
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(direct, { headers: { cookie } })))
  expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
  expect(tokenRequests()).toBe(before + 1)
})

test('T-10 AZ-05 an answer after ten minutes is refused', async () => {
  const { url, browser } = await givenAnswer()
  await world.pool.query(
    `update gateway.short_lived_record set expires_at = expires_at - interval '601 seconds' where kind = 'PendingLogin'`,
  )
  const page = await browser.open(url)
  expect(page.status).toBe(400)
  expect(page.text).toContain('start again')
})

test('T-10 the pending login lives ten minutes, no longer', async () => {
  await givenAnswer()
  const { rows } = await world.pool.query(
    `select max(extract(epoch from expires_at - now()))::int as left from gateway.short_lived_record where kind = 'PendingLogin'`,
  )
  expect(rows[0].left).toBeLessThanOrEqual(600)
})

test('T-10 AZ-08 an answer delivered on another tenant’s host, or on another app’s path, is refused', async () => {
  const other = givenConnectedTenant(world, 'fabrikam')
  givenPerson(world, other.tenant.id)
  const { url, browser } = await givenAnswer()
  const before = tokenRequests()
  for (const cookie of [...browser.cookies])
    browser.cookies.push({ ...cookie, host: cookie.host.replace('contoso', 'fabrikam') })
  expect((await browser.open(new URL(url.pathname + url.search, world.originOf('fabrikam')))).status).toBe(400)
  expect(
    (await browser.open(new URL(`${url.pathname}/web-client${url.search}`, world.originOf('contoso')))).status,
  ).toBe(400)
  expect(tokenRequests()).toBe(before)
})

test('RP-13 parallel tabs of one browser finish each for itself', async () => {
  const browser = new Browser()
  const first = await givenAnswer(browser)
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  const second = await browser.open(login.url, { stopAt: /microsoft\/callback/ }) // Microsoft's own session: no prompt
  const done2 = await browser.open(second.url)
  expect((await app.redeem(done2.url, login)).claims()?.tenant).toBe('contoso')
  const done1 = await browser.open(first.url)
  expect((await first.app.redeem(done1.url, first.login)).claims()?.tenant).toBe('contoso')
})

test('AZ-24 the platform host redirects an answer only to the host where the login began', async () => {
  const { url } = await givenAnswer()
  expect(url.origin).toBe(world.baseUrl)
  const evil = new URL(url)
  for (const [name, value] of [
    ['redirect', '//evil.test'],
    ['host', 'evil.test'],
    ['iss', 'https://evil.test'],
  ] as const)
    evil.searchParams.set(name, value)
  const answer = await send(evil, {
    headers: { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', forwarded: 'host=evil.test' },
  })
  expect(answer.status).toBe(303)
  const target = new URL(String(answer.headers.location))
  expect(target.origin).toBe(world.originOf('contoso'))
  expect([...target.searchParams.keys()]).not.toContain('redirect')
  expect((await send(`${world.baseUrl}/auth/microsoft/callback?code=x&state=unknown`)).status).toBe(400)
  expect((await send(`${world.baseUrl}/auth/microsoft/callback/web-client${url.search}`)).status).toBe(400)
})

test('AZ-06 an error at Microsoft becomes a page that shows nothing of its text', async () => {
  const { url, browser } = await givenAnswer()
  const error = new URL(url)
  error.search = new URLSearchParams({
    error: 'access_denied',
    error_description:
      'AADSTS65004: <script>alert(1)</script> Correlation ID: 3f0e4a6b-9c1d-2e5f-6071-828394a5b6c7 Timestamp: x',
    state: url.searchParams.get('state') ?? '',
  }).toString()
  const page = await browser.open(error)
  expect(page.status).toBe(403)
  expect(page.html).not.toContain('script')
  expect(page.text).toContain('3f0e4a6b-9c1d-2e5f-6071-828394a5b6c7')
  expect(page.headers['content-security-policy']).toContain("default-src 'none'")
  const back = await browser.submit(page, 'Back to the app')
  expect(back.url.searchParams.get('error')).toBe('access_denied')
})

test('T-21 a sign-in that began in another browser can’t be taken over by planting its cookies', async () => {
  const attacker = await givenAnswer()
  const finished = await attacker.browser.open(attacker.url, { stopAt: /\/auth\/authorize\/[\w-]+$/ })
  const victim = new Browser()
  // A sibling host can plant everything but `__Host-` cookies.
  victim.cookies = attacker.browser.cookies.filter(({ name }) => !name.startsWith('__Host-'))
  const page = await victim.open(finished.url)
  expect(page.status).toBe(400)
  expect(victim.cookies.some(({ name }) => name === '__Host-jackfield-session')).toBe(false)
  const own = await attacker.browser.open(finished.url)
  expect(own.url.searchParams.get('code')).toBeTruthy()
})
