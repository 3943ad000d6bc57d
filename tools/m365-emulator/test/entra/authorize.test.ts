import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MALLORY } from '../../src/demo/adatum.ts'
import { ADELE } from '../../src/demo/contoso.ts'
import { FABRIKAM_CLIENT_ID, FABRIKAM_DIRECTORY_ID } from '../../src/demo/fabrikam.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { type Page, SignInAgent } from '../../src/headless-sign-in.ts'
import { authorizeUrl, givenEmulator, givenUser, SPA } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

const open = (parameters: Record<string, string | undefined>, tenant?: string) =>
  new SignInAgent(m365.origin).open(authorizeUrl(m365, parameters, tenant))
const answerOf = ({ location }: Page) => new URLSearchParams(location?.hash.slice(1) || location?.search)
const errorOf = (page: Page) => ({
  error: answerOf(page).get('error'),
  code: /^AADSTS(\d+):/.exec(answerOf(page).get('error_description') ?? '')?.[1],
})

describe('errors shown on the login service’s own page', () => {
  test.each([
    [
      '50011',
      'S19 a redirect URI that is not registered',
      { redirect_uri: 'http://app.localhost:4000/callback/' },
      undefined,
    ],
    ['50011', 'S19 a redirect URI in another case', { redirect_uri: 'http://app.localhost:4000/Callback' }, undefined],
    ['700016', 'an unknown application', { client_id: '11111111-2222-4333-8444-555555555555' }, undefined],
    ['900144', 'no client id', { client_id: undefined }, undefined],
    ['90002', 'an unknown directory', {}, '00000000-0000-4000-8000-000000000000'],
    ['900023', 'a directory that is neither id nor domain', {}, 'nonsense'],
    ['50194', 'S10 a single-tenant application at organizations', { client_id: FABRIKAM_CLIENT_ID }, 'organizations'],
    ['700016', 'S10 a single-tenant application in a foreign directory', { client_id: FABRIKAM_CLIENT_ID }, undefined],
  ])('AADSTS%s for %s', async (code, _name, parameters, tenant) => {
    const page = await open(parameters, tenant)
    expect(page.status).toBe(200)
    expect(page.location).toBeUndefined()
    expect(page.text).toContain(`AADSTS${code}:`)
    expect(page.text).toMatch(/Correlation Id [0-9a-f-]{36} Timestamp \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/)
  })

  test('request parameters are encoded on the page', async () => {
    const page = await open({ redirect_uri: '"><script>alert(1)</script>' })
    expect(page.html).not.toContain('<script>alert')
    expect(page.html).not.toContain("</script>'")
  })
})

test.each([
  ['900144', 'invalid_request', { response_type: undefined }],
  ['700054', 'unsupported_response_type', { response_type: 'id_token' }],
  ['700054', 'unsupported_response_type', { response_type: 'token' }],
  ['90023', 'invalid_request', { prompt: 'create' }],
  ['900144', 'invalid_request', { scope: undefined }],
  ['500011', 'invalid_resource', { scope: 'openid api://other/read' }],
  ['650053', 'invalid_client', { scope: 'openid https://graph.microsoft.com/No.Such' }],
  ['501491', 'invalid_request', { code_challenge: 'short' }],
  ['70007', 'unsupported_response_type', { response_mode: 'web_message' }],
  ['50058', 'login_required', { prompt: 'none' }],
])('AADSTS%s returns to the application as %s with the state', async (code, error, parameters) => {
  const page = await open(parameters)
  expect(errorOf(page)).toEqual({ error, code })
  expect(answerOf(page).get('state')).toBe('a-state')
})

