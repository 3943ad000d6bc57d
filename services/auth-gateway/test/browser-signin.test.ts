import { launchChromium } from '@jackfield/test-environment/chromium'
import { build } from 'esbuild'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atMicrosoft, clickForPopup, openApp } from './browser-app.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient } from './oidc-client.ts'

let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
let script = ''
beforeAll(async () => {
  const contents = `import { signIn, finishSignIn } from '@jackfield/browser-signin/sign-in'
    const show = (text) => { document.title = text }
    const done = (user) => user && show('signed in: ' + user.claims.name)
    const failed = (error) => show('failed: ' + error.code)
    window.results = []
    document.querySelector('button').onclick = () => signIn({ clientId: 'web-client' }).then(done, (error) => window.results.push(error.code))
    finishSignIn({ clientId: 'web-client' }).then(done, failed)`
  const bundle = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
  })
  script = bundle.outputFiles[0]?.text ?? ''
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

const BODY =
  '<!doctype html><title>login</title><button>Sign in with Microsoft</button><script type="module" src="/app.js"></script>'
const openPage = (context: BrowserContext) => openApp(world, context, { '/': BODY, '/app.js': script })

const titled = (page: Page, title: string) => page.waitForFunction(`document.title === ${JSON.stringify(title)}`)

test('S38 T-15 a pop-up signs in although app and Microsoft send Cross-Origin-Opener-Policy, and closes itself', async () => {
  const context = await chromium.newContext()
  const complaints: string[] = []
  context.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
  })
  const page = await openPage(context)
  const popup = await clickForPopup(page)
  expect(await popup.evaluate('window.opener')).toBe(null)
  const closed = popup.waitForEvent('close')
  await atMicrosoft(popup)
  await titled(page, 'signed in: Adele Vance')
  await closed
  expect(page.url()).toBe(`${world.originOf('contoso')}/?view=calls`)
  expect(complaints).toEqual([])
})

test('S38 after a pop-up is closed by hand the login page is unchanged, and the next click signs in', async () => {
  const page = await openPage(await chromium.newContext())
  await (await clickForPopup(page)).close()
  expect(await page.title()).toBe('login')
  const popup = await clickForPopup(page)
  await page.waitForFunction('window.results.includes("replaced")')
  await atMicrosoft(popup)
  await titled(page, 'signed in: Adele Vance')
})

test('S38 a blocked pop-up becomes a redirect, which comes back to the very page; the code is in no address of the app', async () => {
  const context = await chromium.newContext()
  await context.addInitScript('window.open = () => null') // as a blocker answers
  const page = await openPage(context)
  await page.getByRole('button').click()
  await atMicrosoft(page)
  await titled(page, 'signed in: Adele Vance')
  expect(page.url()).toBe(`${world.originOf('contoso')}/?view=calls`)
  expect(await page.evaluate('sessionStorage.length')).toBe(0)
  await page.reload()
  await titled(page, 'login')
})

test('T-15 the bridge page hands an answer without a waiting app to nobody, and says so', async () => {
  const page = await (await chromium.newContext()).newPage()
  await page.goto(`${world.originOf('contoso')}/auth/signed-in?code=c&state=unknown`)
  await page.getByText('The page that began this sign-in is gone.').waitFor()
  expect(page.url()).toBe(`${world.originOf('contoso')}/auth/signed-in`)
})

test.each([
  ['a foreign opener gets nothing, though it chose the state and knows the channel', 'fabrikam', 0],
  ['an opener of the app’s own origin gets the code once, and no token', 'contoso', 1],
])('T-15 AZ-26 %s', async (_what, slug, count) => {
  const context = await chromium.newContext()
  const opener = `${world.originOf(slug)}/opener`
  await context.route(opener, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>opener</title>' }),
  )
  const { url, state } = await (
    await givenClient(world, 'contoso', 'web-client', `${world.originOf('contoso')}/auth/signed-in`)
  ).begin()
  const page = await context.newPage()
  await page.goto(opener)
  const opened = page.waitForEvent('popup')
  await page.evaluate(
    `window.heard = []
     window.onmessage = ({ data }) => window.heard.push(data)
     window.channel = new BroadcastChannel('jackfield-sign-in:${state}')
     window.channel.onmessage = ({ data }) => { window.heard.push(data); window.channel.postMessage('received') }
     window.popup = window.open(${JSON.stringify(url.href)}), undefined`,
  )
  const popup = await opened
  const closed = popup.waitForEvent('close')
  await atMicrosoft(popup)
  await (count === 0 ? popup.getByText('The page that began this sign-in is gone.').waitFor() : closed)
  const heard = (await page.evaluate('window.heard')) as Array<{ answer: string }>
  expect(heard).toHaveLength(count)
  for (const { answer, ...rest } of heard) {
    expect(rest).toEqual({})
    expect([...new URLSearchParams(answer).keys()].sort()).toEqual(['code', 'iss', 'state'])
  }
  await context.close()
})
