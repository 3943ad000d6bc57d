import type { ConsentReturn } from '@jackfield/contract/microsoft/consent-link'
import {
  FABRIKAM_APPLICATION_ADMINISTRATOR,
  FABRIKAM_CLIENT_ID,
  FABRIKAM_DIRECTORY_ID,
  FABRIKAM_GLOBAL_ADMINISTRATOR,
} from '@jackfield/m365-emulator/demo/fabrikam'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenConnectedTenant, givenGateway, type World } from './given.ts'

let world: World
beforeAll(async () => {
  world = await givenGateway()
})
afterAll(() => world.close())
beforeEach(() => {
  world.registry.consentAnswers.length = 0
  world.registry.outage.isDown = false
})

let counter = 0
function givenLink(outcome: ConsentReturn['outcome'] = 'granted', tenant = 'Contoso') {
  counter += 1
  const state = `consent-${String(counter).padStart(43, 'x')}`
  const ids = { tenantId: crypto.randomUUID(), accountId: crypto.randomUUID() }
  world.registry.consents.set(state, { ...ids, tenant, alias: 'Head office', outcome })
  return state
}
const comeBack = (query: Record<string, string>, origin = world.baseUrl, path = '/auth/microsoft/callback') =>
  send(`${origin}${path}?${new URLSearchParams(query)}`)

test('S22 after consent at Microsoft a page shows what our own token proved', async () => {
  const state = givenLink()
  const redirect_uri = `${world.baseUrl}/auth/microsoft/callback`
  const scope = 'https://graph.microsoft.com/.default'
  const query = new URLSearchParams({ client_id: FABRIKAM_CLIENT_ID, scope, redirect_uri, state })
  const browser = new Browser()
  const page = await browser.open(new URL(`${world.m365.origin}/${FABRIKAM_DIRECTORY_ID}/v2.0/adminconsent?${query}`))
  const asked = await browser.submit(page, 'Sign in', {
    username: FABRIKAM_GLOBAL_ADMINISTRATOR,
    password: 'Passw0rd!',
  })
  const back = await browser.submit(asked, 'Accept', {})
  expect([back.status, back.text]).toEqual([200, expect.stringContaining('Entra ID confirms the permission')])
  expect(world.registry.consentAnswers).toEqual([{ state, isDeclined: false }])
  expect(browser.cookies.filter(({ name }) => name.includes('jackfield-session'))).toEqual([])
})

test('S22 T-04 tenant and consent in the address are not passed on', async () => {
  const state = givenLink('not-seen-yet')
  const forged = {
    state,
    admin_consent: 'True',
    tenant: crypto.randomUUID(),
    scope: 'https://graph.microsoft.com/User.Read.All',
  }
  const { status, text } = await comeBack(forged)
  expect([status, text]).toEqual([200, expect.stringContaining('does not show the permission yet')])
  expect(world.registry.consentAnswers).toEqual([{ state, isDeclined: false }])
})

test('S22 a refusal counts although admin_consent=True stands beside it, and its text is not shown (T-14)', async () => {
  const query = {
    state: givenLink(),
    admin_consent: 'True',
    error: 'consent_required',
    error_description: '<b>AADSTS65004</b> call me',
  }
  const { status, text } = await comeBack(query)
  expect([status, text]).toEqual([200, expect.stringContaining('Consent was not given')])
  expect(text).not.toContain('call me')
})

test('FC-02 T-133 an administrator without the role returns from the approval page and reads who can consent', async () => {
  const state = givenLink()
  const query = { client_id: FABRIKAM_CLIENT_ID, redirect_uri: `${world.baseUrl}/auth/microsoft/callback`, state }
  const browser = new Browser()
  const page = await browser.open(
    `${world.m365.origin}/${FABRIKAM_DIRECTORY_ID}/adminconsent?${new URLSearchParams(query)}`,
  )
  const login = { username: FABRIKAM_APPLICATION_ADMINISTRATOR, password: 'Passw0rd!' }
  const asked = await browser.submit(page, 'Sign in', login)
  const back = await browser.submit(asked, 'Return to the application without granting consent')
  expect(browser.visited.at(-1)).toContain('error=access_denied&error_subcode=cancel')
  expect([back.status, back.text]).toEqual([
    200,
    expect.stringContaining('cancelled, declined, or not open to this role'),
  ])
  expect(back.text).toContain('It takes a Privileged Role Administrator or a Global Administrator')
  expect(world.registry.consentAnswers).toEqual([{ state, isDeclined: true }])
})

test.each(['no-credential', 'not-proven'] as const)(
  'S22 %s has a page of its own; names are encoded (SI-09)',
  async (outcome) => {
    const { text } = await comeBack({ state: givenLink(outcome, '<img src=x>') })
    expect(text).toContain('Not confirmed')
    expect(text).not.toContain('<img')
  },
)

test('T-10 AZ-03 a used or unknown link is refused', async () => {
  const state = givenLink()
  expect((await comeBack({ state })).status).toBe(200)
  for (const query of [{ state }, { state: 'consent-made-up' }, { state: `consent-${'x'.repeat(300)}` }]) {
    expect((await comeBack(query)).status).toBe(400)
  }
})

test('S22 it is taken on a tenant’s host and under an app’s path too; with the registry down it can be repeated', async () => {
  givenConnectedTenant(world, 'contoso')
  const origin = world.originOf('contoso')
  expect((await comeBack({ state: givenLink() }, origin, '/auth/microsoft/callback/web-client')).status).toBe(200)
  const state = givenLink()
  world.registry.outage.isDown = true
  expect((await comeBack({ state })).status).toBe(503)
  world.registry.outage.isDown = false
  expect((await comeBack({ state })).status).toBe(200)
})
