import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bundleBrowserSignIn } from '@jackfield/browser-signin/bundle'
import { findViolations } from '@jackfield/test-environment/accessibility'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atMicrosoft, clickForPopup, openApp } from './browser-app.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'

let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
let script = ''
beforeAll(async () => {
  script = await bundleBrowserSignIn()
  world = await givenGateway()
  givenApp(world, 'web-client')
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  await world?.close()
})

const example = (file: string) => readFileSync(new URL(`../../../examples/plain-html/${file}`, import.meta.url), 'utf8')
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'",
}

/** The example's own files under a strict policy. */
function openExample(context: BrowserContext, change = (page: string) => page, slug = 'contoso'): Promise<Page> {
  const files = {
    '/': change(example('index.html')),
    '/login.js': example('login.js'),
    '/microsoft-sign-in.js': script,
  }
  return openApp(world, context, files, { headers, slug })
}

const withAttribute = (attribute: string) => (page: string) =>
  page.replace('<microsoft-sign-in', `<microsoft-sign-in ${attribute}`)

test('S36 S38 the button signs in by keyboard alone, under a strict Content-Security-Policy', async () => {
  const context = await chromium.newContext()
  const complaints: string[] = []
  context.on('console', (message) => {
    if (/Content.Security.Policy|Trusted/i.test(message.text())) complaints.push(message.text())
  })
  const page = await openExample(context)
  const button = page.getByRole('button', { name: 'Sign in with Microsoft', exact: true })
  await page.keyboard.press('Tab')
  const popup = page.waitForEvent('popup')
  await button.press('Enter')
  await atMicrosoft(await popup)
  await page.getByRole('status').getByText('Signed in as Adele Vance').waitFor()
  await button.waitFor({ state: 'hidden' })
  expect(complaints).toEqual([])
})

test('S38 with mode="redirect" the element of the page that comes back fires the same event', async () => {
  const page = await openExample(await chromium.newContext(), withAttribute('mode="redirect"'))
  await page.getByRole('button').click()
  await atMicrosoft(page)
  await page.getByText('Signed in as Adele Vance').waitFor()
  expect(page.url()).toBe(`${world.originOf('contoso')}/?view=calls`)
})

test('FC-02 T-133 after Cancel at Microsoft the pop-up says so, the bridge notifies the app, and the next click signs in', async () => {
  const page = await openExample(await chromium.newContext())
  const popup = await clickForPopup(page)
  await popup.getByRole('button', { name: 'Cancel' }).click()
  await popup.getByText('You cancelled at Microsoft').waitFor()
  const closed = popup.waitForEvent('close')
  await popup.getByRole('button', { name: 'Back to the app' }).click()
  await closed
  await page.getByRole('alert').getByText('You were not signed in.').waitFor()
  await atMicrosoft(await clickForPopup(page))
  await page.getByText('Signed in as Adele Vance').waitFor()
})

test('S36 a gateway out of reach is one sentence for the person, and the next click signs in', async () => {
  const context = await chromium.newContext()
  const page = await openExample(context)
  const discovery = '**/.well-known/openid-configuration'
  await context.route(discovery, (route) => route.abort())
  await page.getByRole('button').click()
  await page.getByRole('alert').getByText('Signing in is not possible at the moment. Please try again.').waitFor()
  await context.unroute(discovery)
  await atMicrosoft(await clickForPopup(page))
  await page.getByText('Signed in as Adele Vance').waitFor()
})

test('S36 the element speaks the language of the page, and wears the theme it is given', async () => {
  const page = await openExample(await chromium.newContext(), (html) =>
    withAttribute('theme="dark"')(html.replace('lang="en"', 'lang="de"')),
  )
  const button = page.getByRole('button', { name: 'Mit Microsoft anmelden' })
  await button.waitFor()
  const inside = "document.querySelector('microsoft-sign-in').shadowRoot.querySelector('button')"
  expect(await page.evaluate(`getComputedStyle(${inside}).backgroundColor`)).toBe('rgb(47, 47, 47)')
  expect(await page.evaluate(`${inside}.getBoundingClientRect().height`)).toBeGreaterThanOrEqual(41)
  const asked = page.context().waitForEvent('request', (request) => request.url().includes('/auth/authorize'))
  await button.click()
  expect(new URL((await asked).url()).searchParams.get('ui_locales')).toBe('de')
})

