import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import { demoDirectories } from '../../src/demo/demo-directories.ts'
import { type M365Emulator, startEmulator } from '../../src/emulator.ts'
import { authorizeUrl } from '../given.ts'

let site: Server
let origin = ''
let browser: Browser
let m365: M365Emulator
const asked: URL[] = []
beforeAll(async () => {
  site = createServer(({ url = '' }, response) => {
    asked.push(new URL(url, origin))
    response.setHeader('content-type', 'text/html')
    response.end(`<title>${new URL(url, origin).pathname}</title>`)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  origin = `http://localhost:${(site.address() as AddressInfo).port}`
  m365 = await startEmulator({ directories: demoDirectories({ web: [`${origin}/callback`], spa: [] }) })
  m365
    .directory(CONTOSO_DIRECTORY_ID)
    .changeApplication(JACKFIELD_CLIENT_ID, { logoutUrl: `${origin}/frontchannel-logout` })
  browser = await launchChromium()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await m365?.close()
  site?.close()
})

test('sign-out loads the application’s logout URL in a frame, with sid alone, then returns to the application', {
  timeout: 90_000,
}, async () => {
  const context = await browser.newContext()
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  await page.goto(authorizeUrl(m365, { redirect_uri: `${origin}/callback` }))
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${origin}/callback?**`)
  const sid = new URL(page.url()).searchParams.get('session_state')

  const back = encodeURIComponent(`${origin}/callback`)
  await page.goto(`${m365.origin}/common/oauth2/v2.0/logout?post_logout_redirect_uri=${back}`)
  await page.getByRole('button', { name: ADELE.userPrincipalName }).click()
  await page.waitForURL(`${origin}/callback`)
  const calls = asked.filter(({ pathname }) => pathname === '/frontchannel-logout')
  expect(calls.map(({ searchParams }) => Object.fromEntries(searchParams))).toEqual([{ sid }])
  await context.close()
})
