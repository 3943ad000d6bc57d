import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import { type MicrosoftHosts, startAsMicrosoft } from './microsoft-hosts.ts'

const PACKAGE = new URL('../../../../node_modules/@azure/msal-browser/lib/', import.meta.url)
const PATIENCE = 30_000

/**
 * A single-page application as Microsoft documents it: the library's own builds, with its redirect bridge at the
 * redirect URI.
 */
const APP = `<!doctype html><title>App</title><button id="popup">Pop-up</button><button id="redirect">Redirect</button><output id="out"></output>
<script src="/msal-browser.min.js"></script>
<script>
const asked = new URLSearchParams(location.search)
const config = JSON.parse(sessionStorage.getItem('config') ?? 'null') ?? Object.fromEntries(asked)
sessionStorage.setItem('config', JSON.stringify(config))
const out = document.getElementById('out')
const show = (result) => { out.textContent = 'signed in: ' + result.account.username + ' ' + result.idTokenClaims.oid }
const fail = (error) => { out.textContent = 'failed: ' + error.errorCode + ' ' + error.errorMessage }
const app = new msal.PublicClientApplication({
  auth: { clientId: config.clientId, authority: config.authority, redirectUri: config.redirectUri },
})
app.initialize().then(() => app.handleRedirectPromise()).then((result) => result && show(result)).catch(fail).finally(() => { document.title = 'Ready' })
document.getElementById('popup').onclick = () => app.loginPopup({ scopes: ['User.Read'] }).then(show, fail)
document.getElementById('redirect').onclick = () => app.loginRedirect({ scopes: ['User.Read'] }).catch(fail)
</script>`
const BRIDGE = `<!doctype html><title>Bridge</title><script src="/msal-redirect-bridge.min.js"></script>
<script>msalRedirectBridge.broadcastResponseToMainFrame()</script>`

let server: Server
let site = ''
let hosts: MicrosoftHosts
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  const files: Record<string, string | URL> = {
    '/': APP,
    '/spa-callback': BRIDGE,
    '/web-callback': BRIDGE,
    '/msal-browser.min.js': new URL('msal-browser.min.js', PACKAGE),
    '/msal-redirect-bridge.min.js': new URL('redirect-bridge/msal-redirect-bridge.min.js', PACKAGE),
  }
  server = createServer(async ({ url = '/' }, response) => {
    const path = url.split('?')[0] ?? ''
    const file = files[path]
    response.statusCode = file === undefined ? 404 : 200
    response.setHeader('content-type', path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(file instanceof URL ? await readFile(file) : (file ?? ''))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  site = `http://localhost:${(server.address() as AddressInfo).port}`
  hosts = await startAsMicrosoft({ web: [`${site}/web-callback`], spa: [`${site}/spa-callback`] })
  browser = await launchChromium()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await hosts?.close()
  server?.close()
})

async function openApp(redirectUri: string): Promise<Page> {
  context = await browser.newContext({ ignoreHTTPSErrors: true, proxy: { server: hosts.proxy, bypass: 'localhost' } })
  context.setDefaultTimeout(PATIENCE)
  const page = await context.newPage()
  const authority = `${hosts.m365.origin}/${CONTOSO_DIRECTORY_ID}`
  await page.goto(`${site}/?${new URLSearchParams({ clientId: JACKFIELD_CLIENT_ID, authority, redirectUri })}`)
  await page.waitForFunction('document.title === "Ready"')
  return page
}

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function outcome(page: Page): Promise<string> {
  const out = page.locator('#out')
  await out.filter({ hasText: /signed in|failed/ }).waitFor()
  return out.innerText()
}

describe('msal-browser against an SPA registration', () => {
  test('S38 signs in with a pop-up although the login page cuts off the opener', { timeout: 120_000 }, async () => {
    const page = await openApp(`${site}/spa-callback`)
    const [popup] = await Promise.all([context.waitForEvent('page'), page.locator('#popup').click()])
    await signIn(popup)
    expect(await outcome(page)).toBe(`signed in: ${ADELE.userPrincipalName} ${ADELE.id}`)
    await context.close()
  })

  test('signs in by redirect', { timeout: 120_000 }, async () => {
    const page = await openApp(`${site}/spa-callback`)
    await page.locator('#redirect').click()
    await signIn(page)
    expect(await outcome(page)).toBe(`signed in: ${ADELE.userPrincipalName} ${ADELE.id}`)
    await context.close()
  })
})

describe('S11 msal-browser against a web registration fails as at Microsoft', () => {
  test.each(['popup', 'redirect'])(
    'AADSTS9002326 by %s, unreadable across origins',
    { timeout: 120_000 },
    async (way) => {
      const page = await openApp(`${site}/web-callback`)
      const [target] = await Promise.all([
        way === 'popup' ? context.waitForEvent('page') : page,
        page.locator(`#${way}`).click(),
      ])
      await signIn(target)
      expect(await outcome(page)).toMatch(/^failed: /)
      const last = hosts.m365.requests
        .latest()
        .findLast(({ method, path }) => method === 'POST' && path.endsWith('/token'))
      expect(last?.status).toBe(400)
      await context.close()
    },
  )

  test('an unregistered redirect URI shows AADSTS50011 on the login page', { timeout: 120_000 }, async () => {
    const page = await openApp(`${site}/elsewhere`)
    await page.locator('#redirect').click()
    await page.getByText('AADSTS50011').first().waitFor()
    await context.close()
  })
})