test.each(['light', 'dark'] as const)(
  'S37 in %s axe finds nothing on a page with the button, before it, while it works, and when it failed',
  async (colorScheme) => {
    const context = await chromium.newContext({ colorScheme })
    // Without the strict policy, under which axe itself cannot work.
    const files = { '/': example('index.html'), '/login.js': example('login.js'), '/microsoft-sign-in.js': script }
    const page = await openApp(world, context, files)
    const button = page.getByRole('button', { name: 'Sign in with Microsoft', exact: true })
    await button.waitFor()
    expect(await findViolations(page)).toEqual([])
    const popup = await clickForPopup(page)
    expect(await findViolations(page)).toEqual([])
    await popup.close()
    await context.route('**/.well-known/openid-configuration', (route) => route.abort())
    await page.reload()
    await button.click()
    await page.getByRole('alert').getByText('Signing in is not possible').waitFor()
    expect(await findViolations(page)).toEqual([])
    await context.close()
  },
)

test('S37 the first Tab reaches the button, Space presses it once, and a screen reader hears that it goes on', async () => {
  const page = await openExample(await chromium.newContext())
  const button = page.getByRole('button', { name: 'Sign in with Microsoft', exact: true })
  await button.waitFor()
  expect(await page.locator('microsoft-sign-in').ariaSnapshot()).toBe('- button "Sign in with Microsoft"\n- status')
  await page.keyboard.press('Tab')
  const popups: Page[] = []
  page.on('popup', (opened) => popups.push(opened))
  await page.keyboard.press('Space')
  await page.getByRole('status').getByText('The sign-in goes on with Microsoft.').waitFor()
  expect(popups).toHaveLength(1)
  await atMicrosoft(popups[0] as Page)
  await page.getByText('Signed in as Adele Vance').waitFor()
  expect(await page.getByText('goes on with Microsoft').count()).toBe(0)
})

test('FC-15 S4 where the tenant has no account, or the host no tenant, a hint replaces the button', async () => {
  world.registry.givenTenant('fabrikam', [])
  for (const slug of ['fabrikam', 'nobody']) {
    const page = await openExample(await chromium.newContext(), undefined, slug)
    await page.getByText('Signing in with Microsoft is not set up here.').waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
    expect(await page.locator('microsoft-sign-in[unavailable]').count()).toBe(1)
  }
})

test('FC-15 an app at an origin of its own asks its tenant’s gateway, and learns it of a host of no tenant, too', async () => {
  // A real server: Chromium lets no page that a test fulfils call another origin on this machine.
  const server = createServer(({ url, headers: { host = '' } }, answer) => {
    if (url === '/m.js') return answer.setHeader('content-type', 'text/javascript').end(script)
    const authority = `${world.originOf(host.split('.')[0] ?? '')}/auth`
    const element = `<microsoft-sign-in client-id="crm" authority="${authority}"></microsoft-sign-in>`
    return answer
      .setHeader('content-type', 'text/html')
      .end(`<!doctype html><script type="module" src="/m.js"></script>${element}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  givenApp(world, 'crm', { tenantUrl: `http://{tenant}.crm.localhost:${port}/` })
  try {
    for (const [slug, isConnected] of [
      ['contoso', true],
      ['fabrikam', false],
      ['nobody', false],
    ] as const) {
      const page = await (await chromium.newContext()).newPage()
      const answered = page.waitForResponse(/sign-in-options/)
      await page.goto(`http://${slug}.crm.localhost:${port}/`)
      await answered
      if (!isConnected) await page.getByText('is not set up here').waitFor()
      expect([slug, await page.getByRole('button').count()]).toEqual([slug, isConnected ? 1 : 0])
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('FC-15 while the gateway does not answer the button stays', async () => {
  const context = await chromium.newContext()
  await context.route('**/auth/sign-in-options', (route) => route.fulfill({ status: 503 }))
  const answered = context.waitForEvent('response', (response) => response.url().endsWith('/auth/sign-in-options'))
  const page = await openExample(context)
  await answered
  await page.getByRole('button', { name: 'Sign in with Microsoft', exact: true }).waitFor()
  expect(await page.locator('microsoft-sign-in[unavailable]').count()).toBe(0)
})
