import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { send } from './browser.ts'
import { atMicrosoft } from './browser-app.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, signIn } from './oidc-client.ts'

let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
let app: Server
let appOrigin: string
beforeAll(async () => {
  world = await givenGateway()
  app = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>the app</title>'),
  )
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  appOrigin = `http://contoso.apps.localhost:${(app.address() as AddressInfo).port}`
  givenApp(world, 'web-client', { tenantUrl: `${appOrigin.replace('contoso', '{tenant}')}/` })
  givenApp(world, 'on-host')
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  app?.close()
  await world?.close()
})
beforeEach(() => {
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

/** A window of its own, and what Chromium had to say about policies. */
async function givenWindow() {
  const context = await chromium.newContext()
  const complaints: string[] = []
  context.on('console', (message) => {
    if (/Content.Security.Policy|cookie/i.test(message.text())) complaints.push(message.text())
  })
  return { context, complaints, page: await context.newPage() }
}

/** The browser asks Microsoft for an answer by form: it holds the address. */
async function answerByForm(page: Page) {
  const url = new URL(page.url())
  expect(url.searchParams.get('response_mode')).toBe('query')
  url.searchParams.set('response_mode', 'form_post')
  await page.goto(url.href)
}

describe('T-16 AZ-10 Microsoft answers by form', () => {
  test.each(['single', 'per-app'] as const)(
    'in redirect mode %s a browser takes the cross-site POST, and the person is signed in',
    async (redirectMode) => {
      givenPerson(world, givenConnectedTenant(world, 'contoso', { redirectMode }).tenant.id)
      const { context, complaints, page } = await givenWindow()
      const callbacks: string[] = []
      page.on('request', (request) => {
        const { pathname } = new URL(request.url())
        if (pathname.startsWith('/auth/microsoft/callback'))
          callbacks.push(`${request.method()} ${new URL(request.url()).host.split('.')[0]}`)
      })
      const client = await givenClient(world, 'contoso', 'web-client', `${appOrigin}/callback`)
      const login = await client.begin()
      await page.goto(login.url.href)
      const atOurs = (await context.cookies(world.originOf('contoso'))).find(({ name }) =>
        name.startsWith('__Host-jackfield-browser-'),
      )
      expect(atOurs).toMatchObject({
        secure: true,
        httpOnly: true,
        sameSite: 'Lax',
        path: '/',
        domain: 'contoso.phone.localhost',
      })
      await answerByForm(page)
      await atMicrosoft(page)
      await page.waitForURL(`${appOrigin}/**`)
      expect((await client.redeem(new URL(page.url()), login)).claims()?.tenant).toBe('contoso')
      expect(callbacks[0]).toBe(redirectMode === 'single' ? 'POST phone' : 'POST contoso')
      expect(complaints).toEqual([])
      // What the transaction left behind is used up.
      const { rows } = await world.pool.query(
        `select count(*) filter (where consumed_at is null)::int as open, max(extract(epoch from expires_at - now()))::int as left
       from gateway.short_lived_record where kind = 'PendingLogin'`,
      )
      expect(rows[0].open).toBe(0)
      expect(rows[0].left).toBeLessThanOrEqual(600)
    },
  )

  test('oidcc-client-test-form-post-error a posted error becomes a page that shows nothing of its text, and no session', async () => {
    const { context, page } = await givenWindow()
    const login = await (await givenClient(world, 'contoso', 'web-client', `${appOrigin}/callback`)).begin()
    await page.goto(login.url.href)
    const url = new URL(page.url())
    url.searchParams.set('response_mode', 'form_post')
    url.searchParams.set('prompt', 'none') // nobody is signed in at Microsoft: its answer is an error
    await page.goto(url.href)
    await page.getByText('Request:').waitFor()
    expect(new URL(page.url()).pathname).toBe('/auth/microsoft/callback')
    expect(await page.locator('body').innerText()).not.toContain('AADSTS50058:')
    expect((await context.cookies()).map(({ name }) => name)).not.toContain('__Host-jackfield-session')
  })

  test('the form’s members are the answer’s own, once each; a body that is no form, or too long, is refused', async () => {
    const post = (body: string, type = 'application/x-www-form-urlencoded') =>
      send(`${world.originOf('contoso')}/auth/microsoft/callback`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      })
    const answer = await post('code=c&state=s&redirect=https://evil.test&host=evil.test')
    expect([answer.status, answer.headers.location]).toEqual([303, '/auth/microsoft/callback?code=c&state=s'])
    expect((await post('{"code":"c"}', 'application/json')).status).toBe(415)
    expect((await post(`code=${'c'.repeat(40_000)}`)).status).toBe(413)
    expect((await post('')).headers.location).toBe('/auth/microsoft/callback?')
  })
})

describe('an app asks by form to sign out (RP-Initiated Logout 2)', () => {
  test('LO-01 FC-16 a form of another site signs out as a link does, and its ID token is in no address', async () => {
    const { page } = await givenWindow()
    const client = await givenClient(world, 'contoso', 'web-client', `${appOrigin}/callback`)
    const login = await client.begin()
    await page.goto(login.url.href)
    await atMicrosoft(page)
    await page.waitForURL(`${appOrigin}/**`)
    const { id_token: hint = '' } = await client.redeem(new URL(page.url()), login)

    const steps: string[] = []
    const addresses: string[] = []
    page.on('request', (request) => {
      addresses.push(request.url())
      steps.push(`${request.method()} ${new URL(request.url()).pathname}`)
    })
    const fields = { id_token_hint: hint, post_logout_redirect_uri: `${appOrigin}/bye`, state: 'farewell' }
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
    )
    await page.setContent(
      `<form method="post" action="${world.originOf('contoso')}/auth/logout">${inputs.join('')}<button>Leave</button></form>`,
    )
    await page.getByText('Leave').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${appOrigin}/bye?state=farewell`)
    expect(steps.slice(0, 2)).toEqual(['POST /auth/logout', 'POST /auth/logout'])
    expect(addresses.join(' ')).not.toContain(hint)

    await page.goto((await client.begin({ prompt: 'none' })).url.href)
    await page.waitForURL(`${appOrigin}/callback?**`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('login_required')
  })

  test('FC-16 by POST with the session’s cookie the provider asks at once; without a session nobody is asked', async () => {
    const { browser, tokens } = await signIn(world, 'contoso', { redirectUri: `${appOrigin}/callback` })
    const { id_token: hint = '' } = tokens
    const cookie = browser.cookies
      .filter(({ host }) => host.startsWith('contoso'))
      .map(({ name, value }) => `${name}=${value}`)
    const post = (headers: Record<string, string>, query = '') =>
      send(`${world.originOf('contoso')}/auth/logout${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams({ id_token_hint: hint }).toString(),
      })
    const asked = await post({ cookie: cookie.join('; ') })
    expect([asked.status, asked.headers.location]).toEqual([200, undefined])
    expect(asked.text).toContain('Stay signed in')
    const foreign = await post({})
    expect([foreign.status, foreign.headers.location]).toEqual([200, undefined])
    const onward = await post({}, '?onward')
    expect([onward.status, onward.headers.location]).toEqual([200, undefined])
    expect(onward.text).toContain('/auth/logout/confirm')
  })

  test('what is no form, or too long, is refused', async () => {
    const post = (body: string, type = 'application/x-www-form-urlencoded') =>
      send(`${world.originOf('contoso')}/auth/logout`, { method: 'POST', headers: { 'content-type': type }, body })
    expect((await post('{"state":"s"}', 'application/json')).status).toBe(400)
    expect((await post(`state=${'s'.repeat(10_000)}`)).status).toBe(400)
    expect((await post('')).headers.location).toBe('/auth/logout?')
  })
})

