import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID } from '../src/demo/contoso.ts'
import {
  FABRIKAM_APPLICATION_ADMINISTRATOR,
  FABRIKAM_CLIENT_ID,
  FABRIKAM_DIRECTORY_ID,
  FABRIKAM_GLOBAL_ADMINISTRATOR,
} from '../src/demo/fabrikam.ts'
import type { M365Emulator } from '../src/emulator.ts'
import { type Page, SignInAgent } from '../src/headless-sign-in.ts'
import { givenEmulator, givenUser } from './given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

const at = (path: string) => `${m365.origin}${path}`
const fabrikam = () => m365.directory(FABRIKAM_DIRECTORY_ID)
const registration = () => `/app-registrations/${FABRIKAM_CLIENT_ID}`

async function givenAdministrator(userName: string = FABRIKAM_GLOBAL_ADMINISTRATOR): Promise<SignInAgent> {
  const agent = new SignInAgent(m365.origin)
  await agent.signIn(at('/sign-in'), userName)
  return agent
}

async function register(agent: SignInAgent, fields: Record<string, string>): Promise<Page> {
  const form = await agent.open(at('/app-registrations/new'))
  return agent.submit(form, 'Register', { accountTypes: 'AzureADMyOrg', redirectUri: '', platform: 'web', ...fields })
}

describe('access', () => {
  test('a page without a session redirects to the sign-in, which returns only to pages of the admin center', async () => {
    const agent = new SignInAgent(m365.origin)
    const login = await agent.open(at(`${registration()}/api-permissions`))
    expect(login.text).toContain('Sign in')
    const page = await agent.submit(login, 'Sign in', {
      username: FABRIKAM_GLOBAL_ADMINISTRATOR,
      password: 'Passw0rd!',
    })
    expect(page.text).toContain('API permissions')
    for (const target of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/app-registrations/../sign-out',
    ]) {
      const stranger = new SignInAgent(m365.origin)
      const form = await stranger.open(at(`/sign-in?return=${encodeURIComponent(target)}`))
      const answer = await stranger.submit(form, 'Sign in', {
        username: FABRIKAM_GLOBAL_ADMINISTRATOR,
        password: 'Passw0rd!',
      })
      expect(answer.location, target).toBeUndefined()
      expect(answer.text).toContain('App registrations')
    }
  })

  test('signing out, a disabled account and a revoked session end the access', async () => {
    const agent = await givenAdministrator()
    await agent.submit(await agent.open(at('/')), 'Sign out')
    expect((await agent.open(at('/app-registrations'))).text).toContain('Sign in')
    const user = givenUser(m365, FABRIKAM_DIRECTORY_ID)
    const other = await givenAdministrator(user.userPrincipalName)
    expect((await other.open(at('/app-registrations'))).text).toContain('New registration')
    fabrikam().disableUser(user.id)
    expect((await other.open(at('/app-registrations'))).text).toContain('to continue to')
  })

  test('another directory’s registrations are not found', async () => {
    const [stranger] = m365
      .directory(CONTOSO_DIRECTORY_ID)
      .users()
      .filter(({ directoryRoles }) => directoryRoles.includes('Global Administrator'))
    const agent = await givenAdministrator(stranger?.userPrincipalName)
    expect((await agent.open(at('/app-registrations'))).text).toContain('Jackfield')
    const page = await agent.open(at(registration()))
    expect(page.status).toBe(404)
    expect(page.text).not.toContain('Fabrikam Telephony')
  })
})

