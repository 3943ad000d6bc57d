import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page as ApiPage } from '@jackfield/contract/page'
import type { PhoneUser } from '@jackfield/contract/phone-user'
import type { SyncRun } from '@jackfield/contract/sync-run'
import type { Tenant } from '@jackfield/contract/tenant'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { provideDemo } from '@jackfield/local-platform/demo'
import { demoLogin, demoRegistration } from '@jackfield/local-platform/demo-registration'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

const adele = demoLogin('Adele Vance')
let platform: RunningPlatform
let chromium: Browser
let contoso: string
let context: BrowserContext

beforeAll(async () => {
  platform = await runPlatform()
  platform.api = await adminAccess(platform.addresses.control, platform.settings, platform.dataFolder)
  await provideDemo(platform.api, platform.addresses.base, demoRegistration(), {
    onStep: () => undefined,
    onRun: (_run: SyncRun) => undefined,
  })
  contoso = platform.addresses.tenant('contoso')
  chromium = await launchChromium()
  context = await chromium.newContext()
  context.setDefaultTimeout(30_000)
}, 180_000)
afterAll(async () => {
  await chromium?.close()
  await platform?.end()
})

async function atMicrosoft(page: Page): Promise<void> {
  await page.getByLabel('User name').fill(adele.userPrincipalName)
  await page.getByLabel('Password').fill(adele.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('S36 S38 S40 the app in React signs in by the button, in a pop-up that closes itself', async () => {
  const page = await context.newPage()
  await page.goto(`${contoso}/contact-centre/`)
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.getByRole('button', { name: 'Sign in with Microsoft' }).click(),
  ])
  await atMicrosoft(popup)
  await page.getByText('Signed in as Adele Vance, extension 101').waitFor()
  await expect.poll(() => context.pages()).toHaveLength(1)
})

test('S40 the server-rendered app on the same host is signed in already and keeps path and query', async () => {
  const page = await context.newPage()
  await page.goto(`${contoso}/portal/calls?day=today&with=a%26b`)
  await page.getByText('Adele Vance of Contoso, extension 101').waitFor()
  expect(page.url()).toBe(`${contoso}/portal/calls?day=today&with=a%26b`)
})

test('S40 on another tenant’s host the same browser is not signed in', async () => {
  const page = await context.newPage()
  await page.goto(`${platform.addresses.tenant('fabrikam')}/portal/`)
  expect(new URL(page.url()).pathname).toMatch(/^\/auth\//)
  expect(await page.getByText('Adele Vance').count()).toBe(0)
})

test('S45 a person whose SSO tick is removed is signed out everywhere, and the gateway notifies every app that listens', async () => {
  const heard: string[] = []
  const listener = createServer((request, response) => {
    if (request.method === 'POST') heard.push(request.url ?? '')
    response.end('<!doctype html><title>listener</title>')
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const appOrigin = `.apps.localhost:${(listener.address() as AddressInfo).port}`
  await platform.api('PUT', '/apps/listener', {
    name: 'Listener',
    kind: 'browser',
    tenantUrl: `http://{tenant}${appOrigin}/`,
    callbackPaths: ['/callback'],
    backchannelLogoutPath: '/signed-out',
  })
  const question = new URLSearchParams({
    client_id: 'listener',
    redirect_uri: `http://contoso${appOrigin}/callback`,
    response_type: 'code',
    scope: 'openid',
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const page = await context.newPage()
  // The gateway learns of a new app within two seconds.
  const answered = async () => {
    await page.goto(`${contoso}/auth/authorize?${question}`)
    return new URL(page.url()).searchParams.has('code')
  }
  await expect.poll(answered, { timeout: 15_000, interval: 500 }).toBe(true)

  const [tenant] = (await platform.api<ApiPage<Tenant>>('GET', '/tenants')).items.filter(
    ({ slug }) => slug === 'contoso',
  )
  const users = `/tenants/${tenant?.id}/users`
  const [user] = (await platform.api<ApiPage<PhoneUser>>('GET', `${users}?search=Adele`)).items
  await platform.api('PATCH', `${users}/${user?.id}`, { sso: false })
  await expect.poll(() => heard, { timeout: 20_000 }).toEqual(['/signed-out'])
  expect((await page.goto(`${contoso}/auth/session`))?.status()).toBe(401)

  await platform.api('PATCH', `${users}/${user?.id}`, { sso: true })
  await page.goto(`${contoso}/portal/`)
  await page.getByText('Adele Vance of Contoso').waitFor()
  listener.close()
})

test('S40 signing out of one app ends the session of both, and the portal stays signed out', async () => {
  const page = await context.newPage()
  await page.goto(`${contoso}/portal/`)
  await page.getByRole('link', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  expect(page.url()).toBe(`${contoso}/portal/signed-out`)
  expect((await page.goto(`${contoso}/auth/session`))?.status()).toBe(401)
})
