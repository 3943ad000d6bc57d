import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { SignInAgent } from '../../src/headless-sign-in.ts'
import { authorizeUrl, givenEmulator, givenUser, postToken, redemption, WEB } from '../given.ts'

let m365: M365Emulator
const LOGOUT_URL = 'http://app.localhost:4000/frontchannel-logout'
beforeAll(async () => {
  m365 = await givenEmulator()
  m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, { logoutUrl: LOGOUT_URL })
})
afterAll(() => m365.close())

const logoutUrl = (more: Record<string, string> = {}) =>
  `${m365.origin}/common/oauth2/v2.0/logout?${new URLSearchParams({ post_logout_redirect_uri: WEB, ...more })}`

async function claimsAfterSignIn(agent: SignInAgent, userName: string) {
  const page = await agent.signIn(authorizeUrl(m365, { prompt: 'login' }), userName)
  const { body } = await postToken(m365, redemption(page.location?.searchParams.get('code') ?? ''))
  return decodeJwt(String(body.id_token))
}

test('logout asks also for the only account, unless its login_hint is given; a user name names nobody', async () => {
  const agent = new SignInAgent(m365.origin)
  await claimsAfterSignIn(agent, ADELE.userPrincipalName)
  for (const url of [logoutUrl(), logoutUrl({ logout_hint: ADELE.userPrincipalName })])
    expect((await agent.open(url)).text).toContain('Which account do you want to sign out of?')
  m365.entra.logoutPicker = 'several-accounts'
  expect((await agent.open(logoutUrl())).text).not.toContain('Which account')
  m365.entra.logoutPicker = 'without-hint'
})

test('front-channel logout loads every application of the session in a frame with sid alone, then redirects', async () => {
  const agent = new SignInAgent(m365.origin)
  const { sid, login_hint: hint } = await claimsAfterSignIn(agent, ADELE.userPrincipalName)
  const page = await agent.open(logoutUrl({ logout_hint: String(hint) }))
  const frames = [...page.html.matchAll(/<iframe[^>]* src="([^"]+)"/g)].map(([, src]) => src)
  expect(frames).toEqual([`${LOGOUT_URL}?sid=${sid}`])
  expect(page.html).toContain(`href="${WEB}"`)
  expect((await agent.open(authorizeUrl(m365, { prompt: 'none' }))).location?.searchParams.get('error')).toBe(
    'login_required',
  )
})

test('with several accounts logout asks for one, unless logout_hint names it', async () => {
  const agent = new SignInAgent(m365.origin)
  const [first, second] = [givenUser(m365), givenUser(m365)]
  await claimsAfterSignIn(agent, first.userPrincipalName)
  const { login_hint: hint } = await claimsAfterSignIn(agent, second.userPrincipalName)
  expect((await agent.open(logoutUrl())).text).toContain('Which account do you want to sign out of?')
  await agent.open(logoutUrl({ logout_hint: String(hint) }))
  // one account is left, so it signs in silently
  const silent = await agent.open(authorizeUrl(m365, { prompt: 'none' }))
  const { body } = await postToken(m365, redemption(silent.location?.searchParams.get('code') ?? ''))
  expect(decodeJwt(String(body.id_token)).oid).toBe(first.id)
})

test('the account picked on the page is signed out', async () => {
  const agent = new SignInAgent(m365.origin)
  const [first, second] = [givenUser(m365), givenUser(m365)]
  for (const user of [first, second])
    await agent.signIn(authorizeUrl(m365, { prompt: 'login' }), user.userPrincipalName)
  await agent.submit(await agent.open(logoutUrl()), first.userPrincipalName)
  const silent = await agent.open(authorizeUrl(m365, { prompt: 'none' }))
  const { body } = await postToken(m365, redemption(silent.location?.searchParams.get('code') ?? ''))
  expect(decodeJwt(String(body.id_token)).oid).toBe(second.id)
})

test('the value of the login_hint claim is accepted as login_hint', async () => {
  const agent = new SignInAgent(m365.origin)
  const [first, second] = [givenUser(m365), givenUser(m365)]
  const { login_hint: hint } = await claimsAfterSignIn(agent, first.userPrincipalName)
  await claimsAfterSignIn(agent, second.userPrincipalName)
  const page = await agent.open(authorizeUrl(m365, { prompt: 'none', login_hint: String(hint) }))
  const { body } = await postToken(m365, redemption(page.location?.searchParams.get('code') ?? ''))
  expect(decodeJwt(String(body.id_token)).oid).toBe(first.id)
})
