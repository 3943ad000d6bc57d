import { createHash, generateKeyPairSync } from 'node:crypto'
import tls from 'node:tls'
import {
  ConfidentialClientApplication,
  CryptoProvider,
  type NodeAuthOptions,
  PublicClientApplication,
} from '@azure/msal-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ADELE,
  CONTOSO_DIRECTORY_ID,
  JACKFIELD_CLIENT_ID,
  JACKFIELD_CLIENT_SECRET,
  JACKFIELD_SECRET_ID,
} from '../../src/demo/contoso.ts'
import { demoDirectories } from '../../src/demo/demo-directories.ts'
import { type M365Emulator, startEmulator } from '../../src/emulator.ts'
import { selfSignedCertificate } from '../../src/entra/keys/self-signed-certificate.ts'
import { SignInAgent } from '../../src/headless-sign-in.ts'
import { getGraph, SPA, WEB } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await startEmulator({ https: true, directories: demoDirectories({ web: [WEB], spa: [SPA] }) })
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), m365.certificate ?? ''])
})
afterAll(() => m365.close())

function client(
  credential: Partial<NodeAuthOptions>,
  tenant: string = CONTOSO_DIRECTORY_ID,
): ConfidentialClientApplication {
  const authority = `${m365.origin}/${tenant}`
  return new ConfidentialClientApplication({
    auth: { clientId: JACKFIELD_CLIENT_ID, authority, knownAuthorities: [new URL(m365.origin).host], ...credential },
  })
}
const secret = { clientSecret: JACKFIELD_CLIENT_SECRET }
const scopes = ['https://graph.microsoft.com/.default']

describe('msal-node, client credentials', () => {
  test('with a secret gets a token that Graph accepts', async () => {
    const result = await client(secret).acquireTokenByClientCredential({ scopes })
    expect((await getGraph(m365, '/users?$top=1', result?.accessToken ?? '')).status).toBe(200)
  })

  test('the secret’s id instead of its value, and a scope other than .default, are refused as Microsoft refuses them', async () => {
    const wrong = client({ clientSecret: JACKFIELD_SECRET_ID }).acquireTokenByClientCredential({ scopes })
    await expect(wrong).rejects.toMatchObject({
      errorCode: 'invalid_client',
      errorMessage: expect.stringContaining('AADSTS7000215'),
    })
    const one = client(secret).acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/User.Read.All'] })
    await expect(one).rejects.toMatchObject({ errorMessage: expect.stringContaining('AADSTS1002012') })
  })

  test('with a certificate gets a token; one that is not registered is refused with AADSTS700027', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const der = selfSignedCertificate(publicKey, privateKey, 'jackfield', new Date(Date.now() - 60_000))
    const clientCertificate = {
      thumbprintSha256: createHash('sha256').update(der).digest('hex'),
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    }
    const refused = client({ clientCertificate }).acquireTokenByClientCredential({ scopes })
    await expect(refused).rejects.toMatchObject({ errorMessage: expect.stringContaining('AADSTS700027') })
    const registered = { certificates: [{ certificate: der.toString('base64') }] }
    m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, registered)
    const result = await client({ clientCertificate }).acquireTokenByClientCredential({ scopes })
    expect((await getGraph(m365, '/users?$top=1', result?.accessToken ?? '')).status).toBe(200)
  })
})

describe('msal-node, authorization code with PKCE', () => {
  async function codeFor(app: ConfidentialClientApplication, redirectUri: string) {
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
    const asked = {
      scopes: ['User.Read'],
      redirectUri,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      responseMode: 'query' as const,
    }
    const page = await new SignInAgent(m365.origin).signIn(await app.getAuthCodeUrl(asked), ADELE.userPrincipalName)
    return { verifier, code: page.location?.searchParams.get('code') ?? '' }
  }

  test('signs Adele in, and renews silently', async () => {
    const app = client(secret)
    const { verifier, code } = await codeFor(app, WEB)
    const result = await app.acquireTokenByCode({
      code,
      codeVerifier: verifier,
      scopes: ['User.Read'],
      redirectUri: WEB,
    })
    expect(result.account).toMatchObject({ tenantId: CONTOSO_DIRECTORY_ID, username: ADELE.userPrincipalName })
    expect(result.idTokenClaims).toMatchObject({ oid: ADELE.id, tid: CONTOSO_DIRECTORY_ID })
    if (!result.account) throw new Error('No account.')
    const renewed = await app.acquireTokenSilent({ account: result.account, scopes: ['User.Read'], forceRefresh: true })
    expect(renewed.accessToken).not.toBe(result.accessToken)
  })

  test('a code redeemed twice, with another verifier, or for a spa address from a server is refused', async () => {
    const app = client(secret)
    const first = await codeFor(app, WEB)
    const redeem = (code: string, codeVerifier: string, redirectUri = WEB) =>
      app.acquireTokenByCode({ code, codeVerifier, scopes: ['User.Read'], redirectUri })
    await redeem(first.code, first.verifier)
    await expect(redeem(first.code, first.verifier)).rejects.toMatchObject({
      errorMessage: expect.stringContaining('AADSTS54005'),
    })
    const second = await codeFor(app, WEB)
    await expect(redeem(second.code, first.verifier)).rejects.toMatchObject({
      errorMessage: expect.stringContaining('AADSTS501481'),
    })
    const third = await codeFor(app, SPA)
    await expect(redeem(third.code, third.verifier, SPA)).rejects.toMatchObject({
      errorMessage: expect.stringContaining('AADSTS700025'),
    })
  })
})

test('msal-node, device code: the device gets tokens once the user has signed in', async () => {
  m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, { allowPublicClient: true })
  const app = new PublicClientApplication({
    auth: {
      clientId: JACKFIELD_CLIENT_ID,
      authority: `${m365.origin}/${CONTOSO_DIRECTORY_ID}`,
      knownAuthorities: [new URL(m365.origin).host],
    },
  })
  const approve = async (userCode: string) => {
    const agent = new SignInAgent(m365.origin)
    const login = await agent.submit(await agent.open(`${m365.origin}/devicelogin`), 'Next', { request: userCode })
    const confirm = await agent.submit(login, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' })
    await agent.submit(confirm, 'Continue')
  }
  let approved: Promise<void> | undefined
  const result = await app.acquireTokenByDeviceCode({
    scopes: ['User.Read'],
    deviceCodeCallback: ({ userCode }) => {
      approved = approve(userCode)
    },
  })
  await approved
  expect(result?.account?.username).toBe(ADELE.userPrincipalName)
})
