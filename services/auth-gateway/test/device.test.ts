import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, signIn } from './oidc-client.ts'

let world: World
let origin: string
let person: ReturnType<typeof givenPerson>
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'desk-phone', { kind: 'device', name: 'Desk phone', callbackPaths: [], postLogoutPaths: [] })
  givenApp(world, 'web-client')
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

/** A phone as any developer would write it. */
async function givenPhone() {
  const { configuration } = await givenClient(world, 'contoso', 'desk-phone')
  const device = await client.initiateDeviceAuthorization(configuration, { scope: 'openid profile phone' })
  const ask = () =>
    client.genericGrantRequest(configuration, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: device.device_code,
    })
  return { configuration, device, ask }
}

/** The person follows the link and confirms, up to where they are to sign in. */
async function confirmed(browser: Browser, link: string) {
  const asked = await browser.submit(await browser.open(new URL(link)), '', {})
  expect(asked.text).toContain('Is this your device?')
  return browser.submit(asked, 'Continue')
}

test('S53 a desk phone shows a code, the person signs in with Microsoft on a phone or computer, and the desk phone is signed in', async () => {
  const { configuration, device, ask } = await givenPhone()
  expect(device).toMatchObject({ verification_uri: `${origin}/auth/device`, expires_in: 600 })
  expect(device.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  expect(await oauthErrorOf(ask())).toBe('authorization_pending')

  const browser = new Browser()
  const choice = await confirmed(browser, device.verification_uri_complete ?? '')
  const atMicrosoft = await browser.follow(choice, 'Head office')
  const done = await browser.submit(atMicrosoft, 'Sign in', {
    username: ADELE.userPrincipalName,
    password: 'Passw0rd!',
  })
  expect(done.text).toContain('The device is connected')

  const tokens = await ask()
  expect(tokens.claims()).toMatchObject({ sub: person.id, iss: `${origin}/auth`, aud: 'desk-phone' })
  const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, person.id)
  expect(userinfo.sub).toBe(person.id)
  expect(await oauthErrorOf(ask())).toBe('invalid_grant')
})

test('S53 the code can be typed, whatever its case and hyphens; a wrong one says so', async () => {
  const { device, ask } = await givenPhone()
  const { browser } = await signIn(world, 'contoso')
  const page = await browser.open(new URL(device.verification_uri))
  const wrong = await browser.submit(page, 'Continue', { user_code: 'BBBB-BBBB' })
  expect(wrong.text).toContain('The device shows another code')
  const asked = await browser.submit(wrong, 'Continue', { user_code: device.user_code.toLowerCase().replace('-', '') })
  expect(asked.text).toContain(device.user_code)
  expect((await browser.submit(asked, 'Continue')).text).toContain('The device is connected')
  expect((await ask()).claims()?.sub).toBe(person.id)
})

test('S53 T-35 cancelling lets nobody in and uses the code up', async () => {
  const { device, ask } = await givenPhone()
  const { browser } = await signIn(world, 'contoso')
  const asked = await browser.submit(await browser.open(new URL(device.verification_uri_complete ?? '')), '', {})
  expect((await browser.submit(asked, 'Cancel')).text).toContain('Cancelled')
  expect(await oauthErrorOf(ask())).toBe('access_denied')
  const again = await browser.submit(await browser.open(new URL(device.verification_uri)), 'Continue', {
    user_code: device.user_code,
  })
  expect(again.text).toContain('The code was used already')
})

test('S33 S53 a person without SSO connects no device', async () => {
  person.sso = false
  const { device, ask } = await givenPhone()
  const browser = new Browser()
  const choice = await confirmed(browser, device.verification_uri_complete ?? '')
  const atMicrosoft = await browser.follow(choice, 'Head office')
  const refused = await browser.submit(atMicrosoft, 'Sign in', {
    username: ADELE.userPrincipalName,
    password: 'Passw0rd!',
  })
  expect(refused).toMatchObject({
    status: 403,
    text: expect.stringContaining('Microsoft sign-in is not enabled for you'),
  })
  expect(await oauthErrorOf(ask())).toBe('authorization_pending')
})

