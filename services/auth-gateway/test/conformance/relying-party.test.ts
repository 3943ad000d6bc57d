import { createPublicKey, randomUUID } from 'node:crypto'
import { JACKFIELD_CLIENT_SECRET } from '@jackfield/m365-emulator/demo/contoso'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Browser } from '../browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from '../given.ts'
import { type HostileUpstream, macWith, makeKey, signWith, startHostileUpstream, toJwk } from '../hostile-upstream.ts'
import { givenClient } from '../oidc-client.ts'

/* Modules of the relying-party plans that need another upstream than the emulator; the others are in ../hostile-microsoft.test.ts. */

let upstream: HostileUpstream
let world: World
beforeAll(async () => {
  upstream = await startHostileUpstream()
  world = await givenGateway({ microsoft: upstream.origin })
  givenApp(world, 'web-client')
})
afterAll(async () => {
  await world.close()
  upstream.close()
})
beforeEach(() => {
  upstream.behave()
  upstream.keys = [makeKey()]
  world.registry.audits.length = 0
  world.roster.people.length = 0
  // Discovery and keys are cached for each registration: this one is new.
  givenPerson(world, givenConnectedTenant(world, 'contoso', { clientId: randomUUID() }).tenant.id)
})

async function attempt() {
  const browser = new Browser()
  const app = await givenClient(world, 'contoso')
  const login = await app.begin()
  const page = await browser.open(login.url)
  return { browser, app, login, page }
}

async function expectSignedIn() {
  const { app, login, page } = await attempt()
  expect([page.status, page.text]).toEqual([0, ''])
  expect((await app.redeem(page.url, login)).claims()?.tenant).toBe('contoso')
}

/** NOSESSION, and the failure is on record. */
async function expectRefused(
  { browser, page }: Awaited<ReturnType<typeof attempt>>,
  status = 400,
  reason: RegExp = /^rejected/,
) {
  expect(page.status).toBe(status)
  expect(browser.cookies.some(({ name }) => name === '__Host-jackfield-session')).toBe(false)
  const silent = await browser.open((await (await givenClient(world, 'contoso')).begin({ prompt: 'none' })).url)
  expect(silent.url.searchParams.get('error')).toBe('login_required')
  expect(world.registry.audits).toMatchObject([
    { outcome: 'refused', details: { reason: expect.stringMatching(reason) } },
  ])
  world.registry.audits.length = 0
}

/** A good sign-in before and after: so that a gateway that refuses everything fails. */
async function refusedBetweenGoodOnes(spoil: () => void, ...expected: [status?: number, reason?: RegExp]) {
  world.registry.audits.length = 0
  await expectSignedIn()
  await expect.poll(() => world.registry.audits.length).toBe(1)
  world.registry.audits.length = 0
  spoil()
  await expectRefused(await attempt(), ...expected)
  upstream.behave()
  await expectSignedIn()
}

test('oidcc-client-test a code is redeemed once, the ID token is verified, and no other request is made', async () => {
  upstream.requests.length = 0
  await expectSignedIn()
  expect(upstream.requests).toEqual([
    `GET ${new URL(upstream.issuer).pathname}/.well-known/openid-configuration`,
    'GET /authorize',
    'POST /token',
    'GET /keys',
  ])
})

test('T-10 oidcc-client-test-nonce-unless-code-flow every sign-in has a new nonce of 256 bits or more', async () => {
  const nonces = new Set<string>()
  for (let round = 0; round < 3; round++) {
    const { browser } = await attempt()
    const asked = browser.visited.find((url) => url.startsWith(`${upstream.origin}/authorize`)) ?? ''
    nonces.add(new URL(asked).searchParams.get('nonce') ?? '')
  }
  expect([...nonces].filter((nonce) => /^[\w-]{43,}$/.test(nonce))).toHaveLength(3)
})

