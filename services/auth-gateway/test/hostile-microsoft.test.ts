import { randomUUID } from 'node:crypto'
import { MALLORY } from '@jackfield/m365-emulator/demo/adatum'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import {
  ADATUM_DIRECTORY_ID,
  ADELE,
  CONTOSO_DIRECTORY_ID,
  givenApp,
  givenConnectedTenant,
  givenGateway,
  givenPerson,
  type World,
} from './given.ts'
import { givenClient, signIn, signInAt } from './oidc-client.ts'

type Tamper = Parameters<World['m365']['tamperNextIdToken']>[0]
let world: World
let tenantId: string

beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  world.registry.audits.length = 0
  tenantId = givenConnectedTenant(world, 'contoso').tenant.id
  givenPerson(world, tenantId)
})

/** NOSESSION: the browser holds nothing that signs it in, which a silent request proves. */
async function expectNoSession(browser: Browser) {
  expect(browser.cookies.some(({ name }) => name === '__Host-jackfield-session')).toBe(false)
  const app = await givenClient(world, 'contoso')
  const page = await browser.open((await app.begin({ prompt: 'none' })).url)
  expect(page.url.searchParams.get('error')).toBe('login_required')
  expect(world.registry.audits.some(({ outcome }) => outcome === 'success')).toBe(false)
}

