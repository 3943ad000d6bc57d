import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import {
  FABRIKAM_APPLICATION_ADMINISTRATOR,
  FABRIKAM_CLIENT_ID,
  FABRIKAM_CLIENT_SECRET,
  FABRIKAM_DIRECTORY_ID,
  FABRIKAM_GLOBAL_ADMINISTRATOR,
} from '../../src/demo/fabrikam.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { type Page, SignInAgent } from '../../src/headless-sign-in.ts'
import { authorizeUrl, getGraph, givenAppToken, givenEmulator, givenUser, WEB } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

const client = { client_id: FABRIKAM_CLIENT_ID, client_secret: FABRIKAM_CLIENT_SECRET }
const DEFAULT = 'https://graph.microsoft.com/.default'
function consentUrl(
  path: 'adminconsent' | 'v2.0/adminconsent',
  more: Record<string, string> = {},
  tenant: string = FABRIKAM_DIRECTORY_ID,
) {
  const scope: Record<string, string> = path === 'adminconsent' ? {} : { scope: DEFAULT }
  const query = new URLSearchParams({
    client_id: FABRIKAM_CLIENT_ID,
    redirect_uri: WEB,
    state: 'a-state',
    ...scope,
    ...more,
  })
  return `${m365.origin}/${tenant}/${path}?${query}`
}
const answerOf = (page: Page) => Object.fromEntries(page.location?.searchParams ?? [])
const rolesNow = async () => decodeJwt(await givenAppToken(m365, client, FABRIKAM_DIRECTORY_ID)).roles
const withdraw = () => m365.directory(FABRIKAM_DIRECTORY_ID).withdrawConsent(FABRIKAM_CLIENT_ID)

