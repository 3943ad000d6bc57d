import type { Page as ListPage } from '@jackfield/contract/http/page'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import type { Tenant } from '@jackfield/contract/tenants/tenant'
import { provideDemo } from '@jackfield/local-platform/demo'
import { demoRegistration } from '@jackfield/local-platform/demo-registration'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

const registration = demoRegistration()

let platform: RunningPlatform
let browser: Browser
let page: Page
let tenant: Tenant
beforeAll(async () => {
  platform = await runPlatform()
  await provideDemo(platform.api, platform.addresses.base, registration, {
    onStep: () => undefined,
    onRun: (_run: SyncRun) => undefined,
  })
  const { items } = await platform.api<ListPage<Tenant>>('GET', '/tenants')
  tenant = items.find(({ slug }) => slug === 'contoso') as Tenant
  browser = await launchChromium()
  page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
  page.setDefaultTimeout(20_000)
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', { scope: tenant.id })
  await page.goto(`${platform.addresses.control}/enter#${token}`)
  await page.getByRole('link', { name: 'Users' }).click()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await platform?.end()
})

async function openImport() {
  await page.reload()
  await page.getByRole('button', { name: 'Import Microsoft 365 users' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import Microsoft 365 users' })
  await dialog.waitFor()
  const choice = dialog.getByLabel('Microsoft 365 account')
  return {
    dialog,
    choice,
    chosen: () =>
      choice.evaluate((select: { selectedOptions: ArrayLike<{ text: string }> }) => select.selectedOptions[0]?.text),
  }
}

test('S30 the only account is preselected by its alias, and its users are listed at once', async () => {
  const { dialog, choice, chosen } = await openImport()
  expect(await chosen()).toBe(registration.alias)
  expect(await choice.locator('option').allTextContents()).toEqual([registration.alias])
  await dialog.getByText('Adele Vance').first().waitFor()
})

test('S30 with several accounts the admin chooses one by alias; ticks do not carry over to another', async () => {
  const accounts = `/tenants/${tenant.id}/microsoft-accounts`
  const { clientId, directoryId, secret, expiresAt } = registration
  const second = await platform.api<MicrosoftAccount>('POST', accounts, { alias: 'Branch 365', clientId, directoryId })
  await platform.api('PUT', `${accounts}/${second.id}/credential`, { type: 'secret', secret, expiresAt })
  await platform.api('POST', `${accounts}/${second.id}/verify`)
  const { dialog, choice, chosen } = await openImport()
  expect(await chosen()).toBe('Choose an account')
  expect((await choice.locator('option').allTextContents()).sort()).toEqual(
    ['Branch 365', 'Choose an account', registration.alias].sort(),
  )
  expect(await dialog.getByText('Adele Vance').count()).toBe(0)
  expect(await dialog.getByRole('button', { name: 'OK' }).isEnabled()).toBe(false)

  const asked = page.waitForRequest((request) => request.url().includes('/microsoft-users'))
  await choice.selectOption({ label: 'Branch 365' })
  expect((await asked).url()).toContain(`/microsoft-accounts/${second.id}/microsoft-users`)
  await dialog.getByLabel('Sync User for Lee Gu').click()
  expect(await dialog.getByRole('button', { name: 'OK' }).isEnabled()).toBe(true)
  await choice.selectOption({ label: registration.alias })
  await dialog.getByText('Adele Vance').first().waitFor()
  expect(await dialog.getByRole('button', { name: 'OK' }).isEnabled()).toBe(false)
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/import.png` })
})

test('FC-34 an account with failing runs shows the reason in the list and on its page until a run succeeds', async () => {
  const accounts = `/tenants/${tenant.id}/microsoft-accounts`
  const { items } = await platform.api<ListPage<MicrosoftAccount>>('GET', accounts)
  const account = items.find(({ alias }) => alias === registration.alias) as MicrosoftAccount
  const status = async () => (await platform.api<MicrosoftAccount>('GET', `${accounts}/${account.id}`)).status
  async function resync() {
    const { runId } = await platform.api<{ runId: string }>('POST', `${accounts}/${account.id}/resyncs`, {
      mode: 'delta',
    })
    const run = () => platform.api<SyncRun>('GET', `/tenants/${tenant.id}/sync-runs/${runId}`)
    await expect.poll(async () => (await run()).finishedAt, { timeout: 60_000 }).not.toBeNull()
  }
  const faults = `${platform.addresses.emulator}/_emulator/faults`
  const effect = { kind: 'refuse', status: 404, code: 'Request_ResourceNotFound', message: 'Resource is not there.' }
  const body = JSON.stringify({ path: 'delta', effect })
  await fetch(faults, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  try {
    for (const _ of [1, 2]) await resync()
  } finally {
    await fetch(faults, { method: 'DELETE' })
  }
  await expect.poll(status, { timeout: 60_000 }).toBe('failing')

  const fleet = (await page.context().browser()?.newPage()) as Page
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', {})
  await fleet.goto(`${platform.addresses.control}/enter#${token}`)
  await fleet
    .getByRole('listitem')
    .filter({ hasText: tenant.name })
    .getByText(/^Not in step since /)
    .waitFor()
  await fleet.close()

  await page.goto(`${platform.addresses.control}/tenants/${tenant.id}/microsoft-365`)
  const row = page.getByRole('row').filter({ hasText: registration.alias })
  await row.getByText(/^Not in step since /).waitFor()
  await row.getByText('Failing', { exact: true }).waitFor()
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/not-in-step.png` })
  await page.getByRole('link', { name: registration.alias }).click()
  const warnings = page.getByRole('region', { name: 'Warnings' })
  await warnings
    .getByText(
      /Not in step with the directory since .*Microsoft was asked for the changes of users.*Resource is not there/,
    )
    .waitFor()

  await resync()
  await expect.poll(status, { timeout: 60_000 }).toBe('ready')
  await page.reload()
  await page.getByText('Ready', { exact: true }).waitFor()
  expect(await page.getByText(/Not in step/).count()).toBe(0)
})

test('S42 S45 the extension of a person who left is shown as held, in the list and on the person’s page', async () => {
  const { items } = await platform.api<ListPage<PhoneUser>>('GET', `/tenants/${tenant.id}/users?bound=true`)
  const [leaver] = items
  const [binding] = leaver?.bindings ?? []
  const left = await fetch(
    `${platform.addresses.emulator}/_emulator/directories/${registration.directoryId}/users/${leaver?.objectId}`,
    {
      method: 'DELETE',
    },
  )
  expect(left.status).toBe(200)
  const userPath = `/tenants/${tenant.id}/users/${leaver?.id}`
  for (const mode of ['delta', 'full'])
    await platform.api('POST', `/tenants/${tenant.id}/microsoft-accounts/${leaver?.accountId}/resyncs`, { mode })
  await expect
    .poll(async () => (await platform.api<PhoneUser>('GET', userPath)).status, { timeout: 60_000 })
    .toBe('deleted')
  expect((await platform.api<PhoneUser>('GET', userPath)).hold?.until).toMatch(/Z$/)

  await page.goto(`${platform.addresses.control}/tenants/${tenant.id}/phone-systems/${binding?.phoneSystemId}`)
  const row = page.getByRole('row').filter({ hasText: leaver?.displayName ?? '' })
  await row.getByText(/left, held until/).waitFor()
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/held.png` })
  await page.getByRole('link', { name: leaver?.displayName ?? '' }).click()
  await page
    .getByRole('table', { name: 'Bindings' })
    .getByText(/left, held until/)
    .waitFor()
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/held-user.png` })
})

async function unfinishedRuns(): Promise<SyncRun[]> {
  const { items } = await platform.api<ListPage<SyncRun>>('GET', `/tenants/${tenant.id}/sync-runs`)
  return items.filter(({ finishedAt }) => finishedAt === null)
}

test('FC-34 the progress of an import shows that Microsoft throttles it', async () => {
  const faults = `${platform.addresses.emulator}/_emulator/faults`
  const effect = { kind: 'refuse', status: 429, retryAfter: 600 }
  const body = JSON.stringify({ path: '^/v1\\.0/users', effect })
  // Behind another run it would wait for that one.
  await expect.poll(unfinishedRuns, { timeout: 60_000 }).toEqual([])
  await page.goto(`${platform.addresses.control}/tenants/${tenant.id}/users`)
  const { dialog, choice } = await openImport()
  await choice.selectOption({ label: registration.alias })
  // This choice grants something: only one that takes something away asks first.
  await dialog.getByLabel('SSO enabled for Ben Walters').click()
  await fetch(faults, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  try {
    await dialog.getByRole('button', { name: 'OK' }).click()
    await page.getByText(/Microsoft asks to send fewer requests\. It is tried again at /).waitFor({ timeout: 60_000 })
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/held-up.png` })
  } finally {
    await fetch(faults, { method: 'DELETE' })
  }
})
