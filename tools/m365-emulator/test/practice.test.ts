import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DEMO_PASSWORD } from '../src/demo/contoso.ts'
import { FABRIKAM_APPLICATION_ADMINISTRATOR, FABRIKAM_DIRECTORY_ID, FABRIKAM_GLOBAL_ADMINISTRATOR } from '../src/demo/fabrikam.ts'
import type { M365Emulator } from '../src/emulator.ts'
import { appOnly, getGraph, givenCode, givenEmulator, postToken, redemption } from './given.ts'
import { SignInAgent } from './sign-in-agent.ts'

const CALLBACK = 'http://phone.localhost:4000/auth/microsoft/callback'
let m365: M365Emulator
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  m365 = await givenEmulator()
  return () => m365.close()
})

async function signIn(userName: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(m365.origin)
  await page.getByLabel('User name').fill(userName)
  await page.getByLabel('Password').fill(DEMO_PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'App registrations' }).waitFor()
  return page
}

async function register(page: Page): Promise<{ clientId: string; directoryId: string }> {
  await page.getByRole('link', { name: 'New registration' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Acme Phone')
  await page.getByLabel('Platform').selectOption('Web')
  await page.getByLabel('Redirect URI', { exact: true }).fill(CALLBACK)
  await page.getByRole('button', { name: 'Register' }).click()
  return { clientId: await page.locator('#client-id').innerText(), directoryId: await page.locator('#directory-id').innerText() }
}

test('S8 S18 S22 S24 a registration made by hand reads users and signs people in', async () => {
  const page = await signIn(FABRIKAM_GLOBAL_ADMINISTRATOR)
  const { clientId, directoryId } = await register(page)
  expect(directoryId).toBe(FABRIKAM_DIRECTORY_ID)

  await page.getByRole('link', { name: 'API permissions' }).click()
  await page.getByLabel('Microsoft Graph').selectOption('User.Read.All (Application)')
  await page.getByRole('button', { name: 'Add permission' }).click()
  const row = page.getByRole('row', { name: /User.Read.All/ })
  expect(await row.innerText()).toMatch(/Application\s+Not granted for Fabrikam/)
  await page.getByRole('button', { name: 'Grant admin consent for Fabrikam' }).click()
  expect(await row.innerText()).toMatch(/Granted for Fabrikam/)

  await page.getByRole('link', { name: 'Certificates & secrets' }).click()
  await page.getByLabel('Expires').selectOption('730 days (24 months)')
  await page.getByRole('button', { name: 'Add' }).click()
  const secret = await page.locator('#secret-value').innerText()
  const secretId = await page.locator('#secret-id').innerText()
  await page.goto(page.url())
  expect(await page.content()).not.toContain(secret)
  await page.context().close()

  const asApp = { client_id: clientId, client_secret: secret }
  const { body } = await postToken(m365, appOnly(asApp), {}, FABRIKAM_DIRECTORY_ID)
  expect((await getGraph(m365, '/users?$top=1', String(body.access_token))).status).toBe(200)
  expect((await postToken(m365, appOnly({ ...asApp, client_secret: secretId }), {}, FABRIKAM_DIRECTORY_ID)).code).toBe(7000215)
  const code = await givenCode(m365, { client_id: clientId, redirect_uri: CALLBACK }, FABRIKAM_DIRECTORY_ID, FABRIKAM_GLOBAL_ADMINISTRATOR)
  const tokens = await postToken(m365, redemption(code, { ...asApp, redirect_uri: CALLBACK }), {}, FABRIKAM_DIRECTORY_ID)
  expect(tokens.status).toBe(200)
})

test('S2 an Application Administrator registers, but consent is not theirs to give', async () => {
  const page = await signIn(FABRIKAM_APPLICATION_ADMINISTRATOR)
  const { clientId } = await register(page)
  await page.getByRole('link', { name: 'API permissions' }).click()
  await page.getByLabel('Microsoft Graph').selectOption('User.Read.All (Application)')
  await page.getByRole('button', { name: 'Add permission' }).click()
  const consent = page.getByRole('button', { name: 'Grant admin consent for Fabrikam' })
  expect(await consent.isDisabled()).toBe(true)
  expect(await page.getByText('Global Administrator or Privileged Role Administrator').isVisible()).toBe(true)
  await consent.evaluate((button) => button.removeAttribute('disabled'))
  await consent.click()
  await page.getByRole('alert').waitFor()
  expect(
    m365
      .directory(FABRIKAM_DIRECTORY_ID)
      .applications()
      .find(({ appId }) => appId === clientId),
  ).toBeDefined()
  expect(await page.getByRole('row', { name: /User.Read.All/ }).innerText()).toContain('Not granted')
  await page.context().close()
})

test('S18 a redirect URI is added to its platform, once only, and removed', async () => {
  const page = await signIn(FABRIKAM_GLOBAL_ADMINISTRATOR)
  await register(page)
  await page.getByRole('link', { name: 'Authentication' }).click()
  const add = async (platform: string, uri: string) => {
    await page.getByLabel('Platform').selectOption(platform)
    await page.getByLabel('Redirect URI', { exact: true }).fill(uri)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
  }
  await add('Single-page application', CALLBACK)
  expect(await page.getByRole('alert').innerText()).toContain('once only')
  await add('Web', 'http://phone.example/callback')
  expect(await page.getByRole('alert').innerText()).toContain('must be https')
  await add('Single-page application', 'https://app.example/spa')
  expect(await page.getByRole('heading', { name: 'Single-page application' }).isVisible()).toBe(true)
  await page.getByRole('button', { name: `Remove ${CALLBACK}` }).click()
  expect(await page.getByText(CALLBACK).count()).toBe(0)
  await page.context().close()
})

test('somebody without a role, a wrong password and a missing sign-in all stay outside', async () => {
  const agent = new SignInAgent(m365.origin)
  const posted = (password: string) =>
    agent.open(`${m365.origin}/admin/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ step: 'credentials', request: 'practice', username: 'chloe@fabrikam.onmicrosoft.com', password }),
    })
  expect((await posted(DEMO_PASSWORD)).text).toContain('may not manage applications')
  expect((await posted('wrong')).text).toContain('AADSTS50126')
  expect((await agent.open(`${m365.origin}/admin/applications/new`)).text).toContain('Who may')
})

test('what a page of another origin posts is refused', async () => {
  const agent = new SignInAgent(m365.origin)
  const signIn = { step: 'credentials', request: 'practice', username: FABRIKAM_GLOBAL_ADMINISTRATOR, password: DEMO_PASSWORD }
  await agent.open(`${m365.origin}/admin/sign-in`, { method: 'POST', body: new URLSearchParams(signIn) })
  const body = new URLSearchParams({ name: 'Planted' })
  const foreign = await agent.open(`${m365.origin}/admin/applications/new`, {
    method: 'POST',
    body,
    headers: { origin: 'http://127.0.0.1:1' },
  })
  expect(foreign.status).toBe(403)
  expect(
    m365
      .directory(FABRIKAM_DIRECTORY_ID)
      .applications()
      .map(({ displayName }) => displayName),
  ).not.toContain('Planted')
})

test('a name with markup is shown as it was typed', async () => {
  const agent = new SignInAgent(m365.origin)
  const post = (path: string, fields: Record<string, string>) =>
    agent.open(`${m365.origin}${path}`, { method: 'POST', body: new URLSearchParams(fields) })
  await post('/admin/sign-in', {
    step: 'credentials',
    request: 'practice',
    username: FABRIKAM_GLOBAL_ADMINISTRATOR,
    password: DEMO_PASSWORD,
  })
  const page = await post('/admin/applications/new', { name: '<script>alert(1)</script>' })
  expect(page.html).toContain('&lt;script&gt;')
  expect(page.html).not.toContain('<script>')
})