describe('S22 S23 admin consent', () => {
  test('v1 grants the registration’s permissions once a Global Administrator accepts, and Graph then answers', async () => {
    withdraw()
    const agent = new SignInAgent(m365.origin)
    const asked = await agent.signIn(consentUrl('adminconsent'), FABRIKAM_GLOBAL_ADMINISTRATOR)
    expect(asked.text).toContain('Microsoft Graph: User.Read.All (application)')
    expect(await rolesNow()).toBeUndefined()
    const back = await agent.submit(asked, 'Accept')
    expect(answerOf(back)).toEqual({ admin_consent: 'True', tenant: FABRIKAM_DIRECTORY_ID, state: 'a-state' })
    expect(await rolesNow()).toEqual(['User.Read.All'])
    const users = await getGraph(m365, '/users', await givenAppToken(m365, client, FABRIKAM_DIRECTORY_ID))
    expect(users.status).toBe(200)
  })

  test('v2 grants application permissions with .default, and names them in the answer', async () => {
    withdraw()
    const agent = new SignInAgent(m365.origin)
    const back = await agent.submit(
      await agent.signIn(consentUrl('v2.0/adminconsent'), FABRIKAM_GLOBAL_ADMINISTRATOR),
      'Accept',
    )
    expect(answerOf(back)).toMatchObject({ admin_consent: 'True', tenant: FABRIKAM_DIRECTORY_ID, state: 'a-state' })
    expect(answerOf(back).scope).toContain('https://graph.microsoft.com/User.Read.All')
    expect(await rolesNow()).toEqual(['User.Read.All'])
  })

  test('v2 with delegated scopes alone grants no application permission', async () => {
    withdraw()
    const agent = new SignInAgent(m365.origin)
    const url = consentUrl('v2.0/adminconsent', { scope: 'https://graph.microsoft.com/User.Read' })
    await agent.submit(await agent.signIn(url, FABRIKAM_GLOBAL_ADMINISTRATOR), 'Accept')
    expect(await rolesNow()).toBeUndefined()
  })

  test.each([
    ['captured', ['access_denied', 'True', undefined], ['consent_required', 'True', undefined]],
    ['documented', ['permission_denied', undefined, undefined], ['consent_required', 'True', FABRIKAM_DIRECTORY_ID]],
  ] as const)('a declined consent comes back as %s', async (form, ...expected) => {
    m365.entra.adminConsentRefusal = form
    const agent = new SignInAgent(m365.origin)
    for (const [index, path] of (['adminconsent', 'v2.0/adminconsent'] as const).entries()) {
      const answer = answerOf(await agent.submit(await agent.open(consentUrl(path)), 'Cancel'))
      expect([answer.error, answer.admin_consent, answer.tenant]).toEqual(expected[index])
      expect(answer).toMatchObject({ state: 'a-state', error_description: expect.stringMatching(/^AADSTS65004: /) })
    }
    m365.entra.adminConsentRefusal = 'captured'
  })

  test('without a redirect URI the answer goes to a registered one', async () => {
    const agent = new SignInAgent(m365.origin)
    const url = new URL(consentUrl('adminconsent'))
    url.searchParams.delete('redirect_uri')
    const back = await agent.submit(await agent.open(url.href), 'Cancel')
    const [registered] = m365.directory(FABRIKAM_DIRECTORY_ID).applications()[0]?.redirectUris.web ?? []
    expect(`${back.location?.origin}${back.location?.pathname}`).toBe(registered)
  })

  test('S2 an Application Administrator and a plain user see which roles are needed, and nothing is granted', async () => {
    withdraw()
    for (const name of [FABRIKAM_APPLICATION_ADMINISTRATOR, givenUser(m365, FABRIKAM_DIRECTORY_ID).userPrincipalName]) {
      const agent = new SignInAgent(m365.origin)
      const page = await agent.signIn(consentUrl('adminconsent'), name)
      expect(page.status).toBe(403)
      expect(page.text).toContain('Global Administrator or Privileged Role Administrator')
      const back = await agent.submit(page, 'Return to the application without granting consent')
      expect(answerOf(back)).toEqual({ error: 'access_denied', error_subcode: 'cancel', state: 'a-state' })
    }
    expect(await rolesNow()).toBeUndefined()
  })

  test('S2 an Application Administrator may consent to delegated permissions', async () => {
    const agent = new SignInAgent(m365.origin)
    const url = consentUrl('v2.0/adminconsent', { scope: 'https://graph.microsoft.com/User.Read' })
    const back = await agent.submit(await agent.signIn(url, FABRIKAM_APPLICATION_ADMINISTRATOR), 'Accept')
    expect(answerOf(back)).toMatchObject({ admin_consent: 'True' })
  })

  test('an administrator of another directory is refused with AADSTS50020', async () => {
    const stranger = givenUser(m365)
    m365.directory('m365x214355.onmicrosoft.com').changeUser(stranger.id, { directoryRoles: ['Global Administrator'] })
    const page = await new SignInAgent(m365.origin).signIn(consentUrl('adminconsent'), stranger.userPrincipalName)
    expect(page.text).toContain('AADSTS50020')
  })

  test.each([
    ['50011', 'adminconsent', { redirect_uri: 'https://elsewhere.example/' }, undefined],
    ['50011', 'v2.0/adminconsent', { redirect_uri: `${WEB}/more` }, undefined],
    ['700016', 'adminconsent', { client_id: '11111111-2222-4333-8444-555555555555' }, undefined],
    ['50194', 'adminconsent', {}, 'common'],
    ['90002', 'v2.0/adminconsent', { client_id: JACKFIELD_CLIENT_ID }, 'common'],
    ['90002', 'adminconsent', { client_id: JACKFIELD_CLIENT_ID }, 'organizations'],
    ['900144', 'v2.0/adminconsent', { scope: '' }, undefined],
  ] as const)('AADSTS%s stays on the page of %s with %o at %s', async (code, path, more, tenant) => {
    const page = await new SignInAgent(m365.origin).open(consentUrl(path, more, tenant))
    expect(page.status).toBe(200)
    expect(page.text).toContain(`AADSTS${code}:`)
  })

  test('v1 tolerates further path segments, and accepts common for multi-tenant applications', async () => {
    const asked = { client_id: JACKFIELD_CLIENT_ID, redirect_uri: `${WEB}/more` }
    const page = await new SignInAgent(m365.origin).signIn(
      consentUrl('adminconsent', asked, 'common'),
      FABRIKAM_GLOBAL_ADMINISTRATOR,
    )
    expect(page.text).toContain('Review for your organization, Fabrikam')
  })

  test('a new consent has no effect before the replication delay', async () => {
    withdraw()
    m365.entra.consentDelayMs = 60_000
    m365.directory(FABRIKAM_DIRECTORY_ID).grantConsent(FABRIKAM_CLIENT_ID, { roles: ['User.Read.All'] })
    expect(await rolesNow()).toBeUndefined()
    m365.advanceTime(61_000)
    expect(await rolesNow()).toEqual(['User.Read.All'])
    m365.entra.consentDelayMs = 0
  })
})

