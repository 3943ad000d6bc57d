import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import {
  ADELE,
  CONTOSO_DIRECTORY_ID,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  type World,
} from './given.ts'
import { givenClient, signInAt } from './oidc-client.ts'

/* FC-09: the server's clock is minutes away from Microsoft's. Here Microsoft's is the one that moves. */

let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.m365.directory(CONTOSO_DIRECTORY_ID).reset()
  world.roster.people.length = 0
  world.registry.audits.length = 0
  world.logLines.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

async function signIn(parameters: Record<string, string> = {}) {
  const app = await givenClient(world, 'contoso')
  return signInAt(new Browser(), (await app.begin(parameters)).url, ADELE.userPrincipalName)
}

test.each([
  ['en', 'The server’s clock is 4 minutes behind Microsoft’s.'],
  ['de', 'Die Uhr des Servers geht gegenüber der von Microsoft 4 Minuten nach.'],
])(
  'FC-09 four minutes behind, nobody is signed in, and page, log and audit log name the clock (%s)',
  async (ui_locales, words) => {
    world.m365.directory(CONTOSO_DIRECTORY_ID).advanceTime(240_000)
    const page = await signIn({ ui_locales })
    expect([page.status, page.text]).toEqual([502, expect.stringContaining(words)])
    expect(page.text).toContain('NTP')
    expect(page.text).toContain('wrong-clock')
    const reason = expect.stringMatching(/^wrong-clock: 2[34]\d s behind Microsoft$/)
    expect(world.registry.audits).toMatchObject([{ outcome: 'refused', details: { reason } }])
    const logged = world.logLines
      .map((line) => JSON.parse(line))
      .find(({ msg }) => msg === 'microsoft gave no identity')
    expect(logged).toMatchObject({ reason })
  },
)

test('FC-09 within the tolerance of a minute people sign in', async () => {
  world.m365.directory(CONTOSO_DIRECTORY_ID).advanceTime(40_000)
  expect((await signIn()).status).toBe(0)
})

test('FC-09 hours ahead, a token that is just issued has expired already, and that is told as the clock, too', async () => {
  world.time.shift = 2 * 3_600
  const page = await signIn().finally(() => {
    world.time.shift = 0
  })
  expect(page.text).toContain('The server’s clock is 120 minutes ahead of Microsoft’s.')
})
