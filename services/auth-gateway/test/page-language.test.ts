import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient } from './oidc-client.ts'

let world: World
let origin = ''
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenApp(world, 'portal', { kind: 'server', name: 'Call portal' })
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id, { sso: false })
  world.registry.givenTenant('bare', [])
  origin = world.originOf('contoso')
})
afterAll(() => world.close())

const german = { 'accept-language': 'de-AT, en;q=0.5' }
const password = { username: ADELE.userPrincipalName, password: 'Passw0rd!' }

test('S36 every page names its language and varies by Accept-Language', async () => {
  for (const path of [
    '/auth/sessions',
    '/auth/signed-in',
    '/auth/device',
    '/auth/logout/success',
    '/nowhere',
    '/auth/authorize',
  ]) {
    const answer = await send(origin + path, { headers: { ...german, accept: 'text/html' } })
    expect([path, answer.headers['content-language'], answer.headers.vary]).toEqual([path, 'de', 'Accept-Language'])
    expect(answer.text).toContain('<html lang="de" dir="ltr">')
    const other = await send(`${origin}${path}?ui_locales=en`, { headers: { ...german, accept: 'text/html' } })
    expect([path, other.headers['content-language']]).toEqual([path, 'en'])
    expect(other.text).toContain('<html lang="en" dir="ltr">')
  }
})

test('S36 an unknown host is refused in the browser’s language', async () => {
  const { status, text } = await send(world.originOf('nobody'), { headers: german })
  expect([status, text]).toEqual([404, expect.stringContaining('Keine Organisation verwendet diese Adresse.')])
})

test('S36 ui_locales of the app decides before Microsoft and after it, over the browser’s preference', async () => {
  const client = await givenClient(world, 'contoso')
  const { url } = await client.begin({ ui_locales: 'fr-CH de' })
  const browser = new Browser()
  const login = await browser.open(url)
  const refused = await browser.submit(login, 'Sign in', password)
  expect([refused.status, refused.headers['content-language']]).toEqual([403, 'de'])
  expect(refused.text).toContain('Die Anmeldung mit Microsoft ist für Sie nicht aktiviert.')
  expect(refused.text).toContain('Für Ihre Administration: Haken Sie in Control für diese Person „SSO enabled“ an')
  expect(refused.text).toContain('Anfrage: ')
  const back = await browser.submit(refused, 'Zurück zur App')
  expect(back.url.searchParams.get('error')).toBe('access_denied')
})

test('S36 what Microsoft refuses is explained in the language of the app, for the person and for the admin', async () => {
  const client = await givenClient(world, 'contoso')
  const { url } = await client.begin({ ui_locales: 'de' })
  const browser = new Browser()
  const login = await browser.open(url)
  const state = browser.visited.findLast((address) => address.includes('/oauth2/v2.0/authorize')) ?? login.url.href
  const answer = new URLSearchParams({
    state: new URL(state).searchParams.get('state') ?? '',
    error: 'access_denied',
    error_description: 'AADSTS50105: not assigned. Correlation ID: 5f1b6c9e-0d4e-4f0a-8c1d-2b3c4d5e6f70',
  })
  const page = await browser.open(`${origin}/auth/microsoft/callback?${answer}`)
  expect(page.text).toContain('Microsoft hat die Anmeldung nicht abgeschlossen.')
  expect(page.text).toContain(
    'Weisen Sie die Person oder eine Gruppe unter „Unternehmensanwendungen“ > „Benutzer und Gruppen“ zu.',
  )
  expect(page.text).toContain('Microsoft-Korrelations-ID: 5f1b6c9e-0d4e-4f0a-8c1d-2b3c4d5e6f70')
})

test('S54 ui_locales of a server-rendered frontend’s sign-in is passed on', async () => {
  const browser = new Browser()
  await browser.open(`${origin}/auth/signin?app=portal&ui_locales=de`)
  expect(browser.visited.find((address) => address.includes('/auth/authorize'))).toContain('ui_locales=de')
})

test('S36 the discovery document names the languages', async () => {
  const { text } = await send(`${origin}/auth/.well-known/openid-configuration`)
  expect(JSON.parse(text).ui_locales_supported).toEqual(['en', 'de'])
})

test('SI-09 a hostile ui_locales is neither shown nor kept from working', async () => {
  const client = await givenClient(world, 'bare')
  const { url } = await client.begin({ ui_locales: '"><script>alert(1)</script> de' })
  const page = await new Browser().open(url, { headers: german })
  expect(page.headers['content-language']).toBe('de')
  expect(page.html).not.toContain('<script')
})

test('IL-06 an Accept-Language as long as a header may be is answered in no time', async () => {
  const begin = process.cpuUsage()
  for (const evil of [
    ','.repeat(15_000),
    `de;q=0.${'0'.repeat(15_000)}`,
    'de;q=0.9,'.repeat(1_600),
    ' '.repeat(15_000),
  ]) {
    expect((await send(`${origin}/nowhere`, { headers: { 'accept-language': evil } })).status).toBe(404)
  }
  expect(process.cpuUsage(begin).user / 1_000).toBeLessThan(400)
})
