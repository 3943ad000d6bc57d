import { MALLORY } from '@jackfield/m365-emulator/demo/adatum'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, type Page } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient } from './oidc-client.ts'

/* FC-12: Microsoft keeps a person of another organisation on a page of its own, and us in the dark. */

let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.time.shift = 0
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const begin = async (browser: Browser) => {
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  return { app, login, page: await browser.open(login.url) }
}
const enter = (browser: Browser, page: Page, { userPrincipalName: username }: { userPrincipalName: string }) =>
  browser.submit(page, 'Sign in', { username, password: 'Passw0rd!' })

/** Ends on Microsoft's page, in a browser that Microsoft knows as Mallory's from then on. */
async function givenRefusedAtMicrosoft(): Promise<Browser> {
  const browser = new Browser()
  const page = await enter(browser, (await begin(browser)).page, MALLORY)
  expect([page.url.origin, page.html]).toEqual([world.m365.origin, expect.stringContaining('AADSTS50020')])
  return browser
}

test('FC-12 S39 who comes again reads which organisation is expected, and signs in with another account', async () => {
  const browser = await givenRefusedAtMicrosoft()
  world.time.shift = 11
  const { app, login, page } = await begin(browser)
  expect([page.status, page.url.origin]).toEqual([200, world.originOf('contoso')])
  expect(page.text).toContain('AADSTS50020')
  expect(page.text).toContain('Please sign in with your account of contoso <Ltd> (Head office).')
  for (const way of ['Use another account', 'Continue', 'Back to the app']) expect(page.text).toContain(way)

  const choice = await browser.follow(page, 'Use another account')
  expect(choice.url.searchParams.get('prompt')).toBe('select_account')
  const done = await enter(browser, await browser.submit(choice, 'Use another account'), ADELE)
  expect((await app.redeem(done.url, login)).claims()?.name).toBe('Adele Vance')
})

test('FC-12 who continues with the same account is back at Microsoft, and may come again', async () => {
  const browser = await givenRefusedAtMicrosoft()
  for (const seconds of [11, 30]) {
    world.time.shift = seconds
    const { page } = await begin(browser)
    expect((await browser.follow(page, 'Continue')).html).toContain('AADSTS50020')
  }
})

test.each([
  ['within ten seconds, as tabs that are restored together do', 9],
  ['after ten minutes', 601],
])('FC-12 T-132 who comes again %s goes straight to Microsoft', async (_when, seconds) => {
  const browser = await givenRefusedAtMicrosoft()
  world.time.shift = seconds
  expect((await begin(browser)).page.url.origin).toBe(world.m365.origin)
})

test.each(['Sign in', 'Cancel'])(
  'FC-12 whoever Microsoft sent back, by %s, goes straight to Microsoft the next time',
  async (how) => {
    const browser = new Browser()
    const { page } = await begin(browser)
    const back = how === 'Cancel' ? await browser.submit(page, how) : await enter(browser, page, ADELE)
    expect(back.url.origin).not.toBe(world.m365.origin)
    expect(browser.cookies.some(({ name }) => name.includes('at-microsoft'))).toBe(false)
    world.time.shift = 11
    const app = await givenClient(world, 'contoso')
    const again = await browser.open((await app.begin({ prompt: 'login' })).url)
    expect(again.url.origin).toBe(world.m365.origin)
  },
)

test('FC-12 the note is about one account, and what somebody writes into it is no error', async () => {
  const browser = await givenRefusedAtMicrosoft()
  world.time.shift = 11
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  expect((await begin(browser)).page.url.origin).toBe(world.m365.origin)
  for (const cookie of ['', '.', 'x.y', 'x'.repeat(3_000)]) {
    const forged = new Browser()
    const { login } = await begin(forged)
    const page = await forged.open(login.url, { headers: { cookie: `__Host-jackfield-at-microsoft=${cookie}` } })
    expect([200, 303]).toContain(page.status)
  }
})
