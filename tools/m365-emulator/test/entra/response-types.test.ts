import { createHash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { SignInAgent } from '../../src/headless-sign-in.ts'
import { authorizeUrl, givenEmulator, givenUser, postToken, redemption } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
  m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, { enableIdTokenIssuance: true })
})
afterAll(() => m365.close())

const signIn = (parameters: Record<string, string | undefined>) =>
  new SignInAgent(m365.origin).signIn(authorizeUrl(m365, parameters), ADELE.userPrincipalName)
const fragmentOf = (location: URL | undefined) => Object.fromEntries(new URLSearchParams(location?.hash.slice(1)))

describe('the hybrid flow, where the registration enables ID tokens', () => {
  test('code id_token answers in the fragment, c_hash binds the two, and the code can be redeemed', async () => {
    const answer = fragmentOf((await signIn({ response_type: 'code id_token' })).location)
    const hash = createHash('sha256')
      .update(answer.code ?? '')
      .digest()
    expect(decodeJwt(answer.id_token ?? '')).toMatchObject({
      nonce: 'a-nonce',
      c_hash: hash.subarray(0, 16).toString('base64url'),
    })
    expect((await postToken(m365, redemption(answer.code ?? ''))).status).toBe(200)
  })

  test('id_token alone returns no code; form_post puts it into a form', async () => {
    expect(fragmentOf((await signIn({ response_type: 'id_token' })).location)).not.toHaveProperty('code')
    const page = await signIn({ response_type: 'code id_token', response_mode: 'form_post' })
    expect(Object.keys(page.formOf('Continue').values).sort()).toEqual(['code', 'id_token', 'session_state', 'state'])
  })

  test.each([
    ['70007', { response_mode: 'query' }],
    ['900144', { nonce: undefined }],
    ['70011', { scope: 'https://graph.microsoft.com/User.Read' }],
  ])('AADSTS%s for %o', async (code, parameters) => {
    const page = await new SignInAgent(m365.origin).open(
      authorizeUrl(m365, { response_type: 'code id_token', ...parameters }),
    )
    expect(fragmentOf(page.location).error_description).toMatch(new RegExp(`^AADSTS${code}: `))
  })
})

test('AZ-17 the authorize endpoint accepts POST, too', async () => {
  const url = new URL(authorizeUrl(m365))
  const agent = new SignInAgent(m365.origin)
  const login = await agent.open(`${url.origin}${url.pathname}`, { method: 'POST', body: url.searchParams })
  const page = await agent.submit(login, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' })
  expect(page.location?.searchParams.get('code')).toBeTruthy()
})

test('S5 a second factor is approved, and amr shows it if switched on', async () => {
  const user = givenUser(m365)
  m365.directory(CONTOSO_DIRECTORY_ID).changeUser(user.id, { mfa: true })
  m365.entra.amrClaim = true
  const agent = new SignInAgent(m365.origin)
  const second = await agent.signIn(authorizeUrl(m365), user.userPrincipalName)
  expect(second.location).toBeUndefined()
  const page = await agent.submit(second, 'Approve')
  const { body } = await postToken(m365, redemption(page.location?.searchParams.get('code') ?? ''))
  expect(decodeJwt(String(body.id_token)).amr).toEqual(['pwd', 'mfa'])
  const replayed = await new SignInAgent(m365.origin).submit(second, 'Approve')
  expect(replayed.location).toBeUndefined()
  m365.entra.amrClaim = false
})

test('the switches of uncertain behaviour are set over HTTP, and unknown ones are refused', async () => {
  const put = (body: unknown) =>
    fetch(`${m365.origin}/_emulator/entra`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect(
    (
      await put({
        descriptionSeparator: 'line-break',
        withoutErrorUri: [70000],
        sidClaim: 'optional',
        refuseOriginOfWeb: false,
      })
    ).status,
  ).toBe(200)
  const { body } = await postToken(m365, redemption('nonsense'))
  expect(body.error_description).toMatch(/^AADSTS70000: [^\r]*\r\nTrace ID: .*\r\nCorrelation ID: .*\r\nTimestamp: /)
  expect(body).not.toHaveProperty('error_uri')
  const page = await signIn({})
  const origin = { origin: 'http://app.localhost:4000' }
  const answer = await postToken(m365, redemption(page.location?.searchParams.get('code') ?? ''), origin)
  expect(answer.status).toBe(200)
  expect(decodeJwt(String(answer.body.id_token))).not.toHaveProperty('sid')
  expect((await put({ weather: 'fine' })).status).toBe(400)
})

test('a directory of a national cloud is discovered with the addresses of that cloud, and refused with AADSTS90038, its secrets with 900382 and assertions with 700023', async () => {
  const id = 'a0000000-0000-4000-8000-00000000000c'
  m365.addDirectory({
    id,
    displayName: 'Elsewhere',
    domains: ['elsewhere.example'],
    nationalCloud: 'microsoftonline.us',
  })
  expect((await new SignInAgent(m365.origin).open(authorizeUrl(m365, {}, id))).text).toContain('AADSTS90038')
  expect((await postToken(m365, redemption('x'), {}, id)).code).toBe(900382)
  const assertion = { client_secret: undefined, client_assertion: 'x.y.z', client_assertion_type: 'jwt-bearer' }
  expect((await postToken(m365, redemption('x', assertion), {}, id)).code).toBe(700023)
  const discovery = await fetch(`${m365.origin}/${id}/v2.0/.well-known/openid-configuration`)
  expect(discovery.status).toBe(200)
  expect(await discovery.json()).toMatchObject({
    issuer: `https://login.microsoftonline.us/${id}/v2.0`,
    token_endpoint: `https://login.microsoftonline.us/${id}/oauth2/v2.0/token`,
    tenant_region_scope: 'USGov',
    tenant_region_sub_scope: 'DODCON',
  })
})