describe('forms', () => {
  test('a form without its token, as another site would send it, is refused', async () => {
    const agent = await givenAdministrator()
    const before = fabrikam().applications().length
    const body = new URLSearchParams({ name: 'Forged', accountTypes: 'AzureADMyOrg', platform: 'web', redirectUri: '' })
    const forged = await agent.open(at('/app-registrations/new'), { method: 'POST', body })
    expect(forged.status).toBe(403)
    const other = await givenAdministrator(FABRIKAM_APPLICATION_ADMINISTRATOR)
    const { values } = (await other.open(at('/app-registrations/new'))).formOf('Register')
    body.set('formToken', values.formToken ?? '')
    expect((await agent.open(at('/app-registrations/new'), { method: 'POST', body })).status).toBe(403)
    expect(fabrikam().applications()).toHaveLength(before)
  })

  test('typed text is encoded, and the policy allows no inline script', async () => {
    const agent = await givenAdministrator()
    const page = await register(agent, { name: '<script>alert(1)</script>' })
    expect(page.status).toBe(200)
    expect(page.html).not.toContain('<script>alert')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  test('S9 S10 S11 name, account types and the first redirect URI by platform are saved', async () => {
    const agent = await givenAdministrator()
    await register(agent, {
      name: 'Kept',
      accountTypes: 'AzureADMultipleOrgs',
      platform: 'spa',
      redirectUri: ' https://phone.example/cb ',
    })
    const kept = fabrikam()
      .applications()
      .find(({ displayName }) => displayName === 'Kept')
    expect(kept).toMatchObject({
      signInAudience: 'AzureADMultipleOrgs',
      redirectUris: { web: [], spa: ['https://phone.example/cb'] },
    })
  })

  test.each([
    ['Redirect URI: must be https', { name: 'X', redirectUri: 'http://phone.example/cb' }],
    ['Redirect URI: must be https', { name: 'X', redirectUri: 'https://*.phone.example/cb' }],
    ['Name: ', { name: ' ' }],
    ['Platform: ', { name: 'X', platform: 'toaster', redirectUri: 'https://phone.example/cb' }],
    ['Supported account types: ', { name: 'X', accountTypes: 'Everybody' }],
  ])('a registration is refused with "%s", and the typed text stays', async (problem, fields) => {
    const agent = await givenAdministrator()
    const page = await register(agent, fields as Record<string, string>)
    expect(page.status).toBe(400)
    expect(page.text).toContain(problem)
    if ('redirectUri' in fields) expect(page.html).toContain(fields.redirectUri)
  })
})

describe('redirect URIs', () => {
  const page = () => at(`${registration()}/authentication`)

  test('S19 a pasted list adds every URI, and one URI can be removed', async () => {
    const agent = await givenAdministrator()
    const uris = 'https://a.example/cb\nhttps://b.example/cb\n'
    await agent.submit(await agent.open(page()), 'Add', { platform: 'web', uris })
    expect(fabrikam().applications()[0]?.redirectUris.web).toEqual(
      expect.arrayContaining(['https://a.example/cb', 'https://b.example/cb']),
    )
    await agent.submit(await agent.open(page()), 'Remove', { platform: 'web', uri: 'https://a.example/cb' })
    expect(fabrikam().applications()[0]?.redirectUris.web).not.toContain('https://a.example/cb')
  })

  test('the same URI on two platforms is refused, and so is http outside the local machine', async () => {
    const agent = await givenAdministrator()
    const twice = await agent.submit(await agent.open(page()), 'Add', { platform: 'spa', uris: 'https://b.example/cb' })
    expect(twice.status).toBe(400)
    expect(twice.text).toContain('a redirect URI may be registered once only')
    const plain = await agent.submit(await agent.open(page()), 'Add', { platform: 'web', uris: 'http://b.example/cb' })
    expect(plain.text).toContain('must be https')
  })

  test('logout URL, ID tokens and public client flows are saved and cleared', async () => {
    const agent = await givenAdministrator()
    const fields = { logoutUrl: 'https://a.example/out', enableIdTokenIssuance: 'on', allowPublicClient: 'on' }
    await agent.submit(await agent.open(page()), 'Save', fields)
    expect(fabrikam().applications()[0]).toMatchObject({
      logoutUrl: 'https://a.example/out',
      enableIdTokenIssuance: true,
    })
    const form = (await agent.open(page())).formOf('Save')
    const body = new URLSearchParams({ formToken: form.values.formToken ?? '', logoutUrl: '' })
    await agent.open(at(form.action), { method: 'POST', body })
    expect(fabrikam().applications()[0]).toMatchObject({ logoutUrl: undefined, allowPublicClient: false })
  })
})

describe('S2 S22 S23 permissions and consent', () => {
  beforeEach(() => fabrikam().withdrawConsent(FABRIKAM_CLIENT_ID))
  const page = () => at(`${registration()}/api-permissions`)

  test('a Global Administrator grants consent; the status says for whom', async () => {
    const agent = await givenAdministrator()
    expect((await agent.open(page())).text).toContain('Not granted for Fabrikam')
    const granted = await agent.submit(await agent.open(page()), 'Grant admin consent for Fabrikam')
    expect(granted.text).toContain('Granted for Fabrikam')
    expect(granted.text).not.toContain('Not granted')
  })

  test('an Application Administrator sees the button disabled, and a posted form is refused, too', async () => {
    const agent = await givenAdministrator(FABRIKAM_APPLICATION_ADMINISTRATOR)
    const shown = await agent.open(page())
    expect(shown.html).toMatch(/<button disabled aria-describedby="grant-note">/)
    const refused = await agent.submit(shown, 'Grant admin consent')
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('Global Administrator or Privileged Role Administrator')
    expect((await agent.open(page())).text).toContain('Not granted for Fabrikam')
  })

  test('a person without a role cannot see or change other people’s registrations', async () => {
    const agent = await givenAdministrator(givenUser(m365, FABRIKAM_DIRECTORY_ID).userPrincipalName)
    const shown = await agent.open(page())
    expect(shown.text).toContain('only its owners and application administrators may change')
    expect((await agent.submit(shown, 'Grant admin consent')).status).toBe(403)
  })

  test('a person without a role can change their own registrations only', async () => {
    const agent = await givenAdministrator(givenUser(m365, FABRIKAM_DIRECTORY_ID).userPrincipalName)
    const before = fabrikam().applications()[0]?.secrets.length
    const foreign = await agent.submit(await agent.open(at(`${registration()}/certificates-secrets`)), 'Add', {
      days: '90',
    })
    expect(foreign.status).toBe(403)
    expect(fabrikam().applications()[0]?.secrets).toHaveLength(before ?? 0)
    await register(agent, { name: 'My own' })
    const own = fabrikam()
      .applications()
      .find(({ displayName }) => displayName === 'My own')
    const page = await agent.open(at(`/app-registrations/${own?.appId}/certificates-secrets`))
    expect((await agent.submit(page, 'Add', { days: '90' })).text).toContain('you cannot see it again')
  })

  test('the same name is two permissions: delegated and application', async () => {
    const agent = await givenAdministrator()
    const add = await agent.open(`${page()}/add?kind=delegated`)
    const { action, values } = add.formOf('Add permissions')
    const body = new URLSearchParams({ formToken: values.formToken ?? '', 'delegated:User.Read.All': 'on' })
    await agent.open(at(action), { method: 'POST', body })
    expect(fabrikam().applications()[0]).toMatchObject({
      requiredRoles: ['User.Read.All'],
      requiredScopes: ['User.Read', 'User.Read.All'],
    })
  })
})

describe('S26 federated credentials', () => {
  const page = () => at(`${registration()}/federated-credentials`)
  const good = {
    name: 'cluster',
    issuer: 'https://cluster.example',
    subject: 'system:serviceaccount:phones:sync',
    audience: 'api://AzureADTokenExchange',
  }

  test('a credential is added and deleted, and the page keeps a refused form’s values', async () => {
    const agent = await givenAdministrator()
    await agent.submit(await agent.open(page()), 'Add', good)
    const { name, issuer, subject, audience } = good
    expect(fabrikam().applications()[0]?.federatedCredentials).toEqual([
      { name, issuer, subject, audiences: [audience] },
    ])
    const twice = await agent.submit(await agent.open(page()), 'Add', { ...good, name: 'another' })
    expect(twice.status).toBe(400)
    expect(twice.text).toContain('issuer and subject together must be unique')
    expect(twice.html).toContain('value="another"')
    await agent.submit(await agent.open(page()), 'Delete')
    expect(fabrikam().applications()[0]?.federatedCredentials).toEqual([])
  })

  test.each([
    ['Name: ', { name: 'a b' }],
    ['Issuer: ', { issuer: 'cluster' }],
    ['Audience: ', { audience: '' }],
    ['Subject identifier: ', { subject: ' ' }],
  ])('"%s" names the wrong field', async (problem, fields) => {
    const agent = await givenAdministrator()
    const refused = await agent.submit(await agent.open(page()), 'Add', { ...good, ...fields } as Record<
      string,
      string
    >)
    expect(refused.status).toBe(400)
    expect(refused.text).toContain(problem)
  })
})

describe('S24 S25 S26 secrets', () => {
  test('the value is shown on one page, once; the id and the first letters stay', async () => {
    const agent = await givenAdministrator()
    const url = at(`${registration()}/certificates-secrets`)
    const created = await agent.submit(await agent.open(url), 'Add', { description: 'Gateway', days: '730' })
    const secret = fabrikam().applications()[0]?.secrets.at(-1)
    expect(created.text).toContain('you cannot see it again')
    expect(created.text).toContain(secret?.value)
    const again = await agent.open(url)
    expect(again.text).not.toContain(secret?.value)
    expect(again.text).toContain(secret?.keyId)
    const days = (Date.parse(secret?.endDateTime ?? '') - Date.now()) / 86_400_000
    expect(Math.round(days)).toBe(730)
  })

  test('more than 24 months is refused', async () => {
    const agent = await givenAdministrator()
    const page = await agent.open(at(`${registration()}/certificates-secrets`))
    expect((await agent.submit(page, 'Add', { days: '731' })).status).toBe(400)
  })

  test('a text that is no certificate is refused', async () => {
    const agent = await givenAdministrator()
    const page = await agent.open(at(`${registration()}/certificates-secrets`))
    const refused = await agent.submit(page, 'Upload', { certificate: 'nonsense' })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('Certificate: must be an RSA certificate')
  })
})