test('S45 S53 a device stays signed in when its person signs out of the browser, and ends when the roster says so', async () => {
  const { configuration, device, ask } = await givenPhone()
  const { browser } = await signIn(world, 'contoso')
  await browser.submit(
    await browser.submit(await browser.open(new URL(device.verification_uri_complete ?? '')), '', {}),
    'Continue',
  )
  const first = await ask()
  const asked = await browser.open(new URL(`${origin}/auth/logout`))
  await browser.submit(asked, 'Sign out')
  const second = await client.refreshTokenGrant(configuration, first.refresh_token ?? '')
  expect(second.claims()?.sub).toBe(person.id)
  Object.assign(person, { sessionsValidAfter: new Date(Date.now() + 2_000).toISOString() })
  expect(await oauthErrorOf(client.refreshTokenGrant(configuration, second.refresh_token ?? ''))).toBe('invalid_grant')
})

test('T-21 T-35 only the browser that confirmed can finish the sign-in', async () => {
  const { device, ask } = await givenPhone()
  const attacker = new Browser()
  const choice = await confirmed(attacker, device.verification_uri_complete ?? '')
  const stolen = await new Browser().open(new URL(choice.url))
  expect(stolen.status).toBe(400)
  expect(await oauthErrorOf(ask())).toBe('authorization_pending')
})

test('S53 a form without a session, or with a broken one, leads to the form again', async () => {
  const { device, ask } = await givenPhone()
  const { browser: signedIn } = await signIn(world, 'contoso')
  const ours = signedIn.cookies.filter(({ name }) => name.startsWith('__Host-jackfield-session'))
  const cookie = ours.map(({ name, value }) => `${name}=${value}`).join('; ')
  const cookies: Array<Record<string, string>> = [{}, { cookie: `${cookie}x` }]
  for (const headers of cookies) {
    for (const body of [`user_code=${device.user_code}&confirm=yes`, 'user_code=x&user_code=y', 'a='.repeat(40_000)]) {
      const sent = { 'content-type': 'application/x-www-form-urlencoded', connection: 'close', ...headers }
      const answer = await send(`${origin}/auth/device`, { method: 'POST', headers: sent, body })
      expect([answer.status, answer.headers.location]).toEqual([303, `${origin}/auth/device`])
    }
  }
  expect(world.faults).toEqual([])
  const again = await signedIn.submit(await signedIn.open(`${origin}/auth/device`), 'Continue', {
    user_code: device.user_code,
  })
  expect((await signedIn.submit(again, 'Continue')).text).toContain('The device is connected')
  expect((await ask()).claims()?.sub).toBe(person.id)
})

test('T-23 SC-12 a form of another site connects no device, even one that knows the proof', async () => {
  const { device, ask } = await givenPhone()
  const { browser } = await signIn(world, 'contoso')
  const asked = await browser.submit(await browser.open(new URL(device.verification_uri_complete ?? '')), '', {})
  const { action, values } = asked.formOf('Continue')
  const body = new URLSearchParams(values).toString()
  const post = (headers: Record<string, string>) =>
    browser.open(new URL(action, asked.url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    })
  const foreign: Array<Record<string, string>> = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.test' },
  ]
  for (const headers of foreign) {
    expect((await post(headers)).status).toBe(403)
    expect(await oauthErrorOf(ask())).toBe('authorization_pending')
  }
  expect((await post({ 'sec-fetch-site': 'same-origin' })).text).toContain('The device is connected')
  expect((await ask()).claims()?.sub).toBe(person.id)
})

test('TE-12 a device gets no authorization code', async () => {
  const phone = await givenClient(world, 'contoso', 'desk-phone')
  expect((await new Browser().open((await phone.begin()).url)).status).toBe(400)
})

test('S53 the picture of the code leads a phone’s camera to the confirmation', async () => {
  const { device } = await givenPhone()
  const picture = await send(`${origin}/auth/device/qr.svg?user_code=${device.user_code}`)
  expect(picture).toMatchObject({
    status: 200,
    headers: { 'content-type': 'image/svg+xml' },
    text: expect.stringContaining('<svg'),
  })
  expect((await send(`${origin}/auth/device/qr.svg?user_code=<script>`)).status).toBe(400)
})
