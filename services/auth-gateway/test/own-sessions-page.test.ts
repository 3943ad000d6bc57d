import { launchChromium } from '@jackfield/test-environment/chromium'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'

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

async function givenBrowser(colorScheme: 'dark' | 'light', complaints: string[]) {
  const context = await chromium.newContext({ colorScheme, viewport: { width: 360, height: 740 } })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
  })
  await page.goto(`${world.originOf('contoso')}/auth/signin?app=portal&returnTo=/auth/sessions`)
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/contoso\.phone\.localhost/)
  await page.goto(`${world.originOf('contoso')}/auth/sessions`)
  return page
}

test('S54 in Chromium: a person sees both browsers and signs the other out, by keyboard, on a narrow screen', async () => {
  givenApp(world, 'portal', { kind: 'server', name: 'Call portal' })
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  const complaints: string[] = []
  const [other, page] = [await givenBrowser('light', complaints), await givenBrowser('dark', complaints)]
  await page.getByRole('heading', { name: 'Your sessions' }).waitFor()
  expect(await page.getByRole('listitem').count()).toBe(2)
  expect(await page.getByRole('listitem').first().textContent()).toContain('this browser')
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  const pictures = process.env.PICTURES
  if (pictures) await page.screenshot({ path: `${pictures}/own-sessions.png`, fullPage: true })

  const button = page.getByRole('button', { name: /^Sign out Chrome on Linux, signed in / })
  await button.focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.getByRole('listitem').count(), { timeout: 30_000 }).toBe(1)
  expect(page.url()).toBe(`${world.originOf('contoso')}/auth/sessions`)

  await other.reload()
  await other.getByRole('heading', { name: 'You are not signed in' }).waitFor()
  expect(complaints).toEqual([])
})
