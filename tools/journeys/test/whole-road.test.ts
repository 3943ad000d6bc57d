import type { Tenant } from '@jackfield/contract/tenant'
import { WEB_CLIENT } from '@jackfield/local-platform/demo-plan'
import { demoLogin, demoRegistration } from '@jackfield/local-platform/demo-registration'
import { MALLORY } from '@jackfield/m365-emulator/demo/adatum'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

const registration = demoRegistration()
const adele = demoLogin('Adele Vance')
const alex = demoLogin('Alex Wilber')
const allan = demoLogin('Allan Deyoung')
let platform: RunningPlatform
let browser: Browser
let tenant: Tenant

beforeAll(async () => {
  platform = await runPlatform()
  browser = await launchChromium()
  await platform.api('PUT', `/apps/${WEB_CLIENT.clientId}`, WEB_CLIENT.appOn(platform.addresses.base))
  tenant = await platform.api<Tenant>('POST', '/tenants', { slug: 'contoso', name: 'Contoso' })
  const system = await platform.api<{ id: string }>('POST', `/tenants/${tenant.id}/phone-systems`, {
    name: 'Headquarters',
  })
  await platform.api('POST', `/tenants/${tenant.id}/phone-systems/${system.id}/extensions`, {
    items: [{ number: '101' }, { number: '102' }],
  })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await platform?.end()
})

/** A separate browser for one person; waits are bounded so that a broken step fails soon. */
async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext()
  context.setDefaultTimeout(15_000)
  return context
}

/** A new browser on the web client's page, with the pop-up open at Microsoft's. */
async function openPopup(context: BrowserContext): Promise<{ app: Page; popup: Page }> {
  const app = await context.newPage()
  await app.goto(platform.addresses.tenant('contoso'))
  return { app, popup: await clickSignIn(context, app) }
}

async function clickSignIn(context: BrowserContext, app: Page): Promise<Page> {
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    app.getByRole('button', { name: 'Sign in with Microsoft' }).click(),
  ])
  return popup
}

async function enterCredentials(popup: Page, login: { userPrincipalName: string; password: string }): Promise<void> {
  await popup.getByLabel('User name').fill(login.userPrincipalName)
  await popup.getByLabel('Password').fill(login.password)
  await popup.getByRole('button', { name: 'Sign in' }).click()
}

async function authenticatingCookies(context: BrowserContext): Promise<string[]> {
  const cookies = await context.cookies(`${platform.addresses.tenant('contoso')}/auth`)
  return cookies.filter((cookie) => /session/i.test(cookie.name)).map((cookie) => cookie.name)
}

test('S14 S15 S16 S26 S27 an admin enters by the one-time link, adds the Microsoft account and tests it', async () => {
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', {})
  const page = await (await newContext()).newPage()
  await page.goto(`${platform.addresses.control}/enter#${token}`)
  await page.getByRole('link', { name: 'Contoso' }).click()
  await page.getByRole('link', { name: 'Microsoft 365' }).click()
  await page.getByRole('button', { name: /Add account/ }).click()
  await page.getByLabel('Alias').fill(registration.alias)
  await page.getByLabel('Application (client) ID').fill(`  ${registration.clientId} `)
  await page.getByLabel('Directory (tenant) ID').fill(registration.directoryId)
  await page.getByRole('button', { name: 'Save and continue' }).click()
  await page.getByRole('heading', { name: registration.alias }).waitFor()
  await page
    .getByRole('list', { name: 'Redirect URIs' })
    .getByText(`${platform.addresses.base}/auth/microsoft/callback`)
    .waitFor()
  await page.getByLabel('Client secret value').fill(registration.secret)
  await page.getByRole('button', { name: 'Save and test' }).click()
  const checks = page.getByRole('list', { name: 'Checks' })
  await checks.waitFor()
  expect(await checks.innerText()).not.toMatch(/failed/i)
  expect(await checks.innerText()).toContain('Change notifications: skipped')
  const { items } = await platform.api<{ items: Array<{ status: string; enabled: boolean }> }>(
    'GET',
    `/tenants/${tenant.id}/microsoft-accounts`,
  )
  expect(items).toMatchObject([{ status: 'ready', enabled: true }])
  expect(await page.content()).not.toContain(registration.secret)

  await page.getByRole('link', { name: 'Users' }).click()
  await page.getByRole('button', { name: 'Import Microsoft 365 users' }).click()
  await page.getByLabel('SSO enabled for Adele Vance').click()
  await page.getByLabel('SSO enabled for Alex Wilber').click()
  await page.getByRole('button', { name: 'OK' }).click()
  await page.getByText('The import is complete.').waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Close' }).click()
  const users = page.getByRole('table', { name: 'Users' })
  await users.getByRole('link', { name: 'Adele Vance' }).click()
  await page.getByRole('tab', { name: 'Bindings' }).click()
  await page.getByRole('combobox', { name: 'Extension' }).fill('101')
  await page.getByRole('button', { name: 'Bind' }).press('Enter')
  await page.getByRole('table', { name: 'Bindings' }).getByText('101').waitFor()
})

