import { launchChromium, openWithoutCookies } from '@jackfield/test-environment/chromium'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser as Tabs } from './browser.ts'
import { atMicrosoft } from './browser-app.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient } from './oidc-client.ts'

const TABS = [1, 2, 3, 4, 5]

let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
let origin: string
/** Nothing answers there but the gateway: the address is what counts. */
let portal: string
let portalSignIn: string
let context: BrowserContext
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenApp(world, 'portal', { kind: 'server', tenantUrl: `http://{tenant}.phone.localhost:${world.port}/portal/` })
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  origin = world.originOf('contoso')
  portal = `${origin}/portal/`
  portalSignIn = `${origin}/auth/signin?app=portal&returnTo=/portal/`
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  await world?.close()
})
beforeEach(async () => {
  context = await chromium.newContext()
  context.setDefaultTimeout(10_000)
})

/** A profile that nobody signed in with here, and that Microsoft knows. */
async function knownToMicrosoft(): Promise<void> {
  const page = await context.newPage()
  await signIn(page)
  await atMicrosoft(page)
  await page.waitForURL(portal)
  await page.close()
  await context.clearCookies({ domain: 'contoso.phone.localhost' })
}

const signIn = (page: Page) => page.goto(portalSignIn)
/** Microsoft’s answer leads to its attempt, that to its authorization request, and that to the portal’s sign-in. */
async function leadOn(page: Page): Promise<void> {
  for (let clicks = 0; clicks <= 3; clicks++) {
    await page.waitForURL(/\/portal\/$|\/auth\/(?!signin\?retry)/)
    if (page.url() === portal) return
    await page.getByRole('link', { name: 'Continue' }).click()
  }
  throw new Error(`still at ${page.url()}`)
}

async function isSignedIn(): Promise<boolean> {
  const page = await context.newPage()
  const answer = await page.goto(`${origin}/auth/session`)
  return answer?.ok() ?? false
}

test.each([1, 2, 3])(
  'FC-01 T-132 round %i: five tabs that are restored at once in a new profile all end signed in',
  async () => {
    await knownToMicrosoft()
    const tabs = await Promise.all(TABS.map(() => context.newPage()))
    await Promise.all(tabs.map(signIn))
    await Promise.all(tabs.map((tab) => tab.waitForURL(portal)))
    expect(await isSignedIn()).toBe(true)
    await context.close()
  },
)

test('FC-01 T-132 five tabs that wait at Microsoft each end signed in, whichever comes back first', async () => {
  const tabs = await Promise.all(TABS.map(() => context.newPage()))
  await Promise.all(tabs.map(signIn))
  for (const tab of tabs.toReversed()) {
    await atMicrosoft(tab)
    await tab.waitForURL(portal)
    expect(await isSignedIn()).toBe(true)
  }
  await context.close()
})

test('FC-01 T-132 Microsoft’s answer that is opened twice, an attempt that has ended and Back each lead on to the app', async () => {
  const page = await context.newPage()
  const answers: string[] = []
  page.on('request', (request) => {
    if (/^\/auth\/(?:microsoft\/callback|interaction\/|authorize\/)/.test(new URL(request.url()).pathname))
      answers.push(request.url())
  })
  await signIn(page)
  await atMicrosoft(page)
  await page.waitForURL(portal)
  const ours = [...new Set(answers)].filter((address) => address.startsWith(origin))
  expect(ours.map((address) => new URL(address).pathname.split('/')[2])).toEqual([
    'interaction',
    'microsoft',
    'authorize',
  ])
  for (const address of ours) {
    expect((await page.goto(address))?.status()).toBe(400)
    await page.reload()
    await leadOn(page)
    expect(await isSignedIn()).toBe(true)
  }
  await context.close()
})

test('FC-01 T-132 a double click at Microsoft and a click in each of two windows end signed in', async () => {
  const [first, second] = [await context.newPage(), await context.newPage()]
  await Promise.all([signIn(first), signIn(second)])
  for (const page of [first, second]) {
    await page.getByLabel('User name').fill(ADELE.userPrincipalName)
    await page.getByLabel('Password').fill('Passw0rd!')
  }
  await Promise.all([first, second].map((page) => page.getByRole('button', { name: 'Sign in' }).dblclick()))
  for (const page of [first, second]) {
    await leadOn(page)
  }
  expect(await isSignedIn()).toBe(true)
  await context.close()
})

test.each(['authorize', 'device'])(
  'T-132 two requests of /auth/%s at the same moment are bound to a cookie each',
  async (path) => {
    const browser = new Tabs()
    const ask = async () =>
      path === 'device' ? new URL(`${origin}/auth/device`) : (await (await givenClient(world, 'contoso')).begin()).url
    const [first, second] = await Promise.all([ask(), ask()])
    await Promise.all([browser.open(first), browser.open(second)])
    const ours = browser.cookies.filter(({ name }) => name.startsWith('__Host-jackfield-browser-'))
    expect(new Set(ours.map(({ name }) => name)).size).toBe(2)
    await browser.open(await ask())
    expect(browser.cookies.filter(({ name }) => name.startsWith('__Host-jackfield-browser-'))).toHaveLength(2)
  },
)

test('T-132 a browser keeps 16 of these cookies at most', async () => {
  const browser = new Tabs()
  const open = () => browser.open(`${origin}/auth/device`)
  await Promise.all(Array.from({ length: 20 }, open))
  await open()
  expect(browser.cookies.filter(({ name }) => name.startsWith('__Host-jackfield-browser-'))).toHaveLength(16)
})

test('FC-10 T-133 a browser that keeps no cookies is told so at once, with a way on', async () => {
  const { page, close } = await openWithoutCookies()
  const answer = await page.goto(portalSignIn)
  expect(answer?.status()).toBe(400)
  await page.getByText('Your browser sent no cookies').waitFor()
  await page.getByText('Code: cookies-missing').waitFor()
  expect(await page.getByText('another browser').count()).toBe(0)
  expect(await page.getByRole('link', { name: 'portal' }).getAttribute('href')).toBe(portal)
  await close()
})