describe('consent at sign-in', () => {
  const signInUrl = () => authorizeUrl(m365, { client_id: FABRIKAM_CLIENT_ID }, FABRIKAM_DIRECTORY_ID)

  test('FC-02 without user consent the approval page shows no number, and returning answers like Cancel', async () => {
    withdraw()
    const closed = m365.addDirectory({
      id: 'a0000000-0000-4000-8000-000000000001',
      displayName: 'Closed',
      domains: ['closed.example'],
      allowUserConsent: false,
      users: [{ id: 'a0000000-0000-4000-8000-000000000002', userPrincipalName: 'u@closed.example', displayName: 'U' }],
    })
    const agent = new SignInAgent(m365.origin)
    const page = await agent.signIn(authorizeUrl(m365, {}, closed.id), 'u@closed.example')
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('Need admin approval')])
    expect(page.text).not.toContain('AADSTS')
    const back = await agent.submit(page, 'Return to the application without granting consent')
    expect(answerOf(back)).toMatchObject({ error: 'access_denied', error_subcode: 'cancel' })
    expect(answerOf(back)).not.toHaveProperty('error_description')

    m365.entra.adminApproval = 'error-90094'
    const older = await new SignInAgent(m365.origin).signIn(authorizeUrl(m365, {}, closed.id), 'u@closed.example')
    expect(older.text).toContain('AADSTS90094')
    m365.entra.adminApproval = 'page'
  })

  test('an administrator may consent for everybody, and the next user is not asked', async () => {
    withdraw()
    const agent = new SignInAgent(m365.origin)
    const asked = await agent.signIn(signInUrl(), FABRIKAM_GLOBAL_ADMINISTRATOR)
    expect(asked.text).toContain('Consent on behalf of your organization')
    await agent.submit(asked, 'Accept')
    const user = givenUser(m365, FABRIKAM_DIRECTORY_ID)
    const page = await new SignInAgent(m365.origin).signIn(signInUrl(), user.userPrincipalName)
    expect(page.location?.searchParams.get('code')).toBeTruthy()
  })

  test('with assignment required only assigned users sign in: AADSTS50105', async () => {
    const [assigned, other] = [givenUser(m365, FABRIKAM_DIRECTORY_ID), givenUser(m365, FABRIKAM_DIRECTORY_ID)]
    m365
      .directory(FABRIKAM_DIRECTORY_ID)
      .grantConsent(FABRIKAM_CLIENT_ID, { assignmentRequired: true, assignedUsers: [assigned.id] })
    const refused = await new SignInAgent(m365.origin).signIn(signInUrl(), other.userPrincipalName)
    expect(refused.location?.searchParams.get('error')).toBe('interaction_required')
    expect(refused.location?.searchParams.get('error_description')).toContain('AADSTS50105')
    m365.entra.notAssigned = 'page'
    const stayed = await new SignInAgent(m365.origin).signIn(signInUrl(), other.userPrincipalName)
    m365.entra.notAssigned = 'redirect'
    expect(stayed.text).toContain('AADSTS50105')
    const page = await new SignInAgent(m365.origin).signIn(signInUrl(), assigned.userPrincipalName)
    expect(page.location?.searchParams.get('code')).toBeTruthy()
  })
})
