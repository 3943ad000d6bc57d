import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from '../browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from '../given.ts'
import { type HostileUpstream, startHostileUpstream } from '../hostile-upstream.ts'
import { givenClient, signIn } from '../oidc-client.ts'
import { modulesOf, NOT_APPLICABLE, type Reason } from './modules.ts'

/* What the gateway does where a module of the suite has no meaning: for each reason one test. */

let upstream: HostileUpstream
let world: World
let origin: string
beforeAll(async () => {
  upstream = await startHostileUpstream()
  world = await givenGateway({ microsoft: upstream.origin })
  givenApp(world, 'web-client')
  givenApp(world, 'portal', { kind: 'server' })
  origin = world.originOf('contoso')
})
afterAll(async () => {
  await world.close()
  upstream.close()
})
beforeEach(() => {
  upstream.behave()
  upstream.requests.length = 0
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

/** The question that Microsoft is asked by the browser. */
async function question() {
  const browser = new Browser()
  await browser.open((await (await givenClient(world, 'contoso')).begin()).url)
  const asked = browser.visited.find((url) => url.startsWith(`${upstream.origin}/authorize`)) ?? ''
  return new URL(asked).searchParams
}
const isSignedIn = async (browser: Browser) => (await browser.open(`${origin}/auth/verify`)).status === 200

const SHOWN: Record<Reason, () => Promise<void>> = {
  'no userinfo at Microsoft is asked: the verified ID token alone says who it is': async () => {
    upstream.idToken = (
      (sign) => (claims) =>
        sign({ ...claims, _claim_sources: { src1: { endpoint: `${upstream.origin}/claims` } } })
    )(upstream.idToken)
    expect((await signIn(world, 'contoso')).tokens.claims()?.tenant).toBe('contoso')
    expect(upstream.requests.filter((line) => !/authorize|token|keys|openid-configuration/.test(line))).toEqual([])
  },
  'the issuer is configured: nothing is looked up or registered': async () => {
    await question()
    expect(upstream.requests.filter((line) => /webfinger|register/.test(line))).toEqual([])
    expect((await send(`${origin}/.well-known/webfinger?resource=acct:adele@contoso.example`)).status).toBe(404)
  },
  'Microsoft is asked with response type code, no request object and no offline access': async () => {
    const asked = await question()
    expect([asked.get('response_type'), asked.get('scope')]).toEqual(['code', 'openid profile email'])
    for (const name of ['request', 'request_uri', 'claims']) expect(asked.has(name)).toBe(false)
  },
  'the secret goes in the body, where Entra ID takes it; there is no mutual TLS': async () => {
    upstream.metadata = { mtls_endpoint_aliases: { token_endpoint: `${upstream.origin}/mtls/token` } }
    await signIn(world, 'contoso')
    expect(upstream.requests).toContain('POST /token')
    expect(upstream.tokenRequests.at(-1)).toMatchObject({ authorization: undefined, hasSecret: true })
  },
  'Entra ID has no back-channel logout: there is no endpoint to call': async () => {
    const { browser } = await signIn(world, 'contoso')
    for (const path of ['/auth/microsoft/backchannel-logout', '/auth/microsoft/frontchannel-logout']) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await send(origin + path, {
        method: 'POST',
        headers,
        body: 'logout_token=eyJhbGciOiJub25lIn0.e30.',
      })
      expect(answer.status).toBe(404)
    }
    expect(await isSignedIn(browser)).toBe(true)
  },
  'signing out here leaves the session at Microsoft, which other programs use': async () => {
    const { browser } = await signIn(world, 'contoso')
    const before = browser.visited.length
    await browser.submit(await browser.open(`${origin}/auth/logout`), 'Sign out')
    expect(await isSignedIn(browser)).toBe(false)
    expect(browser.visited.slice(before).filter((url) => url.startsWith(upstream.origin))).toEqual([])
  },
  'a sign-in starts at an app of the catalogue, not at a third party': async () => {
    const query = new URLSearchParams({
      iss: upstream.issuer,
      login_hint: 'adele',
      target_link_uri: 'https://evil.test/',
    })
    const page = await new Browser().open(`${origin}/auth/signin?${query}`)
    expect(page.status).toBe(404)
    const known = await send(`${origin}/auth/signin?app=portal&${query}`)
    expect(new URL(known.headers.location ?? '', origin).origin).toBe(origin)
  },
  'ID tokens are signed with RS256 or ES256: no app registers none': async () => {
    const document = JSON.parse((await send(`${origin}/auth/.well-known/openid-configuration`)).text)
    expect(document.id_token_signing_alg_values_supported).toEqual(['ES256', 'RS256'])
    expect(document).not.toHaveProperty('registration_endpoint')
    expect(
      (
        await send(`${origin}/auth/reg`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{}',
        })
      ).status,
    ).toBe(404)
  },
}

test.each((Object.keys(NOT_APPLICABLE) as Reason[]).map((reason) => [reason, modulesOf(reason).join(' ')] as const))(
  '%s (%s)',
  (reason) => SHOWN[reason](),
)
