import type { Administrator } from '@jackfield/contract/access/administrator'
import type { AuditEvent } from '@jackfield/contract/access/audit-event'
import type { Page as ApiPage } from '@jackfield/contract/http/page'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import type { Tenant } from '@jackfield/contract/tenants/tenant'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { provideDemo } from '@jackfield/local-platform/demo'
import { demoLogin, demoRegistration } from '@jackfield/local-platform/demo-registration'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

let platform: RunningPlatform
let browser: Browser
let contoso: Tenant
let control: string
beforeAll(async () => {
  platform = await runPlatform()
  browser = await launchChromium()
  platform.api = await adminAccess(platform.addresses.control, platform.settings, platform.dataFolder)
  await provideDemo(platform.api, platform.addresses.base, demoRegistration(), {
    onStep: () => undefined,
    onRun: (_run: SyncRun) => undefined,
  })
  const tenants = await platform.api<ApiPage<Tenant>>('GET', '/tenants')
  contoso = tenants.items.find(({ slug }) => slug === 'contoso') as Tenant
  control = platform.addresses.control
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await platform?.end()
})

async function openControl(address = control): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(address)
  return page
}

/** Presses the button and signs in at Microsoft as this person. */
async function signIn(page: Page, displayName: string): Promise<void> {
  const { userPrincipalName, password } = demoLogin(displayName)
  await page.getByRole('button', { name: 'Sign in with Microsoft' }).click()
  await page.getByLabel('User name').fill(userPrincipalName)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

const administrators = async () =>
  (await platform.api<ApiPage<Administrator>>('GET', `/administrators?signInTenantId=${contoso.id}`)).items

test('T-90 T-22 an administrator signs in to Control with Microsoft and adds another, who is signed out on removal', async () => {
  const adele = await openControl()
  await adele.getByLabel('Organisation').fill('contoso')
  await signIn(adele, 'Adele Vance')
  await adele.getByRole('banner').getByText('Adele Vance').waitFor()
  await adele.waitForURL(`${control}/tenants/${contoso.id}/users`)

  await adele.getByRole('link', { name: 'Administrators' }).click()
  await adele.getByText('Adele Vance (you)').waitFor()
  await adele.getByLabel('Person').pressSequentially('Megan')
  await adele.getByRole('option', { name: /Megan Bowen/ }).click()
  await adele.getByLabel('Role').selectOption('read')
  expect(await adele.getByLabel('Reach').count()).toBe(0)
  await adele.getByRole('button', { name: 'Add administrator' }).click()
  await adele.getByRole('cell', { name: 'Megan Bowen', exact: true }).waitFor()
  const [first, megan] = await administrators()
  const users = await platform.api<ApiPage<PhoneUser>>('GET', `/tenants/${contoso.id}/users?search=Megan`)
  const { directoryId, objectId } = users.items[0] as PhoneUser
  expect(megan).toMatchObject({ scope: contoso.id, role: 'read', displayName: 'Megan Bowen', directoryId, objectId })

  const other = await openControl(`${control}/?tenant=contoso`)
  await signIn(other, 'Megan Bowen')
  await other.getByText('You may look at everything here').waitFor()
  await other.getByRole('link', { name: 'Administrators' }).click()
  await other.getByRole('cell', { name: 'Megan Bowen (you)' }).waitFor()
  expect(await other.getByRole('button', { name: /Remove|Add administrator/ }).count()).toBe(0)

  await adele.getByRole('button', { name: 'Remove Megan Bowen' }).click()
  const dialog = adele.getByRole('alertdialog')
  await dialog.getByText('Remove Megan Bowen from the administrators?').waitFor()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect((await administrators()).map(({ id }) => id)).toEqual([first?.id])
  const removedAt = performance.now()
  await expect
    .poll(() => other.evaluate(`fetch('/auth/control/session').then(({ status }) => status)`), {
      timeout: 5_000,
      interval: 100,
    })
    .toBe(401)
  expect(performance.now() - removedAt).toBeLessThan(2_000)
  // Control does not refetch data that is less than five seconds old.
  await other.waitForTimeout(5_000)
  await other.getByRole('link', { name: 'Users' }).click()
  await other.getByRole('heading', { name: 'Sign in to Control' }).waitFor()

  await adele.getByRole('button', { name: 'Sign out' }).click()
  await adele.getByRole('heading', { name: 'Sign in to Control' }).waitFor()
  const { items } = await platform.api<ApiPage<AuditEvent>>('GET', '/audit-events?action=control.sign-in')
  expect(items.map(({ actor, outcome }) => [actor, outcome]).sort()).toEqual(
    [first, megan].map((each) => [`administrator:${each?.id}`, 'success']).sort(),
  )
})

test('AD-01 a person who is no administrator gets a page that says so and offers another account', async () => {
  const page = await openControl(`${control}/?tenant=contoso`)
  await signIn(page, 'Diego Siciliani')
  await page.getByRole('heading', { name: 'You are not an administrator here' }).waitFor()
  const cookies = await page.context().cookies(control)
  expect(cookies.map(({ name }) => name)).toEqual([expect.stringMatching(/^__Host-jackfield-browser-/)])
  await page.getByRole('link', { name: 'Use another account' }).click()
  expect(await page.getByLabel('Organisation').inputValue()).toBe('contoso')
  await page.getByRole('button', { name: 'Sign in with Microsoft' }).click()
  await page.getByText('Use another account').click()
  await page.getByLabel('User name').fill(demoLogin('Adele Vance').userPrincipalName)
  await page.getByLabel('Password').fill(demoLogin('Adele Vance').password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('banner').getByText('Adele Vance').waitFor()
})

test('an unknown organisation is reported beside the field; a deep link is opened after the sign-in', async () => {
  const page = await openControl(`${control}/tenants/${contoso.id}/phone-systems`)
  await page.getByLabel('Organisation').fill('nobody')
  await page.getByRole('button', { name: 'Sign in with Microsoft' }).click()
  await page.getByText('No organisation has this name or address.').waitFor()
  await page.getByLabel('Organisation').fill(`contoso.${new URL(platform.addresses.base).host}`)
  await signIn(page, 'Adele Vance')
  await page.getByRole('heading', { name: 'Phone systems', exact: true }).waitFor()
})
