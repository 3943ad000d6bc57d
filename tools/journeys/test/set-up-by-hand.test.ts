import type { MicrosoftAccount } from '@jackfield/contract/microsoft-account'
import type { Page as ApiPage } from '@jackfield/contract/page'
import type { Tenant } from '@jackfield/contract/tenant'
import { WEB_CLIENT } from '@jackfield/local-platform/demo-plan'
import { DEMO_PASSWORD } from '@jackfield/m365-emulator/demo/contoso'
import { FABRIKAM_GLOBAL_ADMINISTRATOR } from '@jackfield/m365-emulator/demo/fabrikam'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

let platform: RunningPlatform
let browser: Browser
let fabrikam: Tenant
let entra: Page
let control: Page
/** Values that the administrator copies from one page into the other. */
const copied = { clientId: '', directoryId: '', redirectUri: '', authenticationLink: '', secretId: '', secret: '' }

beforeAll(async () => {
  platform = await runPlatform()
  browser = await launchChromium()
  await platform.api('PUT', `/apps/${WEB_CLIENT.clientId}`, WEB_CLIENT.appOn(platform.addresses.base))
  fabrikam = await platform.api<Tenant>('POST', '/tenants', { slug: 'fabrikam', name: 'Fabrikam' })
  for (const open of [(page: Page) => (entra = page), (page: Page) => (control = page)]) {
    const context = await browser.newContext()
    context.setDefaultTimeout(15_000)
    open(await context.newPage())
  }
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await platform?.end()
})

const account = async () =>
  (await platform.api<ApiPage<MicrosoftAccount>>('GET', `/tenants/${fabrikam.id}/microsoft-accounts`)).items[0]

test('S8 S9 in Entra the administrator registers an application and finds its two ids', async () => {
  await entra.goto(platform.addresses.emulator)
  await entra.getByRole('link', { name: 'Sign in' }).click()
  await entra.getByLabel('User name').fill(FABRIKAM_GLOBAL_ADMINISTRATOR)
  await entra.getByLabel('Password').fill(DEMO_PASSWORD)
  await entra.getByRole('button', { name: 'Sign in' }).click()
  await entra.getByRole('link', { name: 'New registration' }).click()
  await entra.getByLabel('Name', { exact: true }).fill('Fabrikam Phone')
  await entra.getByRole('button', { name: 'Register' }).click()
  copied.clientId = await entra.locator('#client-id').innerText()
  copied.directoryId = await entra.locator('#directory-id').innerText()
})

test('S2 S9 S14 S15 S16 in Control the roles are stated first, a name is proposed, and the ids are entered', async () => {
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', {})
  await control.goto(`${platform.addresses.control}/enter#${token}`)
  await control.getByRole('link', { name: 'Fabrikam' }).click()
  await control.getByRole('link', { name: 'Microsoft 365' }).click()
  await control.getByRole('button', { name: /Add account/ }).click()
  await control.getByLabel('Alias').waitFor()
  const page = await control.locator('main').innerText()
  for (const role of ['Global Administrator', 'Privileged Role Administrator', 'Entra ID (formerly Azure AD)']) {
    expect(page).toContain(role)
    expect(page.indexOf(role)).toBeLessThan(page.indexOf('New registration'))
  }
  expect(page).toMatch(/they may see it .*Phone sign-in \(Fabrikam\)/)
  await control.getByLabel('Alias').fill('Fabrikam 365')
  await control.getByLabel('Application (client) ID').fill(copied.clientId)
  await control.getByLabel('Directory (tenant) ID').fill(copied.directoryId)
  expect(await control.getByLabel('Microsoft cloud').locator('option').allInnerTexts()).toContain(
    'Microsoft 365 GCC High',
  )
  await control.getByRole('button', { name: 'Save and continue' }).click()
  await control.getByRole('heading', { name: 'Fabrikam 365' }).waitFor()
  const uris = control.getByRole('list', { name: 'Redirect URIs' })
  copied.redirectUri = (await uris.getByText(/\/auth\/microsoft\/callback/).innerText()).trim()
  expect((await account())?.status).toBe('draft')
})

test('S12 S13 the first redirect URI has its own copy button, with an explanation beside it', async () => {
  const origin = new URL(platform.addresses.control).origin
  await control.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
  const section = control.getByRole('region', { name: 'Redirect URIs' })
  await section.getByRole('button', { name: `Copy ${copied.redirectUri}`, exact: true }).click()
  expect(await control.evaluate('navigator.clipboard.readText()')).toBe(copied.redirectUri)
  const explained = await section.innerText()
  for (const step of ['Authentication page', 'Web', 'paste each address below as a redirect URI', 'save'])
    expect(explained).toContain(step)
  copied.authenticationLink =
    (await section.getByRole('link', { name: /Authentication page/ }).getAttribute('href')) ?? ''
})

