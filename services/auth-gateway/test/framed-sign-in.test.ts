import { bundleBrowserSignIn } from '@jackfield/browser-signin/bundle'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atMicrosoft, serveApp } from './browser-app.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'

const APP = `<!doctype html><html lang="en"><title>App</title><script type="module" src="/m.js"></script>
<microsoft-sign-in client-id="web-client"></microsoft-sign-in><p id="told"></p><script type="module">
const tell = (text) => { document.querySelector('#told').textContent = text }
addEventListener('signedin', ({ detail }) => tell('Hello ' + detail.claims.name))
addEventListener('signinerror', ({ detail }) => tell('Code ' + detail.code))
</script>`

let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
let script = ''
beforeAll(async () => {
  script = await bundleBrowserSignIn()
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  await world?.close()
})

/** The app, which the page of another address shows in a frame. */
async function openFramed(outer: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await chromium.newContext()
  context.setDefaultTimeout(15_000)
  await serveApp(world, context, { '/': APP, '/m.js': script })
  const frame = `<!doctype html><iframe src="${world.originOf('contoso')}/" width="600" height="400" allow="popups"></iframe>`
  await context.route(`${outer}/**`, (route) => route.fulfill({ contentType: 'text/html', body: frame }))
  const page = await context.newPage()
  await page.goto(`${outer}/`)
  return { context, page }
}
const elsewhere = () => `http://crm.localhost:${world.port}`

test('FC-03 T-133 browser tests run with the storage of frames of other sites partitioned, as people’s browsers do', async () => {
  const { context, page } = await openFramed(elsewhere())
  const top = await context.newPage()
  await top.goto(`${world.originOf('contoso')}/`)
  await top.evaluate(`localStorage.setItem('kept', 'by the tab')`)
  const framed = page.frames().find((frame) => frame.url().startsWith(world.originOf('contoso')))
  expect(await framed?.evaluate(`localStorage.getItem('kept')`)).toBe(null)
  await context.close()
})

test('FC-03 T-133 in a frame of another site the sign-in ends at once with its own code, words and a way on', async () => {
  const { context, page } = await openFramed(elsewhere())
  const windows = context.pages().length
  const app = page.frameLocator('iframe')
  await app.getByRole('button', { name: 'Sign in with Microsoft', exact: true }).click()
  await app.getByText('Code foreign-frame').waitFor()
  await app.getByRole('alert').getByText('You can’t sign in while another site shows this page').waitFor()
  expect(context.pages()).toHaveLength(windows)
  const opened = context.waitForEvent('page')
  await app.getByRole('link', { name: 'Open in a new tab' }).click()
  const tab = await opened
  const popup = tab.waitForEvent('popup')
  await tab.getByRole('button', { name: 'Sign in with Microsoft', exact: true }).click()
  await atMicrosoft(await popup)
  await tab.getByText('Hello Adele Vance').waitFor()
  await context.close()
})

test('FC-03 in a frame of the same site the pop-up signs in', async () => {
  const { context, page } = await openFramed(world.originOf('intranet'))
  const popup = context.waitForEvent('page')
  await page.frameLocator('iframe').getByRole('button', { name: 'Sign in with Microsoft', exact: true }).click()
  await atMicrosoft(await popup)
  await page.frameLocator('iframe').getByText('Hello Adele Vance').waitFor()
  await context.close()
})

test('T-133 a window closed before Microsoft has its own code; one closed there a hint; the next click signs in', async () => {
  const context = await chromium.newContext()
  await serveApp(world, context, { '/': APP, '/m.js': script })
  const page = await context.newPage()
  await page.goto(`${world.originOf('contoso')}/`)
  const button = page.getByRole('button', { name: 'Sign in with Microsoft', exact: true })
  const mayDiscover = Promise.withResolvers<void>()
  const discovery = '**/.well-known/openid-configuration'
  await context.route(discovery, (route) => mayDiscover.promise.then(() => route.continue()))
  const early = page.waitForEvent('popup')
  await button.click()
  await (await early).close()
  mayDiscover.resolve()
  await page.getByText('Code window-closed').waitFor()
  await page.getByRole('alert').getByText('The window was closed.').waitFor()
  await context.unroute(discovery)

  const popup = page.waitForEvent('popup')
  await button.click()
  await (await popup).getByLabel('User name').waitFor()
  await (await popup).close()
  await page.evaluate(`dispatchEvent(new Event('focus'))`) // a headless page keeps the focus
  await page.getByRole('alert').getByText('Did you close the window?').waitFor()
  const next = page.waitForEvent('popup')
  await button.click()
  await atMicrosoft(await next)
  await page.getByText('Hello Adele Vance').waitFor()
  expect(await page.locator('[role=alert]').textContent()).toBe('')
  await context.close()
})