describe('T-01 the key of an ID token', () => {
  test('RP-15 oidcc-client-test-kid-absent-single-jwks without a kid, the only published key is used', async () => {
    upstream.idToken = (claims) => signWith(upstream.keys[0] as never, claims, { kid: undefined })
    await expectSignedIn()
    upstream.behave()
    const foreign = makeKey()
    await refusedBetweenGoodOnes(() => {
      upstream.idToken = (claims) => signWith(foreign, claims, { kid: undefined })
    })
  })

  test('RP-15 oidcc-client-test-kid-absent-multiple-jwks without a kid, none of several published keys is used', async () => {
    upstream.keys = [makeKey(), makeKey()]
    await refusedBetweenGoodOnes(() => {
      upstream.idToken = (claims) => signWith(upstream.keys[0] as never, claims, { kid: undefined })
    })
  })

  test('oidcc-client-test-idtoken-sig-rs256 RS256 by the published key is taken', expectSignedIn)

  test('T-01 RP-04 oidcc-client-test-invalid-sig-es256 ES256 is refused though its key is published, and its signature right', async () => {
    const elliptic = makeKey('ES256')
    upstream.keys = [makeKey(), elliptic]
    await refusedBetweenGoodOnes(() => {
      upstream.idToken = (claims) => signWith(elliptic, claims)
    })
  })

  const pem = () => String(upstream.keys[0]?.publicKey.export({ format: 'pem', type: 'spki' }))
  const FORMS: Array<[string, () => string | Buffer]> = [
    ['the PEM text of the public key', pem],
    ['the PEM after a line break', () => `\n${pem()}`],
    ['the PEM without its last line break', () => pem().trimEnd()],
    ['the PKCS#1 PEM', () => String(createPublicKey(pem()).export({ format: 'pem', type: 'pkcs1' }))],
    ['its DER', () => upstream.keys[0]?.publicKey.export({ format: 'der', type: 'spki' }) as Buffer],
    ['its JWK as JSON', () => JSON.stringify(toJwk(upstream.keys[0] as never))],
    ['the client secret', () => JACKFIELD_CLIENT_SECRET],
  ]
  test.each(FORMS)(
    'RP-03 oidcc-client-test-invalid-sig-hs256 HS256 keyed with %s is refused',
    async (_form, secret) => {
      await refusedBetweenGoodOnes(() => {
        upstream.idToken = (claims) => macWith(secret(), upstream.keys[0] as never, claims)
      })
    },
  )
})

describe('T-02 T-03 discovery', () => {
  test('oidcc-client-test-discovery-openid-config oidcc-client-test-discovery-jwks-uri-keys endpoints and keys are where the document says', async () => {
    upstream.metadata = { jwks_uri: `${upstream.origin}/keys/elsewhere` }
    upstream.requests.length = 0
    await expectSignedIn()
    expect(upstream.requests.filter((line) => line.includes('/keys'))).toEqual(['GET /keys/elsewhere'])
  })

  test.each([
    [
      'another issuer',
      () => ({ issuer: 'https://evil.test/v2.0', authorization_endpoint: 'https://evil.test/authorize' }),
    ],
    ['a slash more', () => ({ issuer: `${upstream.issuer}/` })],
    ['the issuer of another directory', () => ({ issuer: upstream.issuer.replace('/v2.0', '0/v2.0') })],
    ['no issuer', () => ({ issuer: undefined })],
    ['no authorization endpoint', () => ({ authorization_endpoint: undefined })],
  ])(
    'RP-19 oidcc-client-test-discovery-issuer-mismatch a document with %s ends the sign-in, is audited, and is not cached',
    async (_what, change) => {
      upstream.metadata = change()
      const refused = await attempt()
      expect(refused.browser.visited.filter((url) => url.includes('evil'))).toEqual([])
      await expectRefused(refused, 502, /^malformed/)
      upstream.behave()
      await expectSignedIn()
    },
  )

  test('RP-17 oidcc-client-test-signing-key-rotation keys that change between two sign-ins', async () => {
    const moveOn = stopClock()
    await expectSignedIn()
    upstream.keys = [makeKey()]
    moveOn(10)
    await expectSignedIn()
  })

  test('RP-17 oidcc-client-test-signing-key-rotation-just-before-signing keys that change after discovery', async () => {
    upstream.beforeSigning = async () => {
      upstream.keys = [makeKey()]
      upstream.beforeSigning = async () => {}
    }
    await expectSignedIn()
  })

  test('RP-17 T-02 200 tokens with unknown kids fetch the keys once, in the next ten seconds twice, and real sign-ins work', async () => {
    const moveOn = stopClock()
    await expectSignedIn()
    const foreign = makeKey()
    upstream.requests.length = 0
    const keyRequests = () => upstream.requests.filter((line) => line === 'GET /keys').length
    upstream.idToken = (claims) => signWith(foreign, claims, { kid: randomUUID() })
    const app = await givenClient(world, 'contoso')
    let left = 200
    const forge = async () => {
      while (left-- > 0) expect((await new Browser().open((await app.begin()).url)).status).toBe(400)
    }
    await Promise.all(Array.from({ length: 10 }, forge))
    expect(keyRequests()).toBe(1)
    moveOn(10)
    left = 20
    await forge()
    expect(keyRequests()).toBe(3)
    upstream.behave()
    await expectSignedIn()
    expect(keyRequests()).toBe(3)
  })

  /** Stops `Date`, by which the OpenID Connect client times the cooldown of key requests, and moves it by seconds. */
  function stopClock(): (seconds: number) => void {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    return (seconds) => void vi.setSystemTime(Date.now() + seconds * 1_000)
  }
})

describe('RP-25 T-04 userinfo and Graph', () => {
  test('oidcc-client-test-userinfo-invalid-sub that name somebody else are not requested: the ID token alone identifies', async () => {
    upstream.requests.length = 0
    await expectSignedIn()
    expect(upstream.requests.some((line) => line.includes('userinfo') || line.includes('/me'))).toBe(false)
    await expect
      .poll(() => world.registry.audits.at(-1))
      .toMatchObject({ outcome: 'success', actor: `phone-user:${world.roster.people[0]?.id}` })
  })
})