test('S12 S18 S24 in Entra the redirect URI is registered and a secret made', async () => {
  // The deep link leads to the emulator's practice admin center where the emulator replaces Microsoft.
  await entra.goto(copied.authenticationLink)
  await entra.getByLabel('Platform').selectOption('Web')
  await entra.getByLabel('Redirect URIs').fill(copied.redirectUri)
  await entra.getByRole('button', { name: 'Add', exact: true }).click()
  await entra.getByRole('link', { name: 'Certificates & secrets' }).click()
  await entra.getByLabel('Expires').selectOption('730')
  await entra.getByRole('button', { name: 'Add' }).click()
  copied.secret = await entra.locator('#secret-value').innerText()
  copied.secretId = await entra.locator('#secret-id').innerText()
})

async function saveSecret(secret: string): Promise<void> {
  await control.getByLabel('Client secret value').fill(secret)
  await control.getByRole('button', { name: 'Save and test' }).click()
}

test('S25 the id of the secret in place of its value is refused with a hint', async () => {
  await saveSecret(copied.secretId)
  await control
    .getByText(/secret id/i)
    .first()
    .waitFor()
  expect((await account())?.credential).toBeNull()
})

test('S22 S27 without consent the test fails with that reason, and the account is not enabled', async () => {
  await saveSecret(copied.secret)
  const checks = control.getByRole('list', { name: 'Checks' })
  await checks
    .getByText(/consent/i)
    .first()
    .waitFor()
  expect(await account()).toMatchObject({ enabled: false })
})

test('S23 S26 after the consent in Entra the test turns green without anything entered again', async () => {
  await entra.getByRole('link', { name: 'API permissions' }).click()
  await entra.getByRole('link', { name: 'Add a permission' }).click()
  await entra.getByRole('checkbox', { name: /^User\.Read\.All/ }).check()
  await entra.getByRole('button', { name: 'Add permissions' }).click()
  await entra.getByRole('button', { name: 'Grant admin consent for Fabrikam' }).click()
  await expect
    .poll(
      async () => {
        await control.getByRole('button', { name: 'Test again' }).click()
        await control.waitForTimeout(500)
        return account()
      },
      { timeout: 60_000 },
    )
    .toMatchObject({ status: 'ready', enabled: true })
  expect(await control.content()).not.toContain(copied.secret)
})

test('S36 S40 and a person of Fabrikam is sent to Microsoft and back to their own host', async () => {
  const context = await browser.newContext()
  context.setDefaultTimeout(15_000)
  const app = await context.newPage()
  await app.goto(platform.addresses.tenant('fabrikam'))
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    app.getByRole('button', { name: 'Sign in with Microsoft' }).click(),
  ])
  await popup.getByLabel('User name').fill('chloe@fabrikam.onmicrosoft.com')
  await popup.getByLabel('Password').fill(DEMO_PASSWORD)
  await popup.getByRole('button', { name: 'Sign in' }).click()
  await popup.getByText('not-imported').first().waitFor()
  expect(new URL(popup.url()).host).toBe(new URL(platform.addresses.tenant('fabrikam')).host)
  await context.close()
})

test('S20 with two redirect URIs for each app the page shows only the URIs to add and to remove', async () => {
  await control.getByLabel(/^Two for each app/).click()
  await control.getByRole('button', { name: 'Test and switch' }).click()
  await control.getByRole('button', { name: 'Switch although the test is red' }).click()
  await control.getByRole('alertdialog').getByRole('button', { name: 'Switch anyway' }).click()
  const added = control.getByRole('list', { name: 'Redirect URIs to add', exact: true })
  await added
    .getByText(/\/auth\/microsoft\/callback\/web-client/)
    .first()
    .waitFor()
  expect(await control.getByRole('list', { name: 'Redirect URIs to remove' }).innerText()).toContain(copied.redirectUri)
  await control.getByLabel('One for the whole platform').click()
  await control.getByRole('button', { name: 'Test and switch' }).click()
  await control.getByRole('list', { name: 'Redirect URIs', exact: true }).getByText(copied.redirectUri).waitFor()
})

test('S26 while one secret replaces the other, both are shown', async () => {
  const { id } = (await account()) as MicrosoftAccount
  const address = `/tenants/${fabrikam.id}/microsoft-accounts/${id}/credential`
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
  await platform.api('PUT', address, { type: 'secret', secret: 'not-known-to-entra-id-yet', expiresAt })
  await control.reload()
  await control.getByText(/A secret ending in .* stands in until Entra ID has taken the new one/).waitFor()
  await platform.api('PUT', address, { type: 'secret', secret: copied.secret, expiresAt })
})
