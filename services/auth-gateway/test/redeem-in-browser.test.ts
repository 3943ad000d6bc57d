import { launchChromium } from '@jackfield/test-environment/chromium'
import type { BrowserContextOptions, Page as ChromiumPage, Route } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, type Page, send } from './browser.ts'
import {
  ADATUM_DIRECTORY_ID,
  ADELE,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  type World,
} from './given.ts'
import { givenClient } from './oidc-client.ts'

const TOKEN_ROUTE = 'POST /:tenant/oauth2/v2.0/token'
let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
let origin: string
/** Of the redirect URI, where the browser redeems (FC-36). */
let redeemingOrigin: string
beforeAll(async () => {
  world = await givenGateway({ redirectPlatform: 'spa' })
  givenApp(world, 'web-client')
  origin = world.originOf('contoso')
  redeemingOrigin = world.baseUrl
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  await world.close()
})
beforeEach(() => {
  world.roster.people.length = 0
  world.registry.audits.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso', { redirectPlatform: 'spa' }).tenant.id)
})

const tokenRequests = () => world.m365.requests.count(TOKEN_ROUTE)

/** A sign-in up to the page on which the browser redeems the code. */
async function givenRedemption(browser = new Browser()) {
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  const atMicrosoft = await browser.open(login.url)
  const page = await browser.submit(atMicrosoft, 'Sign in', {
    username: ADELE.userPrincipalName,
    password: 'Passw0rd!',
  })
  const data = Object.fromEntries(
    [...page.html.matchAll(/data-(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
  const handle = /name="handle" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  return { app, login, browser, page, data, handle }
}
type Redemption = Awaited<ReturnType<typeof givenRedemption>>

/** What the page's script does. */
async function redeem({ data }: Redemption): Promise<Record<string, string>> {
  const answer = await send(data.endpoint ?? '', {
    method: 'POST',
    headers: { origin: redeemingOrigin, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: data.client ?? '',
      code: data.code ?? '',
      redirect_uri: data.redirect ?? '',
      code_verifier: data.verifier ?? '',
      scope: data.scope ?? '',
    }).toString(),
  })
  return JSON.parse(answer.text)
}
/** Posts what the page got, and follows the page that leads back to the tenant's host. */
async function bring(browser: Browser, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const posted = await post(browser, fields, headers)
  const onward = /^0;url=(.*\/auth\/microsoft\/redeemed\?.*)$/.exec(String(posted.headers.refresh))?.[1]
  return onward === undefined ? posted : browser.open(onward)
}
function post(browser: Browser, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
  return browser.open(`${redeemingOrigin}/auth/microsoft/redeemed`, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      origin: redeemingOrigin,
      ...headers,
    },
  })
}
const goOn = (browser: Browser, page: Page) =>
  browser.open(new URL(String(page.headers.refresh).replace(/^0;url=/, ''), origin))

test('S11 the browser redeems a code of the platform spa, the gateway verifies the ID token and signs the person in', async () => {
  const before = tokenRequests()
  const redemption = await givenRedemption()
  expect(redemption.page.status).toBe(200)
  expect(tokenRequests()).toBe(before) // the server never redeems it
  expect(redemption.page.headers['content-security-policy']).toContain(`connect-src ${world.m365.origin}`)
  const { id_token } = await redeem(redemption)
  const accepted = await bring(redemption.browser, { handle: redemption.handle, id_token: id_token ?? '' })
  const done = await goOn(redemption.browser, accepted)
  const tokens = await redemption.app.redeem(done.url, redemption.login)
  expect(tokens.claims()?.sub).toBe(world.roster.people[0]?.id)
  expect(tokenRequests()).toBe(before + 1)
})

test('S11 in Chromium the page redeems by itself, and no policy is violated', async () => {
  const page = await (await chromium.newContext()).newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|CORS/.test(message.text())) complaints.push(message.text())
  })
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  await page.goto(login.url.href)
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/localhost:\d+\/callback\?code=/)
  expect((await app.redeem(new URL(page.url()), login)).claims()?.name).toBe('Adele Vance')
  expect(complaints).toEqual([])
  await page.context().close()
})

test('T-10 a handle works once, in the browser of the sign-in', async () => {
  const redemption = await givenRedemption()
  const { id_token = '' } = await redeem(redemption)
  const fields = { handle: redemption.handle, id_token }
  const stranger = new Browser()
  await givenRedemption(stranger)
  expect((await bring(redemption.browser, fields)).status).toBe(200)
  const second = await bring(redemption.browser, fields)
  expect(second).toMatchObject({ status: 400, text: expect.stringContaining('used already') })
  for (const browser of [stranger, new Browser()]) {
    const other = await givenRedemption()
    const stolen = { handle: other.handle, id_token: (await redeem(other)).id_token ?? '' }
    expect((await bring(browser, stolen)).text).toContain('sign-in-misdirected')
  }
})

