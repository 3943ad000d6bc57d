import { launchChromium } from '@jackfield/test-environment/chromium'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient } from './oidc-client.ts'

/* FC-13: the account says Single-page application, and its redirect URIs are registered under the platform Web. */

const TOKEN = '**/oauth2/v2.0/token'
let world: World
let chromium: Awaited<ReturnType<typeof launchChromium>>
beforeAll(async () => {
  world = await givenGateway({ redirectPlatform: 'web' })
  givenApp(world, 'web-client')
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  await world.close()
})
beforeEach(() => {
  world.registry.audits.length = 0
  world.registry.wrongPlatforms.length = 0
  world.roster.people.length = 0
})

/** Signs in by a browser; answers the status and text of the page that it ends on. */
async function signIn(
  redirectMode: 'single' | 'per-app',
  prepare?: (page: Awaited<ReturnType<typeof newPage>>) => Promise<unknown>,
) {
  const { tenant, account } = givenConnectedTenant(world, 'contoso', { redirectPlatform: 'spa', redirectMode })
  givenPerson(world, tenant.id)
  const page = await newPage()
  await prepare?.(page)
  await page.goto((await (await givenClient(world, 'contoso')).begin()).url.href)
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Try again' }).waitFor()
  const text = await page.innerText('body')
  await page.context().close()
  return { account, text }
}

async function newPage() {
  const page = await (await chromium.newContext()).newPage()
  page.setDefaultTimeout(15_000)
  return page
}

test.each(['single', 'per-app'] as const)(
  'FC-13 the wrong platform is named to the admin, audited, and turns the account’s light (%s redirect URIs)',
  async (redirectMode) => {
    const { account, text } = await signIn(redirectMode)
    expect(text).toContain('needs your administrator')
    expect(text).toContain(
      'The redirect URIs are registered under the platform Web, and this account says Single-page application.',
    )
    expect(text).toContain('AADSTS9002326')
    expect(text).toMatch(/Microsoft correlation id: [0-9a-f-]{36}/)
    expect(world.registry.audits).toMatchObject([
      { action: 'sign-in', outcome: 'refused', details: { reason: 'AADSTS9002326' } },
    ])
    expect(world.registry.wrongPlatforms).toEqual([account.id])
  },
)

test('FC-13 where Entra ID gives another reason the likely cause is named, and the light stays', async () => {
  world.m365.entra.refuseOriginOfWeb = false
  const { text } = await signIn('single').finally(() => {
    world.m365.entra.refuseOriginOfWeb = true
  })
  expect(text).toContain('Most likely the redirect URIs are registered under the platform Web.')
  expect(world.registry.audits).toMatchObject([{ outcome: 'refused', details: { reason: 'redemption_blocked' } }])
  expect(world.registry.wrongPlatforms).toEqual([])
})

test('FC-13 a token endpoint that does not answer the browser at all is still told as that', async () => {
  const { text } = await signIn('single', (page) => page.route(TOKEN, (route) => route.abort('connectionreset')))
  expect(text).toContain('Microsoft can’t be reached just now.')
  expect(world.registry.audits).toMatchObject([{ outcome: 'refused', details: { reason: 'unreachable' } }])
  expect(world.registry.wrongPlatforms).toEqual([])
})
