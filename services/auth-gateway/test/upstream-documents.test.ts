import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser } from './browser.ts'
import { ADATUM_DIRECTORY_ID, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { type HostileUpstream, makeKey, signWith, startHostileUpstream } from './hostile-upstream.ts'
import { givenClient } from './oidc-client.ts'

/* What discovery, keys and the token endpoint may say, and what becomes of a sign-in when they say something else. */

let upstream: HostileUpstream
let world: World
/** An origin that nobody configured, and what it was asked. */
const elsewhere = { origin: '', requests: [] as string[], close: () => {} }
beforeAll(async () => {
  upstream = await startHostileUpstream()
  world = await givenGateway({ microsoft: upstream.origin })
  givenApp(world, 'web-client')
  const server = createServer((request, response) => {
    elsewhere.requests.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  elsewhere.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  elsewhere.close = () => void server.close()
})
afterAll(async () => {
  await world.close()
  upstream.close()
  elsewhere.close()
})
beforeEach(() => {
  upstream.behave()
  upstream.keys = [makeKey()]
  elsewhere.requests.length = 0
  upstream.tokenRequests.length = 0
  connect()
})

/** A registration whose discovery document and keys are not cached yet. */
function connect() {
  world.registry.audits.length = 0
  world.roster.people.length = 0
  const { tenant } = givenConnectedTenant(world, 'contoso', { clientId: randomUUID() })
  givenPerson(world, tenant.id)
}

async function attempt() {
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  const page = await new Browser().open(login.url)
  return { app, login, page }
}

async function expectSignedIn() {
  const { app, login, page } = await attempt()
  expect([page.status, page.text]).toEqual([0, ''])
  expect((await app.redeem(page.url, login)).claims()?.tenant).toBe('contoso')
}

async function expectRefused(status: number, reason: string) {
  const { page } = await attempt()
  expect([page.status, world.registry.audits.at(-1)?.details?.reason]).toEqual([status, reason])
  return page
}

describe('T-121 a discovery document', () => {
  test.each([
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'userinfo_endpoint',
    'end_session_endpoint',
    'device_authorization_endpoint',
  ])('whose %s is on another origin ends the sign-in, and nothing is sent there', async (endpoint) => {
    upstream.metadata = { [endpoint]: `${elsewhere.origin}/x` }
    const page = await expectRefused(502, 'foreign_endpoint')
    expect(page.text).toContain('needs your administrator')
    expect(page.text).toContain('leads to an address elsewhere, so nothing was sent there')
    expect([elsewhere.requests, upstream.tokenRequests]).toEqual([[], []])
    upstream.behave()
    await expectSignedIn()
  })

  test.each([
    ['another port', () => upstream.origin.replace(/\d+$/, '1')],
    ['another scheme', () => upstream.origin.replace('http:', 'https:')],
    ['the origin as user information', () => `${upstream.origin.replace('http://', 'http://login@')}1`],
    ['no address', () => 'token'],
    ['a number', () => 7],
  ])('whose token endpoint has %s is refused', async (_what, origin) => {
    upstream.metadata = { token_endpoint: typeof origin() === 'number' ? 7 : `${origin()}/token` }
    const { page } = await attempt()
    expect(page.status).toBe(502)
    expect(upstream.tokenRequests).toEqual([])
  })
})

describe('T-121 a key that names an issuer', () => {
  const template = (directory = '{tenantid}') => `${upstream.origin}/${directory}/v2.0`

  test.each([
    ['by the template of all directories', () => template()],
    ['by that in other letters', () => template('{tenantId}')],
    ['by itself', () => upstream.issuer],
  ])('signs for this one where it names it %s', async (_how, issuer) => {
    upstream.keys = [{ ...makeKey(), issuer: issuer() }]
    await expectSignedIn()
  })

  test.each([
    ['of another directory', () => template(ADATUM_DIRECTORY_ID)],
    ['of personal accounts', () => template('9188040d-6c67-4c5b-b112-36a304b66dad')],
    ['of another host', () => `${elsewhere.origin}/{tenantid}/v2.0`],
    ['that is none', () => ''],
  ])('%s does not, and its neighbours still do', async (_whose, issuer) => {
    const foreign = { ...makeKey(), issuer: issuer() }
    upstream.keys = [makeKey(), foreign]
    await expectSignedIn()
    upstream.idToken = (claims) => signWith(foreign, claims)
    await expectRefused(400, 'rejected: ERR_JWKS_NO_MATCHING_KEY')
    upstream.behave()
    await expectSignedIn()
  })
})

describe('FC-87 T-02 a key that is newer than the last fetch', () => {
  const keyRequests = () => upstream.requests.filter((line) => line === 'GET /keys').length

  test('is fetched once, also within ten seconds', async () => {
    await expectSignedIn()
    const before = keyRequests()
    upstream.keys = [makeKey()]
    await expectSignedIn()
    await expectSignedIn()
    expect(keyRequests() - before).toBe(1)
  })

  test('is fetched once for all who come at the same moment, and nobody is refused', async () => {
    await expectSignedIn()
    const before = keyRequests()
    upstream.keys = [makeKey()]
    await Promise.all(Array.from({ length: 8 }, expectSignedIn))
    expect(keyRequests() - before).toBe(1)
  })
})

const token = { access_token: 'x', token_type: 'Bearer', expires_in: 3600 }
const unsigned = (payload: string) => `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.${payload}.c2ln`
const NONSENSE: ReadonlyArray<[string, { status?: number; type?: string; body: string }]> = [
  ['no JSON', { body: '<html>' }],
  ['a page', { type: 'text/html', body: '<html>' }],
  ['nothing', { body: '' }],
  ['nothing with 204', { status: 204, body: '' }],
  ['null', { body: 'null' }],
  ['a list', { body: '[]' }],
  ['a text', { body: '"x"' }],
  ['an empty object', { body: '{}' }],
  ['a number for keys and tokens', { body: '{"keys":7,"access_token":7,"token_type":"Bearer"}' }],
  ['numbers in place of keys', { body: '{"keys":[7]}' }],
  ['half a document', { body: '{"access_token":"x","token_' }],
  ['a redirect', { status: 302, body: '' }],
  ['a page with 500', { status: 500, type: 'text/html', body: '<html>' }],
]
const OF_TOKEN: typeof NONSENSE = [
  ['no ID token', { body: JSON.stringify(token) }],
  ['a number for the ID token', { body: JSON.stringify({ ...token, id_token: 7 }) }],
  ['an ID token that is none', { body: JSON.stringify({ ...token, id_token: 'x' }) }],
  ['an ID token of two parts', { body: JSON.stringify({ ...token, id_token: 'e30.e30' }) }],
  ['an ID token whose content is no JSON', { body: JSON.stringify({ ...token, id_token: unsigned('eA') }) }],
  ['an ID token whose content is a list', { body: JSON.stringify({ ...token, id_token: unsigned('W10') }) }],
  ['a text for the lifetime', { body: JSON.stringify({ ...token, expires_in: 'soon', id_token: 'x' }) }],
  ['no token type', { body: JSON.stringify({ access_token: 'x', id_token: 'x' }) }],
  ['another token type', { body: JSON.stringify({ ...token, token_type: 'mac', id_token: 'x' }) }],
]

describe('FC-58 nonsense is a wrong answer of Microsoft’s, 502:', () => {
  test.each([
    ...NONSENSE.map((each) => ['discovery', /openid-configuration$/, ...each] as const),
    ...NONSENSE.map((each) => ['the keys', /\/keys$/, ...each] as const),
    ...[...NONSENSE, ...OF_TOKEN].map((each) => ['the token endpoint', /\/token$/, ...each] as const),
  ])('from %s (%s), %s', async (_where, on, _what, answer) => {
    upstream.nonsense = { on, ...answer }
    const page = await expectRefused(502, 'malformed')
    expect(page.text).toContain('Try again')
    upstream.behave()
    await expectSignedIn()
  })
})
