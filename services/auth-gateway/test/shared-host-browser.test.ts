import { launchChromium } from '@jackfield/test-environment/chromium'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenSharedClient } from './shared-host.ts'

/** The app's own address: nobody but the gateway listens there in this test. */
const ANSWERED = /\/\/web\.phone\.localhost:\d+\/callback\?code=/

let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
beforeAll(async () => {
  world = await givenGateway()
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium.close()
  await world.close()
})

test('S39 S40 in Chromium, by keyboard alone: address, Microsoft, choice of the tenant, app; then a switch to the other tenant; no policy is violated', async () => {
  const origin = `http://web.phone.localhost:${world.port}`
  givenApp(world, 'web-client', { sharedUrl: `${origin}/` })
  for (const slug of ['contoso', 'fabrikam']) givenPerson(world, givenConnectedTenant(world, slug).tenant.id)
  const client = await givenSharedClient(origin)
  const page = await (await chromium.newContext()).newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
  })

  const login = await client.begin()
  await page.goto(login.url.href)
  const field = page.getByRole('textbox', { name: 'Your work address' })
  expect(await page.evaluate('document.activeElement.id')).toBe(await field.getAttribute('id'))
  expect(await page.evaluate('getComputedStyle(document.activeElement).textTransform')).toBe('none')
  await page.keyboard.type('adele@nowhere.example')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  expect(await page.getByRole('alert').textContent()).toContain('No organisation here signs in with this address')
  expect(await field.inputValue()).toBe('adele@nowhere.example')
  expect(await field.getAttribute('aria-describedby')).toContain('trouble')
  expect(page.url()).not.toContain('nowhere')

  await field.fill(ADELE.userPrincipalName)
  await page.keyboard.press('Enter')
  expect(await page.getByLabel('User name').inputValue()).toBe(ADELE.userPrincipalName.toLowerCase())
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Choose your phone system' }).waitFor()
  await page.getByRole('link', { name: 'fabrikam <Ltd>' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(ANSWERED)
  expect((await client.redeem(new URL(page.url()), login)).claims()?.tenant).toBe('fabrikam')

  const switched = await client.begin({ tenant: 'contoso' })
  await page.goto(switched.url.href)
  await page.waitForURL(ANSWERED)
  expect((await client.redeem(new URL(page.url()), switched)).claims()?.tenant).toBe('contoso')
  expect((await page.goto(`${origin}/auth/verify`))?.headers()['x-auth-tenant']).toBe('contoso')
  expect(complaints).toEqual([])
})
