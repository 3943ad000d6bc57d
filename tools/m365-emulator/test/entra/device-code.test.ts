import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '../../src/demo/contoso.ts'
import { FABRIKAM_CLIENT_ID } from '../../src/demo/fabrikam.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { SignInAgent } from '../../src/headless-sign-in.ts'
import { givenEmulator, givenUser, postToken } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
  m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, { allowPublicClient: true })
})
afterAll(() => m365.close())

async function begin(parameters: Record<string, string> = {}, tenant: string = CONTOSO_DIRECTORY_ID) {
  const body = new URLSearchParams({
    client_id: JACKFIELD_CLIENT_ID,
    scope: 'openid profile offline_access',
    ...parameters,
  })
  const response = await fetch(`${m365.origin}/${tenant}/oauth2/v2.0/devicecode`, { method: 'POST', body })
  return {
    status: response.status,
    body: (await response.json()) as Record<string, string> & { error_codes?: number[] },
  }
}
const poll = (deviceCode = '', more: Record<string, string> = {}, tenant: string = CONTOSO_DIRECTORY_ID) => {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  return postToken(m365, { grant_type, client_id: JACKFIELD_CLIENT_ID, device_code: deviceCode, ...more }, {}, tenant)
}
const errorOf = async (answer: ReturnType<typeof poll>) => {
  const { body, code } = await answer
  return [body.error, code]
}

async function enter(userCode = '', userName = givenUser(m365).userPrincipalName) {
  const agent = new SignInAgent(m365.origin)
  const login = await agent.submit(await agent.open(`${m365.origin}/devicelogin`), 'Next', {
    request: userCode.toLowerCase(),
  })
  return { agent, login, confirm: () => agent.submit(login, 'Sign in', { username: userName, password: 'Passw0rd!' }) }
}

test('a device polls until its person has signed in, then gets tokens once', async () => {
  const { body } = await begin()
  expect(body).toMatchObject({ verification_uri: `${m365.origin}/devicelogin`, interval: 5, expires_in: 900 })
  expect(body.message).toContain(body.user_code)
  expect(await errorOf(poll(body.device_code))).toEqual(['authorization_pending', 70016])
  const user = givenUser(m365)
  const { agent, confirm } = await enter(body.user_code, user.userPrincipalName)
  const page = await confirm()
  expect(page.text).toContain('Are you trying to sign in to Jackfield?')
  expect(await errorOf(poll(body.device_code))).toEqual(['authorization_pending', 70016])
  expect((await agent.submit(page, 'Continue')).text).toContain('You may now close this window')
  const tokens = await poll(body.device_code)
  expect(decodeJwt(String(tokens.body.id_token))).toMatchObject({ oid: user.id, tid: CONTOSO_DIRECTORY_ID })
  expect(tokens.body.refresh_token).toBeTruthy()
  expect(await errorOf(poll(body.device_code))).toEqual(['bad_verification_code', 70020])
})

test('a declined user code answers authorization_declined', async () => {
  const { body } = await begin()
  const { agent, confirm } = await enter(body.user_code)
  expect((await agent.submit(await confirm(), 'Cancel')).text).toContain('You cancelled the sign-in')
  expect(await errorOf(poll(body.device_code))).toEqual(['authorization_declined', 65004])
})

test('an unknown user code is refused on the page, an unknown device code at the endpoint', async () => {
  expect((await enter('NONSENSE2')).login.text).toContain('That code didn’t work')
  expect(await errorOf(poll('nonsense'))).toEqual(['bad_verification_code', 70020])
})

test('a code expires after fifteen minutes', async () => {
  const own = await begin()
  m365.advanceTime(901_000)
  expect(await errorOf(poll(own.body.device_code))).toEqual(['expired_token', 70020])
  expect((await enter(own.body.user_code)).login.text).toContain('That code didn’t work')
})

test('without public client flows a credential is needed: AADSTS7000218', async () => {
  const contoso = m365.directory(CONTOSO_DIRECTORY_ID)
  contoso.changeApplication(JACKFIELD_CLIENT_ID, { allowPublicClient: false })
  const { body } = await begin()
  expect((await poll(body.device_code)).code).toBe(7000218)
  expect((await poll(body.device_code, { client_secret: JACKFIELD_CLIENT_SECRET })).code).toBe(70016)
  contoso.changeApplication(JACKFIELD_CLIENT_ID, { allowPublicClient: true })
})

test('errors name the faulty part: scope, client, audience, path', async () => {
  expect((await begin({ scope: '' })).body.error_codes).toEqual([900144])
  expect((await begin({ client_id: '11111111-2222-4333-8444-555555555555' })).body.error_codes).toEqual([700016])
  expect((await begin({ client_id: FABRIKAM_CLIENT_ID }, 'organizations')).body.error_codes).toEqual([50194])
  expect((await poll((await begin()).body.device_code, {}, 'organizations')).code).toBe(700005)
})