test('T-10 the page that redeems is shown to the browser of the sign-in where the host knows it, and no more once used', async () => {
  const redemption = await givenRedemption()
  const { id_token = '' } = await redeem(redemption)
  await post(redemption.browser, { handle: redemption.handle, id_token })
  const again = await redemption.browser.open(`${redeemingOrigin}/auth/microsoft/redeem?handle=${redemption.handle}`)
  expect(again).toMatchObject({ status: 400, text: expect.stringContaining('used already') })

  world.roster.people.length = 0
  const perApp = { redirectPlatform: 'spa', redirectMode: 'per-app' } as const
  givenPerson(world, givenConnectedTenant(world, 'contoso', perApp).tenant.id)
  const { browser, handle } = await givenRedemption()
  const address = `${origin}/auth/microsoft/redeem?handle=${handle}`
  expect((await browser.open(address)).status).toBe(200)
  expect((await new Browser().open(address)).text).toContain('sign-in-misdirected')
})

test('T-10 the way back to the tenant’s host works once, in the browser that began, and on that host alone', async () => {
  const redemption = await givenRedemption()
  const { id_token = '' } = await redeem(redemption)
  const posted = await post(redemption.browser, { handle: redemption.handle, id_token })
  const onward = String(posted.headers.refresh).replace(/^0;url=/, '')
  expect(onward.startsWith(`${origin}/auth/microsoft/redeemed?handle=`)).toBe(true)
  expect(onward).not.toContain(id_token)
  const elsewhere = onward.replace(origin, world.originOf('fabrikam'))
  expect((await redemption.browser.open(elsewhere)).status).toBeGreaterThanOrEqual(400)
  expect((await new Browser().open(onward)).text).toContain('sign-in-misdirected')
  expect((await redemption.browser.open(onward)).status).toBe(200)
  expect((await redemption.browser.open(onward)).text).toContain('used already')
})

test('T-10 the page on which the code is redeemed answers on the redirect URI’s host alone', async () => {
  const redemption = await givenRedemption()
  expect(new URL(redemption.page.url).origin).toBe(redeemingOrigin)
  expect(redemption.page.url.href).not.toContain('code=')
  const elsewhere = redemption.page.url.href.replace(redeemingOrigin, origin)
  expect((await redemption.browser.open(elsewhere)).text).toContain('sign-in-misdirected')
})

test('FC-36 in Chromium, where only the redirect URI’s own origin may redeem, people of every tenant’s host sign in', async () => {
  world.m365.entra.redeemingOrigin = 'redirect-uri'
  try {
    const page = await (await chromium.newContext()).newPage()
    const app = await givenClient(world, 'contoso')
    const login = await app.begin()
    await page.goto(login.url.href)
    await page.getByLabel('User name').fill(ADELE.userPrincipalName)
    await page.getByLabel('Password').fill('Passw0rd!')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/localhost:\d+\/callback\?code=/)
    expect((await app.redeem(new URL(page.url()), login)).claims()?.name).toBe('Adele Vance')
    await page.context().close()
  } finally {
    world.m365.entra.redeemingOrigin = 'any'
  }
})

/** Chromium on the page that redeems, after a sign-in at Microsoft. */
async function openRedemption(options: BrowserContextOptions, prepare: (page: ChromiumPage) => Promise<unknown>) {
  const page = await (await chromium.newContext(options)).newPage()
  page.setDefaultTimeout(15_000)
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  await page.goto(login.url.href)
  await prepare(page)
  await page.getByRole('textbox', { name: /User name|Benutzername/ }).fill(ADELE.userPrincipalName)
  await page.getByLabel(/Password|Kennwort/).fill('Passw0rd!')
  await page.getByRole('button', { name: /Sign in|Anmelden/ }).click()
  return { page, app, login }
}
const TOKEN = '**/oauth2/v2.0/token'

test.each<[string, (route: Route) => Promise<void>]>([
  ['cannot be reached', (route) => route.abort('connectionreset')],
  ['answers a proxy’s page', (route) => route.fulfill({ status: 403, contentType: 'text/html', body: '<h1>No</h1>' })],
  ['answers null', (route) => route.fulfill({ contentType: 'application/json', body: 'null' })],
])('S11 T-115 where the token endpoint %s, the page ends with the next try, which signs in', async (_what, answer) => {
  const { page, app, login } = await openRedemption({}, (page) => page.route(TOKEN, answer))
  await page.getByRole('link', { name: 'Try again' }).waitFor()
  await page.unroute(TOKEN)
  await page.getByRole('link', { name: 'Try again' }).click()
  await page.waitForURL(/localhost:\d+\/callback\?code=/)
  expect((await app.redeem(new URL(page.url()), login)).claims()?.name).toBe('Adele Vance')
  await page.context().close()
})

