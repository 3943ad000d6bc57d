import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium } from '@jackfield/test-environment/chromium'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { begin, controlCookie, enterControl, sessionOf } from './control-sign-in.ts'
import { ADELE, givenAdministrator, givenApp, givenConnectedTenant, givenGateway, type World } from './given.ts'

const TOKEN_ROUTE = 'POST /:tenant/oauth2/v2.0/token'
let world: World
let directory: string
let control: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'control-'))
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Control</title>')
  world = await givenGateway({ redirectPlatform: 'spa', controlDirectory: directory })
  control = world.originOf('control')
  givenApp(world, 'web-client')
  givenAdministrator(world, givenConnectedTenant(world, 'contoso', { redirectPlatform: 'spa' }).tenant.id)
})
afterAll(async () => {
  await world.close()
  await rm(directory, { recursive: true })
})

/** The page on which the browser redeems its code, and what its script gets. */
async function givenRedemption() {
  const { browser, page } = await enterControl(world)
  const data = Object.fromEntries(
    [...page.html.matchAll(/data-(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
  const handle = /name="handle" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
  const form = {
    grant_type: 'authorization_code',
    client_id: data.client ?? '',
    code: data.code ?? '',
    scope: data.scope ?? '',
  }
  const answer = await send(data.endpoint ?? '', {
    method: 'POST',
    headers: { origin: world.baseUrl, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      ...form,
      redirect_uri: data.redirect ?? '',
      code_verifier: data.verifier ?? '',
    }).toString(),
  })
  return { browser, handle, idToken: JSON.parse(answer.text).id_token as string }
}

/** Posts the result on the redirect URI's host, and follows the page that leads back to Control (FC-36). */
async function bring(
  browser: Browser,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
  origin = world.baseUrl,
) {
  const posted = await browser.open(`${origin}/auth/microsoft/redeemed`, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin', ...headers },
  })
  const onward = String(posted.headers.refresh ?? '').replace(/^0;url=/, '')
  return onward.startsWith(`${control}/`) ? browser.open(onward) : posted
}

test('S11 T-01 an account of the platform spa: the browser redeems, the gateway verifies, and the server redeems nothing', async () => {
  const before = world.m365.requests.count(TOKEN_ROUTE)
  const { browser, handle, idToken } = await givenRedemption()
  expect(world.m365.requests.count(TOKEN_ROUTE)).toBe(before + 1)
  const page = await bring(browser, { handle, id_token: idToken })
  expect([page.status, page.headers.refresh]).toEqual([200, '0;url=/'])
  expect((await sessionOf(world, controlCookie(browser))).body).toMatchObject({ name: 'Adele Vance', role: 'admin' })
  expect((await bring(browser, { handle, id_token: idToken })).text).toContain('used already')
})

test('T-10 T-16 a handle of another browser, another site’s form, and another host are refused', async () => {
  const stranger = new Browser()
  await begin(world, stranger)
  for (const other of [stranger, new Browser()]) {
    const stolen = await givenRedemption()
    expect((await bring(other, { handle: stolen.handle, id_token: stolen.idToken })).status).toBe(400)
    expect(controlCookie(other)).toBeUndefined()
  }
  const { browser, handle, idToken } = await givenRedemption()
  const fields = { handle, id_token: idToken }
  expect((await bring(browser, fields, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await bring(browser, fields, {}, world.originOf('contoso'))).status).toBe(400)
  expect((await bring(browser, fields)).status).toBe(200)
})

test('T-01 T-03 another sign-in’s ID token, an edited one, and none at all open nothing', async () => {
  const other = await givenRedemption()
  const unsigned = (token: string) =>
    [Buffer.from('{"alg":"none"}').toString('base64url'), token.split('.')[1], ''].join('.')
  for (const attempt of [() => other.idToken, unsigned, (token: string) => `${token.slice(0, -4)}AAAA`, () => '']) {
    const { browser, handle, idToken } = await givenRedemption()
    expect((await bring(browser, { handle, id_token: attempt(idToken) })).status).toBeGreaterThanOrEqual(400)
    expect(controlCookie(browser)).toBeUndefined()
  }
})

test('S11 in Chromium, from Control’s own page and back, with every cookie and policy in force', async () => {
  const chromium = await launchChromium()
  const page = await (await chromium.newContext()).newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|CORS/.test(message.text())) complaints.push(message.text())
  })
  await page.goto(control)
  const ask = `fetch('/auth/control/sign-ins', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"tenant":"contoso"}' })
    .then((answer) => answer.json()).then(({ url }) => { location.href = url })`
  await page.evaluate(ask)
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${control}/`)
  const session = await page.evaluate(`fetch('/auth/control/session').then((answer) => answer.json())`)
  expect(session).toMatchObject({ name: 'Adele Vance', role: 'admin' })
  expect(complaints).toEqual([])
  await chromium.close()
})
