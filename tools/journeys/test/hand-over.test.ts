import type { MicrosoftAccount } from '@jackfield/contract/microsoft-account'
import type { Tenant } from '@jackfield/contract/tenant'
import {
  FABRIKAM_CLIENT_ID,
  FABRIKAM_CLIENT_SECRET,
  FABRIKAM_DIRECTORY_ID,
} from '@jackfield/m365-emulator/demo/fabrikam'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

let platform: RunningPlatform
let browser: Browser
beforeAll(async () => {
  platform = await runPlatform()
  browser = await launchChromium()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await platform?.end()
})

test('S3 S22 a hand-over link opens the set-up of one account in Control, with the consent link and without users', async () => {
  const tenant = await platform.api<Tenant>('POST', '/tenants', { slug: 'handing-over', name: 'Handing over' })
  const ids = { clientId: FABRIKAM_CLIENT_ID, directoryId: FABRIKAM_DIRECTORY_ID }
  const account = await platform.api<MicrosoftAccount>('POST', `/tenants/${tenant.id}/microsoft-accounts`, {
    alias: 'Head office',
    ...ids,
  })
  const admin = await (await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })).newPage()
  admin.setDefaultTimeout(15_000)
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', { scope: tenant.id })
  await admin.goto(`${platform.addresses.control}/enter#${token}`)
  await admin.getByRole('link', { name: 'Microsoft 365' }).click()
  await admin.getByRole('link', { name: 'Head office' }).click()
  await admin.getByRole('button', { name: 'Make a hand-over link' }).click()
  await admin.getByRole('button', { name: 'Copy the hand-over link' }).click()
  await admin.getByText('Copied').waitFor()
  const url = await admin.evaluate('navigator.clipboard.readText()')

  const holder = await (await browser.newContext()).newPage()
  holder.setDefaultTimeout(15_000)
  await holder.goto(String(url))
  await holder.getByRole('heading', { name: 'Head office' }).waitFor()
  const own = `${platform.addresses.control}/tenants/${tenant.id}/microsoft-365/${account.id}`
  expect(holder.url()).toBe(own)
  await holder.goto(`${platform.addresses.control}/tenants/${tenant.id}/users`)
  await holder.getByRole('heading', { name: 'Head office' }).waitFor()
  expect(holder.url()).toBe(own)
  for (const name of ['Disable account', 'Edit registration', 'Make a hand-over link'])
    expect(await holder.getByRole('button', { name }).count(), name).toBe(0)
  expect(await holder.getByRole('link', { name: 'Users' }).count()).toBe(0)

  await holder.getByRole('button', { name: 'Make a consent link' }).click()
  const consent = new URL((await holder.getByRole('link', { name: /consent page/ }).getAttribute('href')) ?? '')
  expect(consent.pathname).toBe(`/${FABRIKAM_DIRECTORY_ID}/v2.0/adminconsent`)
  await holder.getByLabel('Client secret value').fill(FABRIKAM_CLIENT_SECRET)
  await holder.getByRole('button', { name: 'Save and test' }).click()
  await holder.getByRole('list', { name: 'Checks' }).waitFor()
  const saved = await platform.api<MicrosoftAccount>('GET', `/tenants/${tenant.id}/microsoft-accounts/${account.id}`)
  expect(saved.credential?.type).toBe('secret')
})
