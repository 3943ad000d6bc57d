import * as client from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '../../src/demo/contoso.ts'
import { demoDirectories } from '../../src/demo/demo-directories.ts'
import { type M365Emulator, startEmulator } from '../../src/emulator.ts'
import { SignInAgent } from '../../src/headless-sign-in.ts'

const WEB = 'http://app.localhost:4000/callback'
const SPA = 'http://app.localhost:4000/spa-callback'
let m365: M365Emulator
beforeAll(async () => {
  m365 = await startEmulator({ directories: demoDirectories({ web: [WEB], spa: [SPA] }) })
})
afterAll(() => m365.close())

test('openid-client signs Adele in by code and PKCE, with signature checks on, and reads her userinfo', async () => {
  const server = new URL(`${m365.origin}/${CONTOSO_DIRECTORY_ID}/v2.0`)
  const config = await client.discovery(server, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET, undefined, {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  })
  const verifier = client.randomPKCECodeVerifier()
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: WEB,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  const page = await new SignInAgent(m365.origin).signIn(url, ADELE.userPrincipalName)
  const tokens = await client.authorizationCodeGrant(config, page.location as URL, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  expect(claims).toMatchObject({
    iss: `${m365.origin}/${CONTOSO_DIRECTORY_ID}/v2.0`,
    aud: JACKFIELD_CLIENT_ID,
    tid: CONTOSO_DIRECTORY_ID,
    oid: ADELE.id,
    name: 'Adele Vance',
    preferred_username: ADELE.userPrincipalName,
    email: ADELE.userPrincipalName,
    ver: '2.0',
    nonce,
  })
  expect(await client.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '')).toMatchObject({
    name: 'Adele Vance',
  })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.claims()?.oid).toBe(ADELE.id)
})

test('openid-client gets an app-only token that lists the 32 users', async () => {
  const config = await client.discovery(
    new URL(`${m365.origin}/${CONTOSO_DIRECTORY_ID}/v2.0`),
    JACKFIELD_CLIENT_ID,
    JACKFIELD_CLIENT_SECRET,
    undefined,
    { execute: [client.allowInsecureRequests] },
  )
  const { access_token } = await client.clientCredentialsGrant(config, {
    scope: 'https://graph.microsoft.com/.default',
  })
  const response = await fetch(`${m365.origin}/v1.0/users`, { headers: { authorization: `Bearer ${access_token}` } })
  expect(response.status).toBe(200)
  const { value } = (await response.json()) as { value: unknown[] }
  expect(value).toHaveLength(32)
})

test('openid-client refuses the template issuer of organizations, and fails with a wrong secret', async () => {
  const ways = { execute: [client.allowInsecureRequests] }
  const organizations = new URL(`${m365.origin}/organizations/v2.0`)
  const refused = client.discovery(organizations, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET, undefined, ways)
  await expect(refused).rejects.toThrow('does not match the expected issuer')
  const own = new URL(`${m365.origin}/${CONTOSO_DIRECTORY_ID}/v2.0`)
  const config = await client.discovery(own, JACKFIELD_CLIENT_ID, 'a-wrong-secret-value', undefined, ways)
  const asked = client.clientCredentialsGrant(config, { scope: 'https://graph.microsoft.com/.default' })
  await expect(asked).rejects.toMatchObject({
    error: 'invalid_client',
    error_description: expect.stringContaining('AADSTS7000215'),
  })
})