test.each<[string, BrowserContextOptions, (page: ChromiumPage) => Promise<unknown>, string | undefined]>([
  ['does not run', { javaScriptEnabled: false }, async () => undefined, 'This sign-in needs JavaScript.'],
  ['fails', {}, (page) => page.addInitScript('delete window.URLSearchParams'), undefined],
  ['waits for Microsoft', {}, (page) => page.route(TOKEN, () => undefined), undefined],
])(
  'S36 where the script of the page that redeems %s, a button appears, and by keyboard leads to the next try',
  async (_what, options, prepare, text) => {
    const { page } = await openRedemption(options, prepare)
    await page.waitForURL(/\/auth\/microsoft\/redeem\?/, { waitUntil: 'commit' })
    await page.getByText('One moment').waitFor()
    if (text) expect(await page.innerText('main')).toContain(text)
    const button = page.getByRole('button', { name: 'Try again' })
    await button.waitFor()
    await page.keyboard.press('Tab')
    expect(await button.evaluate((element) => element.matches(':focus-visible'))).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Try again' }).waitFor()
    await page.context().close()
  },
)

test('T-16 another site cannot bring a token into somebody’s sign-in', async () => {
  const redemption = await givenRedemption()
  const { id_token = '' } = await redeem(redemption)
  const fields = { handle: redemption.handle, id_token }
  for (const headers of [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: world.originOf('fabrikam') },
    { 'sec-fetch-site': 'same-site', origin },
  ]) {
    expect((await bring(redemption.browser, fields, headers)).status).toBe(403)
  }
})

test('T-02 T-03 an ID token of another sign-in, an edited one, an unsigned one and none at all are refused', async () => {
  const other = await redeem(await givenRedemption())
  const tamper = (token: string, change: Record<string, unknown>) => {
    const [head, body = '', signature] = token.split('.')
    const claims = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), ...change }
    return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
  }
  const none = (token: string) =>
    [Buffer.from('{"alg":"none"}').toString('base64url'), token.split('.')[1], ''].join('.')
  const attempts: Array<(token: string) => string> = [
    () => other.id_token ?? '',
    (token) => tamper(token, { oid: '00000000-0000-0000-0000-000000000001' }),
    none,
    () => other.access_token ?? '',
    () => '',
  ]
  for (const attempt of attempts) {
    const redemption = await givenRedemption()
    const { id_token = '' } = await redeem(redemption)
    const page = await bring(redemption.browser, { handle: redemption.handle, id_token: attempt(id_token) })
    expect(page.status).toBeGreaterThanOrEqual(400)
    expect(redemption.browser.cookies.some(({ name }) => name === '__Host-jackfield-session')).toBe(false)
  }
  expect(world.registry.audits.filter(({ outcome }) => outcome === 'refused')).toHaveLength(attempts.length)
})

test('S39 Microsoft’s refusal in the browser gives the same page as on the server', async () => {
  const redemption = await givenRedemption()
  const error_description =
    'AADSTS50105: The signed in user is not assigned to a role for the application. Trace ID: x Correlation ID: 5f1b6c9e-0d4e-4f0a-8c1d-2b3c4d5e6f70 Timestamp: 2026-01-01 00:00:00Z'
  const page = await bring(redemption.browser, {
    handle: redemption.handle,
    error: 'interaction_required',
    error_description,
  })
  expect(page.status).toBe(403)
  expect(page.text).toContain('AADSTS50105')
  expect(page.text).toContain('5f1b6c9e-0d4e-4f0a-8c1d-2b3c4d5e6f70')
  const unreachable = await givenRedemption()
  expect((await bring(unreachable.browser, { handle: unreachable.handle, error: 'unreachable' })).status).toBe(502)
})

test('T-05 an ID token of another directory is refused, and the page names the expected organisation', async () => {
  const redemption = await givenRedemption()
  const foreign = givenConnectedTenant(world, 'adatum', { redirectPlatform: 'spa', directoryId: ADATUM_DIRECTORY_ID })
  expect(foreign.account.directoryId).toBe(ADATUM_DIRECTORY_ID)
  const { id_token = '' } = await redeem(redemption)
  const [head, , signature] = id_token.split('.')
  const claims = { tid: ADATUM_DIRECTORY_ID, iss: `${world.m365.origin}/${ADATUM_DIRECTORY_ID}/v2.0` }
  const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
  expect((await bring(redemption.browser, { handle: redemption.handle, id_token: forged })).status).toBe(400)
})
