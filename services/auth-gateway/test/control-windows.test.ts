import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import { begin, controlCookie, enterControl, sessionOf } from './control-sign-in.ts'
import { ADELE, givenAdministrator, givenApp, givenConnectedTenant, givenGateway, type World } from './given.ts'

let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenAdministrator(world, givenConnectedTenant(world, 'contoso').tenant.id)
})
afterAll(() => world.close())

test('T-132 two windows of a new profile that begin at the same moment both end in Control', async () => {
  const browser = new Browser()
  const begun = await Promise.all([begin(world, browser), begin(world, browser)])
  const ends: number[] = []
  for (const { body } of begun) {
    const page = await browser.open(body.url)
    const person = { username: ADELE.userPrincipalName, password: 'Passw0rd!' }
    if (page.html.includes('name="password"')) await browser.submit(page, 'Sign in', person)
    ends.push((await sessionOf(world, controlCookie(browser))).status)
  }
  expect(ends).toEqual([200, 200])
})

test('FC-10 T-133 a browser that keeps no cookies is told so', async () => {
  const { browser, page } = await enterControl(world, { stopAt: /microsoft\/callback/ })
  browser.cookies = browser.cookies.filter(({ host }) => !host.startsWith('control.'))
  const refused = await browser.open(page.url)
  expect([refused.status, refused.text.includes('sent no cookies')]).toEqual([400, true])
  expect(refused.linkOf('Control')).toBe(`${world.originOf('control')}/`)
})
