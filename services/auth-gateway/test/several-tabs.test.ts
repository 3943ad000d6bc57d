import { launchChromium } from '@jackfield/test-environment/chromium'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { atMicrosoft } from './browser-app.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'

const TABS = [1, 2, 3, 4, 5]

let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
let origin: string
/** Nothing answers there but the gateway: the address is what counts. */
let portal: string
let context: BrowserContext
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'portal', { kind: 'server', tenantUrl: `http://{tenant}.phone.localhost:${world.port}/portal/` })
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
  origin = world.originOf('contoso')
  portal = `${origin}/portal/`
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

const signIn = (page: Page) => page.goto(`${origin}/auth/signin?app=portal&returnTo=/portal/`)
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
