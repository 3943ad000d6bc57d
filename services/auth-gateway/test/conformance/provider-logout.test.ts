import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Browser, type Page, send } from '../browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from '../given.ts'
import { signIn as signInElsewhere } from '../oidc-client.ts'
import { clientOf, givenStaticClient, givenStaticClients, secretOf } from './answers.ts'

/*
 * The modules of the plan RP-Initiated Logout OP, with the plan's confidential client; those of Back-Channel Logout are
 * in ../backchannel-logout.test.ts.
 */

let world: World
let origin: string
let bye: string
beforeAll(async () => {
  world = await givenGateway()
  givenStaticClients(world)
  givenApp(world, 'web-client')
  origin = world.originOf('contoso')
  bye = `${origin}/bye`
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  for (const slug of ['contoso', 'fabrikam']) givenPerson(world, givenConnectedTenant(world, slug).tenant.id)
})

const { signIn } = clientOf(() => world, 'query')
type SignedIn = Awaited<ReturnType<typeof signIn>>
/** As long as the suite's, which checks that it comes back whole. */
const state = 'farewell'.repeat(16)
const stopAt = /^\/(?:bye|elsewhere|callback)/

const endSession = (browser: Browser, parameters: Record<string, string>) =>
  browser.open(`${origin}/auth/logout?${new URLSearchParams(parameters)}`, { stopAt })

/** With a valid hint the page may still ask; “yes” continues. */
const confirmed = (browser: Browser, page: Page) =>
  page.status === 0 ? page : browser.submit(page, 'Sign out', {}, stopAt)

async function isSignedIn({ browser, app }: Pick<SignedIn, 'browser' | 'app'>): Promise<boolean> {
  const { url } = await browser.open(app.begin({ prompt: 'none' }).url)
  if (!url.searchParams.has('code')) expect(url.searchParams.get('error')).toBe('login_required')
  return url.searchParams.has('code')
}

test('oidcc-rp-initiated-logout-discovery-endpoint-verification', async () => {
  const document = JSON.parse((await send(`${origin}/auth/.well-known/openid-configuration`)).text)
  expect(document.end_session_endpoint).toBe(`${origin}/auth/logout`)
})

describe('T-60 with the app’s ID token', () => {
  test.each([
    ['LO-01 oidcc-rp-initiated-logout', { state }, `?state=${state}`],
    ['LO-01 oidcc-rp-initiated-logout-no-state', {}, ''],
  ])('%s returns to the registered address, and the session has ended', async (_module, more, query) => {
    const signedIn = await signIn()
    const hint = signedIn.tokens.id_token ?? ''
    const page = await endSession(signedIn.browser, {
      id_token_hint: hint,
      post_logout_redirect_uri: bye,
      ...(more as object),
    })
    expect((await confirmed(signedIn.browser, page)).url.href).toBe(bye + query)
    expect(await isSignedIn(signedIn)).toBe(false)
  })

  test('oidcc-rp-initiated-logout-no-post-logout-redirect-uri signs out and says so', async () => {
    const signedIn = await signIn()
    const page = await endSession(signedIn.browser, { id_token_hint: signedIn.tokens.id_token ?? '', state })
    expect((await confirmed(signedIn.browser, page)).text).toContain('You are signed out')
    expect(await isSignedIn(signedIn)).toBe(false)
  })
})

describe('T-60 without it', () => {
  test.each([
    ['LO-04 oidcc-rp-initiated-logout-no-params', {}],
    ['LO-04 oidcc-rp-initiated-logout-only-state', { state }],
    ['LO-04 oidcc-rp-initiated-logout-no-id-token-hint', { post_logout_redirect_uri: '/bye', state }],
  ])('%s asks first, then signs out and says so, and leads nowhere', async (_module, parameters) => {
    const signedIn = await signIn()
    const absolute = Object.entries(parameters).map(([name, value]) => [name, value.replace('/bye', bye)])
    const page = await endSession(signedIn.browser, Object.fromEntries(absolute))
    expect(page.text).toContain('Sign out?')
    expect(await isSignedIn(signedIn)).toBe(true)
    expect((await signedIn.browser.submit(page, 'Sign out', {}, stopAt)).text).toContain('You are signed out')
    expect(await isSignedIn(signedIn)).toBe(false)
  })
})

