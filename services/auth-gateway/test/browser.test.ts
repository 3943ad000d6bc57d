import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { launchChromium } from '@jackfield/test-environment/chromium'
import { initiateDeviceAuthorization, pollDeviceAuthorizationGrant } from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, binding, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient } from './oidc-client.ts'

let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
let app: Server
let appPort = 0
beforeAll(async () => {
  // The app lives on an origin of its own, as in production.
  app = createServer((request, response) => response.end(request.url?.startsWith('/bye') ? 'bye' : 'the app'))
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  appPort = (app.address() as AddressInfo).port
  world = await givenGateway()
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium.close()
  app.close()
  await world.close()
})

test('S36 S41 in Chromium: refused without a binding, let in after it, signed out; no policy is violated', async () => {
  givenApp(world, 'softphone', { requiresBinding: true, tenantUrl: `http://{tenant}.app.localhost:${appPort}/` })
  const { tenant } = givenConnectedTenant(world, 'contoso')
  const person = givenPerson(world, tenant.id)
  const client = await givenClient(world, 'contoso', 'softphone')
  const login = await client.begin({ redirect_uri: `http://contoso.app.localhost:${appPort}/callback` })
  const context = await chromium.newContext({ colorScheme: 'dark' })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
  })

  await page.goto(login.url.href)
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'No extension yet' }).waitFor()
  expect(await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth')).not.toBe('none')

  person.bindings.push(binding('101'))
  await page.getByRole('link', { name: 'Try again' }).click()
  await page.getByText('the app').waitFor()
  const tokens = await client.redeem(new URL(page.url()), login)
  expect(tokens.claims()?.extensions).toEqual(['101'])

  const cookies = (await context.cookies()).filter(({ domain }) => domain.startsWith('contoso.phone'))
  expect(cookies.map(({ name }) => name)).toContain('__Host-jackfield-session')
  expect(cookies.every(({ secure, httpOnly, sameSite }) => secure && httpOnly && sameSite === 'Lax')).toBe(true)

  const away = new URLSearchParams({
    client_id: 'softphone',
    post_logout_redirect_uri: `http://contoso.app.localhost:${appPort}/bye`,
    state: 's',
  })
  await page.goto(`${world.originOf('contoso')}/auth/logout?${away}`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('bye').waitFor()
  expect(
    (await context.cookies()).some(
      ({ name, domain }) => name === '__Host-jackfield-session' && domain.startsWith('contoso.phone'),
    ),
  ).toBe(false)
  expect(complaints).toEqual([])
})

test('“Back to the app” leaves our page for the app’s, as the content security policy allows', async () => {
  givenApp(world, 'web-client', { tenantUrl: `http://{tenant}.app.localhost:${appPort}/` })
  world.registry.givenTenant('bare', [])
  const client = await givenClient(world, 'bare')
  const { url, state } = await client.begin({ redirect_uri: `http://bare.app.localhost:${appPort}/callback` })
  const page = await chromium.newPage()
  await page.goto(url.href)
  await page.getByRole('button', { name: 'Back to the app' }).click()
  await page.getByText('the app').waitFor()
  const answer = new URL(page.url()).searchParams
  expect([answer.get('error'), answer.get('state')]).toEqual(['access_denied', state])
})

test('S53 in Chromium: from the picture’s address over the confirmation and Microsoft to a connected device; no policy is violated', async () => {
  givenApp(world, 'desk-phone', { kind: 'device', name: 'Desk phone', callbackPaths: [], postLogoutPaths: [] })
  const { tenant } = givenConnectedTenant(world, 'fabrikam')
  const person = givenPerson(world, tenant.id)
  const { configuration } = await givenClient(world, 'fabrikam', 'desk-phone')
  const device = await initiateDeviceAuthorization(configuration, { scope: 'openid' })
  const context = await chromium.newContext()
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
  })

  await page.goto(device.verification_uri_complete ?? '')
  await page.getByRole('heading', { name: 'Is this your device?' }).waitFor()
  if (process.env.LOOK) await page.screenshot({ path: process.env.LOOK })
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('link', { name: 'Head office' }).click()
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'The device is connected' }).waitFor()
  const tokens = await pollDeviceAuthorizationGrant(configuration, device)
  expect(tokens.claims()?.sub).toBe(person.id)
  await page.goto(device.verification_uri)
  await page.getByLabel('Enter the code that the device shows').fill('bbbb-cccc')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('alert').waitFor()
  if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}.2.png` })
  expect(complaints).toEqual([])
  await context.close()
})
