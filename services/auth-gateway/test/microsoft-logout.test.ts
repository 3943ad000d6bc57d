import { launchChromium } from '@jackfield/test-environment/chromium'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import {
  ADELE,
  CONTOSO_DIRECTORY_ID,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  JACKFIELD_CLIENT_ID,
  type World,
} from './given.ts'
import { givenClient, oauthErrorOf, signIn } from './oidc-client.ts'

let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  for (const slug of ['contoso', 'fabrikam']) givenPerson(world, givenConnectedTenant(world, slug).tenant.id)
})

const SID = '5f1b6c9e-0d4e-4f0a-8c1d-2b3c4d5e6f70'
/** A sign-in whose token says which session at Microsoft it rests on. */
function signInOn(sid: string, slug = 'contoso', browser = new Browser()) {
  world.m365.tamperNextIdToken({ claims: { sid } })
  return signIn(world, slug, { browser })
}
const logOut = (query: string, host = world.baseUrl) => send(`${host}/auth/microsoft/frontchannel-logout${query}`)
const isSignedIn = async (browser: Browser, slug = 'contoso') =>
  (await browser.open(`${world.originOf(slug)}/auth/verify`)).status === 200

test('T-62 LO-09 Microsoft’s front-channel logout ends every login of its session, on every tenant host, with its tokens', async () => {
  const one = await signInOn(SID)
  const two = await signInOn(SID, 'fabrikam')
  const other = await signInOn('5f1b6c9e-0d4e-4f0a-8c1d-2b3c4d5e6f71')
  // No cookie: the frame is a third party's.
  const answer = await logOut(`?sid=${SID.toUpperCase()}`)
  expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  expect(answer.headers['content-security-policy']).not.toContain('frame-ancestors')
  expect(answer.headers).not.toHaveProperty('x-frame-options')
  expect(answer.headers).not.toHaveProperty('set-cookie')

  expect(await isSignedIn(one.browser)).toBe(false)
  expect(await isSignedIn(two.browser, 'fabrikam')).toBe(false)
  expect(await oauthErrorOf(client.refreshTokenGrant(one.app.configuration, one.tokens.refresh_token ?? ''))).toBe(
    'invalid_grant',
  )
  expect(await isSignedIn(other.browser)).toBe(true)
})

test.each(['', '?sid=', '?sid=x', '?sid=00000000-0000-0000-0000-000000000000', `?sid=${SID}&sid=${SID}`, '?sid=%00'])(
  'T-62 LO-10 with %j nothing ends, and the answer is the same',
  async (query) => {
    const { browser } = await signInOn(SID)
    expect((await logOut(query)).status).toBe(200)
    expect(await isSignedIn(browser)).toBe(true)
  },
)

test('T-62 it works at a tenant’s own host too, and repeatedly', async () => {
  const { browser } = await signInOn(SID)
  for (let time = 0; time < 2; time++) expect((await logOut(`?sid=${SID}`, world.originOf('contoso'))).status).toBe(200)
  expect(await isSignedIn(browser)).toBe(false)
  const again = await signInOn(SID)
  expect(await isSignedIn(again.browser)).toBe(true)
})

test('LO-09 oidcc-client-test-rp-frontchannel-opinitlogout in Chromium: signing out at Microsoft signs out of the phone apps', async () => {
  world.m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, {
    logoutUrl: `${world.baseUrl}/auth/microsoft/frontchannel-logout`,
  })
  const chromium = await launchChromium()
  const page = await (await chromium.newContext()).newPage()
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  await page.goto(login.url.href)
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(/localhost:\d+\/callback\?code=/)
  const verify = async () => (await page.goto(`${world.originOf('contoso')}/auth/verify`))?.status()
  expect(await verify()).toBe(200)

  await page.goto(`${world.m365.origin}/${CONTOSO_DIRECTORY_ID}/oauth2/v2.0/logout`)
  await page.getByRole('button', { name: ADELE.userPrincipalName }).click()
  await expect.poll(verify, { timeout: 20_000 }).toBe(401)
  await chromium.close()
})