describe('T-23 SC-12 a confirmation that no page of ours asked for signs nobody out', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const text = { 'content-type': 'text/plain' }
  const elsewhere = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
  const XSRF = 'the real proof'
  test.each<[string, { method?: string; headers?: Record<string, string>; body?: string }, number]>([
    ['a form of another site', { headers: { ...form, ...elsewhere }, body: 'logout=yes' }, 403],
    [
      'a form of another site that guesses the proof',
      { headers: { ...form, ...elsewhere }, body: 'logout=yes&xsrf=guess' },
      403,
    ],
    [
      'a form of another site that knows the proof',
      { headers: { ...form, ...elsewhere }, body: `logout=yes&xsrf=${XSRF}` },
      403,
    ],
    [
      'a form of a sibling host that knows the proof',
      { headers: { ...form, 'sec-fetch-site': 'same-site' }, body: `logout=yes&xsrf=${XSRF}` },
      403,
    ],
    [
      'a form of another site that knows the proof, in an old browser',
      { headers: { ...form, origin: 'https://evil.test' }, body: `logout=yes&xsrf=${XSRF}` },
      403,
    ],
    ['text of another site', { headers: { ...text, ...elsewhere }, body: '{"logout":"yes"}' }, 403],
    ['a link', { method: 'GET' }, 404],
    ['a form without proof, in an old browser', { headers: { ...form, origin: 'null' }, body: 'logout=yes' }, 400],
    [
      'a form that guesses the proof',
      { headers: { ...form, 'sec-fetch-site': 'same-origin' }, body: 'logout=yes&xsrf=guess' },
      400,
    ],
    [
      'text of our own',
      { headers: { ...text, 'sec-fetch-site': 'same-origin' }, body: `logout=yes&xsrf=${XSRF}` },
      400,
    ],
  ])('%s', async (_what, init, status) => {
    const signedIn = await signIn()
    const asked = await endSession(signedIn.browser, {})
    const body = init.body?.replace(XSRF, asked.formOf('Sign out').values.xsrf ?? '')
    const page = await signedIn.browser.open(`${origin}/auth/logout/confirm`, {
      method: 'POST',
      ...init,
      ...(body && { body }),
    })
    expect(page.status).toBe(status)
    expect(await isSignedIn(signedIn)).toBe(true)
    const headers = { ...form, origin, 'sec-fetch-site': 'same-origin' }
    const proof = new URLSearchParams((await endSession(signedIn.browser, {})).formOf('Sign out').values).toString()
    await signedIn.browser.open(`${origin}/auth/logout/confirm`, { method: 'POST', headers, body: proof })
    expect(await isSignedIn(signedIn)).toBe(false)
  })
})

async function forgedBySomebodyElse(token: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return new SignJWT(decodeJwt(token))
    .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'RS256' })
    .sign(privateKey)
}
/** As the suite does: with claims of its own, and the client's secret as the key. */
const signedBySecret = (token: string) =>
  new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secretOf('one')))
const REFUSED: Array<[string, (token: string) => Promise<Record<string, string>> | Record<string, string>]> = [
  [
    'LO-02 oidcc-rp-initiated-logout-bad-post-logout-redirect-uri an address that nobody registered',
    (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: 'https://evil.test/' }),
  ],
  [
    'LO-02 the address of another app',
    (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: `${origin}/elsewhere` }),
  ],
  [
    'LO-02 oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri a query added',
    (hint) => ({ id_token_hint: hint, post_logout_redirect_uri: `${bye}?foo=bar` }),
  ],
  [
    'LO-03 oidcc-rp-initiated-logout-modified-id-token-hint a hint changed to alg none',
    (hint) => {
      const head = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(hint), alg: 'none' })).toString('base64url')
      return { id_token_hint: `${head}.${hint.split('.')[1]}.`, post_logout_redirect_uri: bye }
    },
  ],
  [
    'LO-03 FC-82 oidcc-rp-initiated-logout-bad-id-token-hint a hint signed with the secret of the client',
    async (hint) => ({ id_token_hint: await signedBySecret(hint), post_logout_redirect_uri: bye, state }),
  ],
  [
    'LO-03 a hint signed by somebody else',
    async (hint) => ({ id_token_hint: await forgedBySomebodyElse(hint), post_logout_redirect_uri: bye }),
  ],
  [
    'LO-03 a hint of another issuer',
    async () => ({
      id_token_hint: (await signInElsewhere(world, 'fabrikam')).tokens.id_token ?? '',
      post_logout_redirect_uri: bye,
    }),
  ],
  ['LO-03 a hint that is none', () => ({ id_token_hint: 'garbage', post_logout_redirect_uri: bye })],
]
test.each(REFUSED)(
  'FC-83 T-60 %s redirects nowhere and signs nobody out; the page says why, and how to sign out here anyway',
  async (_case, parameters) => {
    const signedIn = await signIn()
    const page = await endSession(signedIn.browser, await parameters(signedIn.tokens.id_token ?? ''))
    expect([page.status, page.url.origin, page.headers.location]).toEqual([400, origin, undefined])
    expect(page.text).toMatch(/You are not signed out .*(not registered|could not show which sign-in)/)
    expect(await isSignedIn(signedIn)).toBe(true)
    const app = await givenStaticClient(world)
    const asked = await signedIn.browser.follow(page, 'Sign out here anyway')
    expect((await confirmed(signedIn.browser, asked)).text).toContain('You are signed out')
    expect(await isSignedIn({ browser: signedIn.browser, app })).toBe(false)
  },
)
