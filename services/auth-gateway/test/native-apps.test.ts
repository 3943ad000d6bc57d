import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, passMicrosoft } from './oidc-client.ts'

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  origin = world.originOf('contoso')
  const scheme = { redirectSchemes: ['com.example.phone'] }
  givenApp(world, 'softphone', { kind: 'native', callbackPaths: ['/callback'], postLogoutPaths: ['/bye'], ...scheme })
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

/** Where the browser ends that a native app opened for a sign-in with this redirect URI, and the app's library. */
async function signInTo(redirectUri: string) {
  const app = await givenClient(world, 'contoso', 'softphone', redirectUri)
  const login = await app.begin()
  const browser = new Browser()
  const opened = await browser.open(login.url)
  return { app, login, browser, page: opened.status === 200 ? await passMicrosoft(browser, opened) : opened }
}

test('FC-11 S78 an app that listens on a port of the moment of 127.0.0.1 gets its code there, and refreshes', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  const { app, login, page } = await signInTo(`http://127.0.0.1:${port}/callback`)
  expect(page.url.origin).toBe(`http://127.0.0.1:${port}`)
  const tokens = await app.redeem(page.url, login)
  expect([tokens.claims()?.tenant, typeof tokens.refresh_token]).toEqual(['contoso', 'string'])
})

test.each(['http://[::1]:51004/callback', 'com.example.phone:/callback'])(
  'FC-11 S78 the redirect URI %s is answered',
  async (uri) => {
    const { app, login, page } = await signInTo(uri)
    expect(page.url.href.startsWith(`${uri}?`)).toBe(true)
    expect((await app.redeem(page.url, login)).claims()?.tenant).toBe('contoso')
  },
)

test.each([
  'http://127.0.0.1:51004/other',
  'http://127.0.0.2:51004/callback',
  'http://localhost:51004/callback',
  'https://127.0.0.1:51004/callback',
  'http://127.0.0.1.evil.test:51004/callback',
  'http://127.0.0.1:51004@evil.test/callback',
  'http://[::ffff:127.0.0.1]:51004/callback',
  'com.example.phone://callback',
  'com.example.phone.evil:/callback',
  'com.example:/callback',
])('T-40 S78 the redirect URI %s is none of the app’s: nothing is sent there', async (uri) => {
  const { page } = await signInTo(uri)
  expect([page.url.origin, page.status]).toEqual([origin, 400])
})

test('T-40 S78 a browser app is answered on no loopback port', async () => {
  const app = await givenClient(world, 'contoso', 'web-client', 'http://127.0.0.1:51004/callback')
  expect((await new Browser().open((await app.begin()).url)).status).toBe(400)
})

describe('T-23 S78 scripts', () => {
  // An opaque origin is sent as the word null, which is also the origin of an address with a private-use scheme.
  test.each(['null', 'http://127.0.0.1', 'http://127.0.0.1:51004', 'http://[::1]'])(
    'of the origin %s may not call the host',
    async (asking) => {
      for (const path of ['/token', '/userinfo', '/device_authorization', '/revoke']) {
        const headers = { origin: asking, 'content-type': 'application/x-www-form-urlencoded' }
        const body = 'client_id=softphone&grant_type=refresh_token&refresh_token=x'
        const answer = await send(`${origin}/auth${path}`, { method: 'POST', headers, body })
        expect([null, undefined]).toContain(answer.headers['access-control-allow-origin'] ?? null)
      }
    },
  )
})

test('FC-11 S78 a sign-out returns to the port on which the app listens now', async () => {
  const { app, login, page, browser } = await signInTo('http://127.0.0.1:51004/callback')
  const tokens = await app.redeem(page.url, login)
  const query = new URLSearchParams({
    id_token_hint: tokens.id_token ?? '',
    post_logout_redirect_uri: 'http://127.0.0.1:51999/bye',
  })
  const ended = await browser.open(`${origin}/auth/logout?${query}`, { stopAt: /bye/ })
  const left = ended.status === 0 ? ended : await browser.submit(ended, 'Sign out', {}, /bye/)
  expect(left.url.href).toBe('http://127.0.0.1:51999/bye')
})
