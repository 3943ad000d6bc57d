import { randomUUID } from 'node:crypto'
import type { EntraSettings } from '@jackfield/m365-emulator/entra/settings'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, type Page } from './browser.ts'
import { begin as beginControl } from './control-sign-in.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, oauthErrorOf, passMicrosoft } from './oidc-client.ts'

/* FC-02, T-133: cancelling at Microsoft, or coming back from its approval page, is no failure, in whichever form the answer comes. */

const FORMS: ReadonlyArray<[EntraSettings['cancelAnswer'], string, string]> = [
  ['bare', 'cancelled', 'cancelled'],
  ['described', 'cancelled: AADSTS65004', 'AADSTS65004'],
  ['described-with-subcode', 'cancelled: AADSTS65004', 'AADSTS65004'],
  ['consent-required', 'cancelled: AADSTS65004', 'AADSTS65004'],
]

let world: World
let tenantId: string
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  givenApp(world, 'desk-phone', { kind: 'device', name: 'Desk phone', callbackPaths: [], postLogoutPaths: [] })
})
afterAll(() => world.close())
beforeEach(() => {
  world.m365.entra.cancelAnswer = 'bare'
  world.roster.people.length = 0
  world.registry.audits.length = 0
  tenantId = givenConnectedTenant(world, 'contoso').tenant.id
  givenPerson(world, tenantId)
})

function expectCancelled(page: Page, code: string) {
  expect([page.status, page.headers['content-language']]).toEqual([403, 'en'])
  expect(page.text).toContain('You are not signed in')
  expect(page.text).toContain(
    'You cancelled at Microsoft, or your organisation wants an administrator to approve this first.',
  )
  expect(page.text).toContain(`Code: ${code}`)
  expect(page.text).not.toMatch(/without saying why|correlation id to/)
}

test.each(FORMS)(
  'FC-02 T-133 Cancel at Microsoft, answered %s, can be tried again or ends at the app',
  async (form, reason, code) => {
    world.m365.entra.cancelAnswer = form
    const app = await givenClient(world, 'contoso')
    const browser = new Browser()
    const login = await app.begin()
    const page = await browser.submit(await browser.open(login.url), 'Cancel')
    expectCancelled(page, code)
    expect(world.registry.audits).toMatchObject([{ action: 'sign-in', outcome: 'refused', details: { reason } }])
    const done = await passMicrosoft(browser, await browser.follow(page, 'Try again'))
    expect((await app.redeem(done.url, login)).claims()?.tenant).toBe('contoso')

    const other = await app.begin()
    const stranger = new Browser()
    const back = await stranger.submit(
      await stranger.submit(await stranger.open(other.url), 'Cancel'),
      'Back to the app',
    )
    expect(back.url.searchParams.get('error')).toBe('access_denied')
    expect(back.url.searchParams.get('state')).toBe(other.state)
  },
)

test('FC-02 T-133 returning from “Need admin approval” has the same words, with the administrator’s part for one who saw it', async () => {
  const id = randomUUID()
  const users = [{ id: randomUUID(), userPrincipalName: `u@${id}.example`, displayName: 'U' }]
  world.m365.addDirectory({ id, displayName: 'Closed', domains: [`${id}.example`], allowUserConsent: false, users })
  givenConnectedTenant(world, 'closed', { directoryId: id })
  const app = await givenClient(world, 'closed')
  const browser = new Browser()
  const asked = await passMicrosoft(browser, await browser.open((await app.begin()).url), `u@${id}.example`)
  expect(asked.text).toContain('Need admin approval')
  const page = await browser.submit(asked, 'Return to the application without granting consent')
  expectCancelled(page, 'cancelled')
  expect(page.text).toContain('If Microsoft showed “Need admin approval”')
  expect(page.text).toContain('Privileged Role Administrator or Global Administrator')
})