test('S44 the connection test in Control shows whether Microsoft sends change notifications, and its error if not', async () => {
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', {})
  const page = await (await newContext()).newPage()
  await page.goto(`${platform.addresses.control}/enter#${token}`)
  await page.getByRole('link', { name: 'Contoso' }).click()
  await page.getByRole('link', { name: 'Microsoft 365' }).click()
  await page.getByRole('link', { name: registration.alias }).click()
  const shown = async () => {
    await page.getByRole('button', { name: 'Test again' }).click()
    const check = page.getByRole('listitem').filter({ hasText: /^Change notifications: / })
    await check.waitFor()
    return check.innerText()
  }
  const eventually = (text: string) => expect.poll(shown, { timeout: 90_000, interval: 3_000 }).toContain(text)
  await eventually('Change notifications: passed')

  const words =
    'Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.'
  const effect = { kind: 'refuse', status: 400, code: 'ValidationError', message: words }
  await practise('POST', 'faults', { path: '^/v1\\.0/subscriptions$', method: 'POST', effect })
  await practise('POST', 'notifications/lifecycle', { event: 'subscriptionRemoved' })
  await eventually('Change notifications: warning')
  expect(await shown()).toContain(words)
  await practise('DELETE', 'faults')
  await eventually('Change notifications: passed')
})

async function practise(method: string, path: string, body?: object): Promise<void> {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(`${platform.addresses.emulator}/_emulator/${path}`, { method, ...json })
  expect(answer.status, await answer.text()).toBe(200)
}

test('S32 S33 S35 exactly the ticked users are in the roster', async () => {
  const { items } = await platform.api<{ items: Array<Record<string, unknown>> }>('GET', `/tenants/${tenant.id}/users`)
  expect(items.map(({ displayName, sync, sso }) => ({ displayName, sync, sso }))).toEqual([
    { displayName: 'Adele Vance', sync: true, sso: true },
    { displayName: 'Alex Wilber', sync: true, sso: true },
  ])
})

test('S36 S40 S42 the bound user signs in with the pop-up, sees the extension, and signs out', async () => {
  const context = await newContext()
  const { app, popup } = await openPopup(context)
  await enterCredentials(popup, adele)
  await app.getByRole('region', { name: 'Signed in' }).waitFor()
  const shown = await app.getByRole('region', { name: 'Signed in' }).innerText()
  for (const text of ['Adele Vance', '101']) expect(shown).toContain(text)
  await app.getByRole('button', { name: 'Sign out' }).click()
  await app.waitForURL(/\/auth\/|\/$/)
  await context.close()
})

test('S41 an unbound user gets a message and no session; after binding the next click needs no Microsoft prompt', async () => {
  const context = await newContext()
  const { app, popup } = await openPopup(context)
  await enterCredentials(popup, alex)
  await popup.getByText('not bound to an extension yet').waitFor()
  expect(await authenticatingCookies(context)).toEqual([])
  await popup.close()

  const { items } = await platform.api<{ items: Array<{ id: string; displayName: string }> }>(
    'GET',
    `/tenants/${tenant.id}/users?search=Alex`,
  )
  const systems = await platform.api<{ items: Array<{ id: string }> }>('GET', `/tenants/${tenant.id}/phone-systems`)
  await platform.api('PUT', `/tenants/${tenant.id}/users/${items[0]?.id}/bindings/${systems.items[0]?.id}`, {
    extension: '102',
  })
  await app.reload()
  await clickSignIn(context, app)
  await app.getByRole('region', { name: 'Signed in' }).waitFor()
  const shown = await app.getByRole('region', { name: 'Signed in' }).innerText()
  for (const text of ['Alex Wilber', '102']) expect(shown).toContain(text)
  await context.close()
})

test('S32 the unticked user is refused', async () => {
  const context = await newContext()
  const { popup } = await openPopup(context)
  await enterCredentials(popup, allan)
  await popup.getByText('not set up in the phone system yet').waitFor()
  expect(await authenticatingCookies(context)).toEqual([])
  await context.close()
})

test('S10 S47 a user of another directory with the same mail is refused by Microsoft, or by us if Microsoft signs them in', async () => {
  const context = await newContext()
  const { popup } = await openPopup(context)
  await popup.getByLabel('User name').waitFor()
  const atOrganizations = popup.url().replace(registration.directoryId, 'organizations')
  await enterCredentials(popup, { ...MALLORY, password: adele.password })
  await popup.getByText('AADSTS50020').first().waitFor()

  await popup.goto(atOrganizations)
  const userName = popup.getByLabel('User name')
  if (await userName.isVisible()) await enterCredentials(popup, { ...MALLORY, password: adele.password })
  await popup.waitForURL(/\/auth\/microsoft\/callback/)
  expect(await popup.locator('body').innerText()).toMatch(/Contoso/)
  expect(await authenticatingCookies(context)).toEqual([])
  const audit = await platform.api<{ items: Array<{ action: string; outcome: string }> }>(
    'GET',
    '/audit-events?limit=50&action=sign-in',
  )
  expect(audit.items.some((event) => event.outcome === 'refused')).toBe(true)
  await context.close()
})

test('T-94 SE-02 no log of any process contains a secret, password or token', () => {
  const log = platform.log()
  expect(log.length).toBeGreaterThan(1000)
  for (const planted of [registration.secret, adele.password, 'eyJ'])
    expect(log.includes(planted), planted.slice(0, 4)).toBe(false)
})