async function signInWith(tamper: Tamper) {
  const browser = new Browser()
  const app = await givenClient(world, 'contoso')
  const page0 = await browser.open((await app.begin()).url)
  world.m365.tamperNextIdToken(tamper)
  const page = await browser.submit(page0, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' })
  return { browser, page }
}

const now = () => Math.floor(Date.now() / 1000)
const REFUSED: Array<[string, () => Tamper]> = [
  [
    'T-01 RP-01 oidcc-client-test-invalid-sig-rs256 signed with a key that is not published',
    () => ({ sign: 'unpublished-key' }),
  ],
  ['T-01 RP-01 with a broken signature', () => ({ sign: 'broken' })],
  ['T-01 RP-02 oidcc-client-test-idtoken-sig-none with alg none', () => ({ sign: 'none' })],
  ['T-01 RP-03 with HS256 keyed with the public PEM', () => ({ sign: 'hs256-public-pem' })],
  ['T-01 RP-03 with HS256 keyed with the JWK', () => ({ sign: 'hs256-jwk' })],
  ['T-02 signed with a published key of another issuer’s', () => ({ sign: 'personal-key' })],
  [
    'T-03 RP-07 oidcc-client-test-invalid-iss with a slash after the issuer',
    () => ({ claims: { iss: `${world.m365.origin}/${CONTOSO_DIRECTORY_ID}/v2.0/` } }),
  ],
  [
    'T-03 RP-07 with an upper-case issuer',
    () => ({ claims: { iss: `${world.m365.origin}/${CONTOSO_DIRECTORY_ID}/v2.0`.toUpperCase() } }),
  ],
  [
    'T-03 RP-07 with the issuer of another directory',
    () => ({ claims: { iss: `${world.m365.origin}/${ADATUM_DIRECTORY_ID}/v2.0` } }),
  ],
  [
    'T-03 RP-07 with another scheme',
    () => ({ claims: { iss: `${world.m365.origin.replace('http:', 'https:')}/${CONTOSO_DIRECTORY_ID}/v2.0` } }),
  ],
  ['T-03 RP-09 oidcc-client-test-missing-aud without audience', () => ({ claims: { aud: null } })],
  ['T-03 RP-09 oidcc-client-test-invalid-aud for another client', () => ({ claims: { aud: randomUUID() } })],
  [
    'T-03 RP-09 for two audiences without azp',
    () => ({ claims: { aud: ['2f6b1c1e-7d0a-4c55-9b0e-5a1f0c9d4e10', 'other'] } }),
  ],
  ['T-03 RP-09 with the azp of another client', () => ({ claims: { azp: randomUUID() } })],
  ['T-03 RP-10 without expiry', () => ({ claims: { exp: null } })],
  ['T-03 RP-10 that expired ten minutes ago', () => ({ claims: { exp: now() - 600 } })],
  ['T-03 oidcc-client-test-missing-iat without the time it was issued', () => ({ claims: { iat: null } })],
  ['T-03 issued in the future', () => ({ claims: { iat: now() + 600, nbf: now() - 10 } })],
  ['T-03 RP-12 oidcc-client-test-missing-sub without sub', () => ({ claims: { sub: null } })],
  ['T-03 RP-12 with an empty sub', () => ({ claims: { sub: '' } })],
  ['T-03 RP-12 with an endless sub', () => ({ claims: { sub: 'x'.repeat(256) } })],
  ['T-03 RP-12 with a number for sub', () => ({ claims: { sub: 7 } })],
  ['T-03 RP-13 without nonce', () => ({ claims: { nonce: null } })],
  ['T-03 RP-13 oidcc-client-test-nonce-invalid with another nonce', () => ({ claims: { nonce: 'somebody-else' } })],
  [
    'T-03 RP-14 oidcc-client-test-invalid-athash with a wrong at_hash',
    () => ({ claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }),
  ],
  ['T-04 without oid', () => ({ claims: { oid: null } })],
  ['T-04 with an oid that is no GUID', () => ({ claims: { oid: ADELE.userPrincipalName } })],
  ['T-05 with a tid that is no GUID', () => ({ claims: { tid: 'contoso' } })],
]

describe('an ID token is refused with 400 and leaves no session:', () => {
  test.each(REFUSED)('%s', async (_name, tamper) => {
    const { browser, page } = await signInWith(tamper())
    expect(page.status).toBe(400)
    expect(page.text).toContain('could not be accepted')
    expect(world.registry.audits).toMatchObject([{ action: 'sign-in', outcome: 'refused' }])
    await expectNoSession(browser)
    // A gateway that refuses everything would pass.
    expect((await signIn(world, 'contoso')).tokens.claims()?.tenant).toBe('contoso')
  })
})

test.each(['this', 'another'])(
  'T-03 RP-13 an ID token with the nonce of another pending login of %s browser is refused',
  async (whose) => {
    const browser = new Browser()
    const app = await givenClient(world, 'contoso')
    const other = await (whose === 'this' ? browser : new Browser()).open((await app.begin()).url)
    const page0 = await browser.open((await app.begin()).url)
    world.m365.tamperNextIdToken({ claims: { nonce: other.url.searchParams.get('nonce') } })
    const page = await browser.submit(page0, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' })
    expect(page.status).toBe(400)
    await expectNoSession(browser)
  },
)

test('the same sign-in, not tampered with, succeeds', async () => {
  expect((await signIn(world, 'contoso')).tokens.claims()?.tenant).toBe('contoso')
})

test('S5 Microsoft’s authentication methods are passed on', async () => {
  world.m365.tamperNextIdToken({ claims: { amr: ['pwd', 'mfa'] } })
  expect((await signIn(world, 'contoso')).tokens.claims()?.amr).toEqual(['pwd', 'mfa'])
})

test('T-05 RP-21 S10 a token of another directory, with that directory’s right issuer, gets 403 naming the expected organisation', async () => {
  const foreign = { tid: ADATUM_DIRECTORY_ID, iss: `${world.m365.origin}/${ADATUM_DIRECTORY_ID}/v2.0` }
  const { browser, page } = await signInWith({ claims: foreign })
  expect(page.status).toBe(403)
  expect(page.text).toContain('contoso <Ltd> (Head office)')
  expect(page.html).not.toContain('<Ltd>')
  expect(world.registry.audits).toMatchObject([
    { action: 'sign-in', outcome: 'refused', details: { reason: 'wrong-directory' } },
  ])
  await expectNoSession(browser)
  const again = await browser.follow(page, 'Use another account')
  expect(again.url.searchParams.get('prompt')).toBe('select_account')
})

test('T-05 a token with another tid alone gets the same 403', async () => {
  const { page } = await signInWith({ claims: { tid: ADATUM_DIRECTORY_ID } })
  expect(page.status).toBe(403)
})

test('T-04 RP-23 S47 a foreign directory’s user who carries the victim’s mail gets nothing of the victim’s, and is audited', async () => {
  const { account } = givenConnectedTenant(world, 'contoso', { directoryId: ADATUM_DIRECTORY_ID })
  const row = world.registry.tenantAt('contoso')
  givenPerson(world, row?.resolution.tenant.id ?? '') // the victim, of Contoso's directory
  const browser = new Browser()
  const app = await givenClient(world, 'contoso')
  const page = await signInAt(browser, (await app.begin()).url, MALLORY.userPrincipalName)
  expect(page.status).toBe(403)
  expect(page.text).toContain('You are not set up in the phone system yet')
  expect(world.registry.audits).toMatchObject([
    { outcome: 'refused', details: { reason: 'not-imported', directoryId: account.directoryId, objectId: MALLORY.id } },
  ])
  await expectNoSession(browser)
})

test('T-04 the mail, name and preferred_username of a token decide nothing', async () => {
  world.roster.people.length = 0
  const victim = givenPerson(world, tenantId, { objectId: randomUUID() })
  const { page } = await signInWith({
    claims: { email: victim.mail, preferred_username: victim.userPrincipalName, upn: victim.userPrincipalName },
  })
  expect(page.status).toBe(403)
  expect(page.text).toContain('not set up')
})

test('T-02 RP-17 a flood of tokens with unknown keys fetches the keys twice at most, and real people still sign in', async () => {
  const before = world.m365.requests.count('GET /:tenant/discovery/v2.0/keys')
  const statuses: number[] = []
  for (let round = 0; round < 10; round++) {
    statuses.push((await signInWith({ header: { kid: randomUUID() }, sign: 'unpublished-key' })).page.status)
  }
  expect(new Set(statuses)).toEqual(new Set([400]))
  expect(world.m365.requests.count('GET /:tenant/discovery/v2.0/keys') - before).toBeLessThanOrEqual(2)
  expect((await signIn(world, 'contoso')).tokens.claims()?.tenant).toBe('contoso')
})