describe('an app is answered by form (OAuth 2.0 Form Post Response Mode)', () => {
  test.each([
    ['at its own host', 'web-client', () => `${appOrigin}/callback`],
    ['at the host of the gateway', 'on-host', () => `${world.originOf('contoso')}/callback`],
  ])(
    '%s, under the policy that the gateway ships; no code is in any address',
    async (_where, clientId, redirectUri) => {
      const { context, complaints, page } = await givenWindow()
      const bodies: URLSearchParams[] = []
      await context.route(
        (url) => url.pathname === '/callback',
        (route) => {
          bodies.push(new URLSearchParams(route.request().postData() ?? ''))
          return route.fulfill({ contentType: 'text/html', body: '<title>the app</title>' })
        },
      )
      const client = await givenClient(world, 'contoso', clientId, redirectUri())
      const login = await client.begin({ response_mode: 'form_post' })
      await page.goto(login.url.href)
      await atMicrosoft(page)
      await page.waitForURL(redirectUri())
      expect(await page.title()).toBe('the app')
      expect(page.url()).toBe(redirectUri())
      const [body = new URLSearchParams()] = bodies
      expect(Object.fromEntries(body)).toMatchObject({
        state: login.state,
        iss: `${world.originOf('contoso')}/auth`,
        code: expect.any(String),
      })
      const tokens = await client.redeem(new URL(`${redirectUri()}?${body}`), login)
      expect(tokens.claims()?.tenant).toBe('contoso')

      // Signed in already: no page of Microsoft's is between.
      const silent = await client.begin({ response_mode: 'form_post', prompt: 'none' })
      await page.goto(silent.url.href)
      await page.waitForURL(redirectUri())
      expect(bodies[1]?.get('state')).toBe(silent.state)
      expect(complaints).toEqual([])
    },
  )

  test('with an error as well, and never at an address that is not registered', async () => {
    const { context, page } = await givenWindow()
    const bodies: URLSearchParams[] = []
    await context.route(
      (url) => url.pathname === '/callback',
      (route) => {
        bodies.push(new URLSearchParams(route.request().postData() ?? ''))
        return route.fulfill({ contentType: 'text/html', body: '<title>the app</title>' })
      },
    )
    const client = await givenClient(world, 'contoso', 'web-client', `${appOrigin}/callback`)
    const login = await client.begin({ response_mode: 'form_post', prompt: 'none' })
    await page.goto(login.url.href)
    await page.waitForURL(`${appOrigin}/callback`)
    expect(Object.fromEntries(bodies[0] ?? [])).toMatchObject({ error: 'login_required', state: login.state })

    const evil = await send(
      (await client.begin({ response_mode: 'form_post', redirect_uri: 'https://evil.test/callback' })).url,
    )
    expect([evil.status, evil.text.includes('<form')]).toEqual([400, false])
  })
})
