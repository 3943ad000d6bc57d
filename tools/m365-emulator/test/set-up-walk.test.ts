import { launchChromium } from '@jackfield/test-environment/chromium'
import { decodeJwt } from 'jose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FABRIKAM_DIRECTORY_ID, FABRIKAM_DOMAIN, FABRIKAM_GLOBAL_ADMINISTRATOR } from '../src/demo/fabrikam.ts'
import type { M365Emulator } from '../src/emulator.ts'
import { SignInAgent } from '../src/headless-sign-in.ts'
import { appOnly, authorizeUrl, getGraph, givenEmulator, postToken, redemption, WEB } from './given.ts'

let m365: M365Emulator
let browser: Browser
let page: Page
beforeAll(async () => {
  m365 = await givenEmulator()
  browser = await launchChromium()
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] })
  context.setDefaultTimeout(30_000)
  page = await context.newPage()
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await m365?.close()
})

async function copied(label: string): Promise<string> {
  await page.getByRole('button', { name: `Copy ${label}` }).click()
  await page.getByText(`${label} copied`).waitFor()
  return page.evaluate('navigator.clipboard.readText()')
}

const open = (part: string) =>
  page.getByRole('navigation', { name: 'Registration' }).getByRole('link', { name: part }).click()

test('S8 to S26 by hand: an admin registers an application, which then signs people in and reads users', {
  timeout: 180_000,
}, async () => {
  // S8: the deep link of Microsoft's portal, behind the sign-in
  await page.goto(
    `${m365.origin}/#view/Microsoft_AAD_RegisteredApps/CreateApplicationBlade/quickStartType~/null/isMSAApp~/false`,
  )
  await page.getByLabel('User name').fill(FABRIKAM_GLOBAL_ADMINISTRATOR)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  // S9 to S13: name, account types, first redirect URI
  await page.getByRole('textbox', { name: 'Name' }).fill('Phone system')
  await page.getByLabel(/Single tenant/).check()
  await page.getByRole('button', { name: 'Register' }).click()
  // S14: the ids
  await page.getByRole('heading', { name: 'Phone system' }).waitFor()
  const clientId = await copied('Application (client) ID')
  const directoryId = await copied('Directory (tenant) ID')
  expect(directoryId).toBe(FABRIKAM_DIRECTORY_ID)
  await page.reload()
  await page.getByText(clientId).waitFor()
  // S18, S19: redirect URIs
  await open('Authentication')
  await page.getByLabel('Redirect URIs').fill(WEB)
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByRole('table', { name: 'Web' }).getByText(WEB).waitFor()
  // S24, S25, S26: the secret, shown once
  await open('Certificates & secrets')
  await page.getByLabel('Description').fill('Gateway')
  await page.getByLabel('Expires').selectOption('730')
  await page.getByRole('button', { name: 'Add' }).click()
  const secret = await copied('Value')
  const secretId = await copied('Secret ID')
  await page.reload()
  expect(await page.content()).not.toContain(secret)
  const client = { client_id: clientId, client_secret: secret }
  expect((await postToken(m365, appOnly({ ...client, client_secret: secretId }), {}, directoryId)).code).toBe(7000215)
  const rolesNow = async () =>
    decodeJwt(String((await postToken(m365, appOnly(client), {}, directoryId)).body.access_token)).roles
  // S22, S23: the application permission, first listed, then granted; by keyboard alone
  await open('API permissions')
  await page.getByRole('link', { name: 'Add a permission' }).press('Enter')
  await page.getByRole('checkbox', { name: /User\.Read\.All/ }).press('Space')
  await page.getByRole('button', { name: 'Add permissions' }).press('Enter')
  await page.getByText('Not granted for Fabrikam').waitFor()
  expect(await rolesNow()).toBeUndefined()
  await page.getByRole('button', { name: 'Grant admin consent for Fabrikam' }).press('Enter')
  await page.getByRole('cell', { name: 'Granted for Fabrikam', exact: true }).first().waitFor()
  expect(await rolesNow()).toEqual(['User.Read.All'])
  // the registration works: Graph answers, and people sign in
  const token = String((await postToken(m365, appOnly(client), {}, directoryId)).body.access_token)
  expect((await getGraph(m365, '/users', token)).body.value.length).toBeGreaterThan(20)
  const agent = new SignInAgent(m365.origin)
  const back = await agent.signIn(authorizeUrl(m365, { client_id: clientId }, directoryId), `aylin@${FABRIKAM_DOMAIN}`)
  const code = back.location?.searchParams.get('code') ?? ''
  const { body } = await postToken(m365, redemption(code, client), {}, directoryId)
  expect(decodeJwt(String(body.id_token))).toMatchObject({ tid: directoryId, aud: clientId, name: 'Aylin Kaya' })
})
