import type { Tenant } from '@jackfield/contract/tenants/tenant'
import { WEB_CLIENT } from '@jackfield/local-platform/demo-plan'
import { findViolations } from '@jackfield/test-environment/accessibility'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40" viewBox="0 0 120 40"><rect width="40" height="40" rx="8" fill="#7a1fa2"/>' +
  '<path d="M52 12h60v6H52zM52 24h40v6H52z" fill="#45305a"/></svg>'
let platform: RunningPlatform
let browser: Browser
let tenant: Tenant
let control: Page
const complaints: string[] = []

beforeAll(async () => {
  platform = await runPlatform()
  browser = await launchChromium()
  await platform.api('PUT', `/apps/${WEB_CLIENT.clientId}`, WEB_CLIENT.appOn(platform.addresses.base))
  tenant = await platform.api<Tenant>('POST', '/tenants', { slug: 'fabrikam', name: 'Fabrikam' })
  await platform.api('POST', `/tenants/${tenant.id}/phone-systems`, { name: 'Main' })
  const context = await browser.newContext({ locale: 'fr-FR' })
  context.setDefaultTimeout(15_000)
  control = await context.newPage()
  control.on('console', (message) => complaints.push(message.text()))
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', {})
  await control.goto(`${platform.addresses.control}/enter#${token}`)
  await control.getByRole('link', { name: 'Fabrikam' }).waitFor()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await platform?.end()
})

const ofTenant = (path: string) => `${platform.addresses.control}/tenants/${tenant.id}/${path}`
const hostOfTenant = () => {
  const { protocol, host } = new URL(platform.addresses.base)
  return `${protocol}//fabrikam.${host}`
}

test('an admin sets name, colour, language and logo of the sign-in pages and sees a preview', async () => {
  await control.getByRole('link', { name: 'Fabrikam' }).click()
  await control.getByRole('link', { name: 'Branding' }).click()
  await control.getByLabel('Display name').fill('Fabrikam <Telefonie>')
  await control.getByLabel('Accent colour', { exact: true }).fill('#ffd54')
  await control.getByRole('button', { name: 'Save' }).click()
  await control.getByText('Six hexadecimal digits after #').waitFor()
  await control.getByLabel('Accent colour', { exact: true }).fill('#ffd54f')
  await control.getByLabel('Language', { exact: true }).selectOption('German')
  await control.getByRole('figure').first().getByText('Fabrikam <Telefonie>').waitFor()
  await control.getByRole('button', { name: 'Save' }).click()
  await control.getByText('Saved.').waitFor()

  await control
    .getByLabel('Logo file')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from(LOGO) })
  await control.getByRole('button', { name: 'Save the logo' }).click()
  await control.getByRole('alert').getByText('This is no PNG, WebP or SVG image').waitFor()
  await control
    .getByLabel('Logo file')
    .setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(LOGO) })
  await control.getByRole('button', { name: 'Save the logo' }).click()
  await control.getByText('The logo is saved.').waitFor()
  await control.getByRole('img', { name: 'The logo as it stands' }).waitFor()
  await expect.poll(() => control.evaluate('document.querySelector("img[alt^=\'The logo\']").naturalWidth')).toBe(120)
  if (process.env.PICTURES)
    await control.screenshot({ path: `${process.env.PICTURES}/control-branding.png`, fullPage: true })
})

test('FC-23 the same page sets the country that national phone numbers are from', async () => {
  await control.getByLabel('Default country').selectOption({ label: 'Germany' })
  await control.getByRole('button', { name: 'Set country' }).click()
  const country = async () => (await platform.api<Tenant>('GET', `/tenants/${tenant.id}`)).defaultCountry
  await expect.poll(country, { timeout: 10_000 }).toBe('DE')
  await expect.poll(() => control.getByLabel('Default country').inputValue()).toBe('DE')
  await expect.poll(() => findViolations(control), { timeout: 15_000 }).toEqual([])
})

test('seconds later the sign-in pages show them; no page violates its content security policy', async () => {
  const page = await control.context().newPage()
  page.on('console', (message) => complaints.push(message.text()))
  await expect
    .poll(async () => {
      await page.goto(`${hostOfTenant()}/auth/device`)
      return page.locator('.tenant').textContent()
    })
    .toBe('Fabrikam <Telefonie>')
  await page.getByRole('heading', { name: 'Ein Gerät verbinden' }).waitFor()
  await page.getByRole('button', { name: 'Weiter' }).waitFor()
  const styleOf = (property: string) => page.evaluate(`getComputedStyle(document.querySelector('button')).${property}`)
  expect([await styleOf('backgroundColor'), await styleOf('color')]).toEqual(['rgb(255, 213, 79)', 'rgb(0, 0, 0)'])
  expect(await page.evaluate('document.querySelector(".logo").naturalWidth')).toBe(120)
  expect(await findViolations(page)).toEqual([])
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/branded-device.png` })
  expect(complaints.filter((text) => text.includes('Content Security Policy'))).toEqual([])
  await page.close()
})

test.each(['light', 'dark'] as const)(
  'S37 axe finds nothing on Control’s main pages, in %s',
  async (colorScheme) => {
    await control.emulateMedia({ colorScheme })
    const places = ['microsoft-365', 'microsoft-365/new', 'users', 'phone-systems', 'branding'].map(ofTenant)
    for (const place of [platform.addresses.control, ...places]) {
      await control.goto(place)
      await control.getByRole('heading', { level: 1 }).waitFor()
      await control.getByRole('progressbar').waitFor({ state: 'detached' })
      expect.soft(await findViolations(control), place).toEqual([])
    }
  },
  120_000,
)