test('FC-02 T-133 a bare refusal without the sub-code reads the same, and says so in German', async () => {
  const app = await givenClient(world, 'contoso')
  const browser = new Browser()
  await browser.open((await app.begin({ ui_locales: 'de' })).url)
  const asked = new URL(browser.visited.findLast((address) => address.includes('/oauth2/v2.0/authorize')) ?? '')
  const query = new URLSearchParams({ state: asked.searchParams.get('state') ?? '', error: 'access_denied' })
  const page = await browser.open(`${world.originOf('contoso')}/auth/microsoft/callback?${query}`)
  expect(page.text).toContain('Sie sind nicht angemeldet')
  expect(page.text).toContain(
    'Sie haben bei Microsoft abgebrochen, oder Ihre Organisation verlangt zuerst die Genehmigung',
  )
  expect(world.registry.audits).toMatchObject([{ details: { reason: 'cancelled' } }])
})

test.each([
  ['temporarily_unavailable', 502, 'Entra ID is busy or down for the moment.'],
  ['server_error', 502, 'Something went wrong inside Entra ID.'],
  ['unauthorized_client', 403, 'Entra ID does not let this application do what it asked for.'],
  ['<b>made_up</b>', 403, 'Entra ID refused without saying why.'],
])(
  'FC-38 %s without any code is explained, and no correlation id is asked for that is not there',
  async (error, status, text) => {
    const app = await givenClient(world, 'contoso')
    const browser = new Browser()
    await browser.open((await app.begin()).url)
    const asked = new URL(browser.visited.findLast((address) => address.includes('/oauth2/v2.0/authorize')) ?? '')
    const query = new URLSearchParams({ state: asked.searchParams.get('state') ?? '', error })
    const page = await browser.open(`${world.originOf('contoso')}/auth/microsoft/callback?${query}`)
    expect([page.status, page.text]).toEqual([status, expect.stringContaining(text)])
    expect(page.text).not.toMatch(/correlation/i)
    expect(page.html).not.toContain('made_up')
    const reason = error.startsWith('<') ? 'refused' : error
    expect(world.registry.audits).toMatchObject([{ details: { reason } }])
  },
)

test.each(FORMS)(
  'FC-02 T-133 an account of the platform spa hears of Cancel, answered %s, without a page of its own',
  async (form, reason) => {
    world.m365.entra.cancelAnswer = form
    givenConnectedTenant(world, 'contoso', { redirectPlatform: 'spa' })
    const app = await givenClient(world, 'contoso')
    const browser = new Browser()
    const page = await browser.submit(await browser.open((await app.begin()).url), 'Cancel')
    expect(page.text).toContain('You cancelled at Microsoft')
    expect(world.registry.audits).toMatchObject([{ details: { reason } }])
  },
)

test.each(FORMS)(
  'FC-02 T-133 Cancel on the way into Control, answered %s, leads back to Control',
  async (form, reason, code) => {
    world.m365.entra.cancelAnswer = form
    const browser = new Browser()
    const begun = await beginControl(world, browser)
    const page = await browser.submit(await browser.open(begun.body.url), 'Cancel')
    expectCancelled(page, code)
    expect(page.html).toContain('href="/?tenant=contoso"')
    expect(world.registry.audits).toMatchObject([
      { action: 'control.sign-in', outcome: 'refused', details: { reason } },
    ])
  },
)

test('FC-02 T-133 a device whose person cancels at Microsoft can be tried again, or gets access_denied', async () => {
  const { configuration } = await givenClient(world, 'contoso', 'desk-phone')
  const device = await client.initiateDeviceAuthorization(configuration, { scope: 'openid' })
  const ask = () =>
    client.genericGrantRequest(configuration, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: device.device_code,
    })
  const browser = new Browser()
  const confirm = await browser.submit(await browser.open(new URL(device.verification_uri_complete ?? '')), '', {})
  const atMicrosoft = await browser.follow(await browser.submit(confirm, 'Continue'), 'Head office')
  const page = await browser.submit(atMicrosoft, 'Cancel')
  expectCancelled(page, 'cancelled')
  expect((await browser.follow(page, 'Try again')).text).toContain('Choose your organisation')
  expect(await oauthErrorOf(ask())).toBe('authorization_pending')
  expect((await browser.submit(page, 'Back to the app')).text).toContain('Cancelled')
  expect(await oauthErrorOf(ask())).toBe('access_denied')
})