describe('signing in', () => {
  const WITHOUT_PKCE = { redirect_uri: SPA, code_challenge: undefined, code_challenge_method: undefined }

  test('a spa redirect URI without PKCE is refused after the sign-in; without a session login_required comes first', async () => {
    expect(errorOf(await open({ ...WITHOUT_PKCE, prompt: 'none' }))).toEqual({ error: 'login_required', code: '50058' })
    const { userPrincipalName } = givenUser(m365)
    const page = await new SignInAgent(m365.origin).signIn(authorizeUrl(m365, WITHOUT_PKCE), userPrincipalName)
    expect(errorOf(page)).toEqual({ error: 'invalid_request', code: '9002325' })
  })

  test('a spa redirect URI without PKCE is refused at once where that is switched on', async () => {
    m365.entra.pkceRefusal = 'at-once'
    try {
      expect(errorOf(await open(WITHOUT_PKCE))).toEqual({ error: 'invalid_request', code: '9002325' })
    } finally {
      m365.entra.pkceRefusal = 'after-sign-in'
    }
  })

  test('S38 the login pages cut off the opener with Cross-Origin-Opener-Policy', async () => {
    const page = await open({})
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(page.text).toContain('Sign in')
  })

  test('a wrong password and a disabled account are refused on the page', async () => {
    const agent = new SignInAgent(m365.origin)
    const user = givenUser(m365)
    expect((await agent.signIn(authorizeUrl(m365), user.userPrincipalName, 'wrong')).text).toContain('AADSTS50126')
    m365.directory('m365x214355.onmicrosoft.com').disableUser(user.id)
    expect((await agent.signIn(authorizeUrl(m365), user.userPrincipalName)).text).toContain('AADSTS50057')
  })

  test('S39 one Microsoft session signs in silently, two show the account picker, prompts are obeyed', async () => {
    const agent = new SignInAgent(m365.origin)
    const [first, second] = [givenUser(m365), givenUser(m365)]
    await agent.signIn(authorizeUrl(m365), first.userPrincipalName)
    expect((await agent.open(authorizeUrl(m365))).location?.searchParams.get('code')).toBeTruthy()
    expect((await agent.open(authorizeUrl(m365, { prompt: 'none' }))).location?.searchParams.get('code')).toBeTruthy()
    expect((await agent.open(authorizeUrl(m365, { prompt: 'login', login_hint: 'X@y' }))).html).toContain('value="x@y"')

    const picker = await agent.open(authorizeUrl(m365, { prompt: 'select_account' }))
    const other = await agent.submit(picker, 'Use another account')
    await agent.submit(other, 'Sign in', { username: second.userPrincipalName, password: 'Passw0rd!' })
    const both = await agent.open(authorizeUrl(m365))
    expect(both.text).toContain('Pick an account')
    expect(both.text).toContain(first.userPrincipalName)
    expect((await agent.submit(both, second.userPrincipalName)).location?.searchParams.get('code')).toBeTruthy()
    expect(errorOf(await agent.open(authorizeUrl(m365, { prompt: 'none' })))).toEqual({
      error: 'login_required',
      code: '50058',
    })
    const hinted = await agent.open(authorizeUrl(m365, { prompt: 'none', login_hint: first.userPrincipalName }))
    expect(hinted.location?.searchParams.get('code')).toBeTruthy()
  })

  test('S39 a user of another directory sees AADSTS50020 and may choose another account', async () => {
    const agent = new SignInAgent(m365.origin)
    const refused = await agent.signIn(authorizeUrl(m365), MALLORY.userPrincipalName)
    expect(refused.location).toBeUndefined()
    expect(refused.text).toContain('AADSTS50020')
    const again = await agent.submit(refused, 'Sign in with another account')
    const page = await agent.submit(again, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' })
    expect(page.location?.searchParams.get('code')).toBeTruthy()
  })

  test('FC-02 a cancelled login returns access_denied with the sub-code cancel and no description', async () => {
    const agent = new SignInAgent(m365.origin)
    const back = await agent.submit(await agent.open(authorizeUrl(m365, { state: 'a-state' })), 'Cancel')
    expect(Object.fromEntries(answerOf(back))).toEqual({
      error: 'access_denied',
      error_subcode: 'cancel',
      state: 'a-state',
    })
  })

  test.each([
    ['described', { error: 'access_denied', error_uri: expect.stringContaining('65004') }],
    [
      'described-with-subcode',
      { error: 'access_denied', error_subcode: 'cancel', error_uri: expect.stringContaining('65004') },
    ],
    ['consent-required', { error: 'consent_required', error_uri: expect.stringContaining('65004') }],
  ] as const)('FC-02 the older answer to Cancel, %s, names AADSTS65004', async (form, members) => {
    m365.entra.cancelAnswer = form
    try {
      const agent = new SignInAgent(m365.origin)
      const { error_description, ...rest } = Object.fromEntries(
        answerOf(await agent.submit(await agent.open(authorizeUrl(m365, { state: 'a-state' })), 'Cancel')),
      )
      expect(error_description).toMatch(/^AADSTS65004: .*Correlation ID: /)
      expect(rest).toEqual({ ...members, state: 'a-state' })
    } finally {
      m365.entra.cancelAnswer = 'bare'
    }
  })

  test('an application without consent asks first; prompt=none answers consent_required', async () => {
    const agent = new SignInAgent(m365.origin)
    const user = givenUser(m365, FABRIKAM_DIRECTORY_ID)
    const url = authorizeUrl(m365, { client_id: FABRIKAM_CLIENT_ID }, FABRIKAM_DIRECTORY_ID)
    const consent = await agent.signIn(url, user.userPrincipalName)
    expect(consent.text).toContain('Permissions requested')
    expect(errorOf(await agent.open(`${url}&prompt=none`))).toEqual({ error: 'consent_required', code: '65001' })
    expect((await agent.submit(consent, 'Accept')).location?.searchParams.get('code')).toBeTruthy()
    expect((await agent.open(`${url}&prompt=none`)).location?.searchParams.get('code')).toBeTruthy()
  })

  test('response modes fragment and form_post carry the same answer', async () => {
    const agent = new SignInAgent(m365.origin)
    const fragment = await agent.signIn(authorizeUrl(m365, { response_mode: 'fragment' }), ADELE.userPrincipalName)
    expect(fragment.location?.hash).toMatch(/^#code=1\..+&session_state=.+&state=a-state$/)
    const posted = await agent.open(authorizeUrl(m365, { response_mode: 'form_post' }))
    expect(posted.formOf('Continue')).toMatchObject({
      action: 'http://app.localhost:4000/callback',
      values: { state: 'a-state' },
    })
  })
})

test('logout ends the Microsoft session and redirects to registered addresses only', async () => {
  const agent = new SignInAgent(m365.origin)
  const logout = async (uri: string) => {
    const asked = await agent.open(
      `${m365.origin}/common/oauth2/v2.0/logout?post_logout_redirect_uri=${encodeURIComponent(uri)}`,
    )
    return agent.submit(asked, ADELE.userPrincipalName)
  }
  await agent.signIn(authorizeUrl(m365), ADELE.userPrincipalName)
  expect((await logout('http://app.localhost:4000/callback')).location?.pathname).toBe('/callback')
  expect(errorOf(await agent.open(authorizeUrl(m365, { prompt: 'none' }))).error).toBe('login_required')
  await agent.signIn(authorizeUrl(m365), ADELE.userPrincipalName)
  const elsewhere = await logout('https://elsewhere.example/')
  expect(elsewhere.location).toBeUndefined()
  expect(elsewhere.text).toContain('You signed out')
})

test('an http redirect URI is accepted on the local machine only', () => {
  const register = (uri: string) => () =>
    m365
      .directory(FABRIKAM_DIRECTORY_ID)
      .registerApplication({ appId: randomUUID(), displayName: 'X', redirectUris: { web: [uri] } })
  for (const uri of [
    'http://phone.example/cb',
    'https://*.phone.example/cb',
    'https://phone.example/cb#x',
    'javascript:alert(1)',
  ]) {
    expect(register(uri), uri).toThrow()
  }
  for (const uri of ['https://phone.example/cb', 'http://localhost:3000', 'http://acme.phone.localhost:4000/cb']) {
    expect(register(uri), uri).not.toThrow()
  }
})
