import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'

/* What userinfo takes for an access token, and introspection calls one. */

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

type SignedIn = Awaited<ReturnType<typeof signIn>>
const userinfo = (token: string) => send(`${origin}/auth/userinfo`, { headers: { authorization: `Bearer ${token}` } })

async function expectTaken({ app }: SignedIn, token: string) {
  expect((await userinfo(token)).status).toBe(200)
  expect(await client.tokenIntrospection(app.configuration, token)).toMatchObject({ active: true })
}
async function expectRefused({ app }: SignedIn, token: string) {
  const answer = await userinfo(token)
  expect(answer.status).toBe(401)
  expect(answer.headers['www-authenticate']).toMatch(/^Bearer .*error="invalid_token"/)
  expect(JSON.parse(answer.text)).toEqual({ error: 'invalid_token', error_description: 'invalid token provided' })
  expect(await client.tokenIntrospection(app.configuration, token)).toEqual({ active: false })
}

/** As our own key would sign it: what is wrong is what the test changes. */
async function signedByUs(token: string, claims: JWTPayload = {}, header: Record<string, unknown> = {}) {
  const key = (await world.keys()).tokenKeys.find(({ alg }) => alg === 'ES256') as JWK
  const { alg = '', ...named } = { ...decodeProtectedHeader(token), alg: 'ES256', kid: key.kid, ...header }
  return new SignJWT({ ...decodeJwt(token), ...claims })
    .setProtectedHeader({ alg, ...named })
    .sign(await importJWK(key, 'ES256'))
}

test('T-33 TE-16 without a token the answer asks for one, and no more', async () => {
  const { status, headers, text } = await send(`${origin}/auth/userinfo`)
  expect([status, JSON.parse(text)]).toEqual([
    401,
    { error: 'invalid_token', error_description: 'no access token provided' },
  ])
  // Without an error: there was nothing to be wrong (RFC 6750 3.1).
  expect(headers['www-authenticate']).toMatch(/^Bearer realm="[^"]+", DPoP /)
})

test('T-33 TE-16 a token that has expired or was revoked is refused, and garbage', async () => {
  const signedIn = await signIn(world, 'contoso')
  const { access_token: token } = signedIn.tokens
  for (const garbage of ['garbage', 'a.b.c', `${token}x`, token.slice(0, -1)]) await expectRefused(signedIn, garbage)
  await expectTaken(signedIn, token)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 })
  try {
    await expectRefused(signedIn, token)
  } finally {
    vi.useRealTimers()
  }
  await expectTaken(signedIn, token)
  await client.tokenRevocation(signedIn.app.configuration, token)
  await expectRefused(signedIn, token)
})

test('T-33 TE-16 TE-20 a token of another tenant is refused', async () => {
  givenPerson(world, givenConnectedTenant(world, 'fabrikam').tenant.id)
  const foreign = (await signIn(world, 'fabrikam')).tokens.access_token
  await expectRefused(await signIn(world, 'contoso'), foreign)
})

test('T-33 TE-17 an ID token is no access token, even one that is signed as if it were', async () => {
  const signedIn = await signIn(world, 'contoso')
  const { id_token: idToken = '' } = signedIn.tokens
  await expectRefused(signedIn, idToken)
  await expectRefused(signedIn, await signedByUs(idToken, {}, { typ: 'at+jwt' }))
})

describe('T-33 a token of another kind that the gateway signed is refused', () => {
  const elsewhere = 'https://evil.test'
  test.each<[string, JWTPayload, Record<string, unknown>]>([
    ['TE-16 when it names another issuer', { iss: elsewhere }, {}],
    ['TE-16 when its time is over', { exp: Math.floor(Date.now() / 1000) - 10 }, {}],
    ['TE-16 when it has no end', { exp: undefined }, {}],
    ['TE-16 when it rests on no grant', { grant: undefined }, {}],
    ['TE-16 when its grant is gone', { grant: 'x'.repeat(43) }, {}],
    ['TE-20 when it is for another resource', { aud: elsewhere }, {}],
    ['TE-20 when it is for the phone API alone', { aud: 'PHONE-API' }, {}],
    ['TE-20 when it is for nobody', { aud: undefined }, {}],
    ['TE-21 when it says to be another kind of token', {}, { typ: 'JWT' }],
    ['TE-21 when it does not say what it is', {}, { typ: undefined }],
    ['TE-21 when its key has another name', {}, { kid: 'foreign' }],
  ])('%s', async (_when, claims, header) => {
    const signedIn = await signIn(world, 'contoso')
    const { access_token: good } = signedIn.tokens
    await expectTaken(signedIn, await signedByUs(good))
    await expectRefused(
      signedIn,
      await signedByUs(good, claims.aud === 'PHONE-API' ? { aud: `${origin}/phone-api` } : claims, header),
    )
  })
})

test('T-33 TE-21 a token with an edited header is refused, with its signature or without', async () => {
  const signedIn = await signIn(world, 'contoso')
  const { access_token: good } = signedIn.tokens
  const [, payload = '', signature = ''] = good.split('.')
  for (const change of [
    { alg: 'none' },
    { alg: 'HS256' },
    { kid: 'foreign' },
    { typ: 'JWT' },
    { jku: `${origin}/auth/jwks` },
  ]) {
    const edited = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(good), ...change })).toString('base64url')
    await expectRefused(signedIn, `${edited}.${payload}.${signature}`)
    await expectRefused(signedIn, `${edited}.${payload}.`)
  }
})

test('T-33 TE-21 a token by another key is refused, and its key address is not fetched', async () => {
  const asked: string[] = []
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'foreign', alg: 'ES256', use: 'sig' }
  const thief = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }))
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  thief.listen(0, '127.0.0.1', resolve)
  await promise
  const jku = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/jwks`

  const signedIn = await signIn(world, 'contoso')
  const { access_token: good } = signedIn.tokens
  const { kid } = decodeProtectedHeader(good)
  for (const header of [
    { kid },
    { kid: 'foreign' },
    { kid: 'foreign', jku },
    { kid: 'foreign', jwk },
    { kid: 'foreign', x5u: jku },
  ]) {
    const forged = new SignJWT(decodeJwt(good)).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header } as never)
    await expectRefused(signedIn, await forged.sign(privateKey))
  }
  expect(asked).toEqual([])
  thief.close()
})

test('T-33 TE-21 a token whose MAC is keyed with our public key is refused', async () => {
  const signedIn = await signIn(world, 'contoso')
  const { access_token: good } = signedIn.tokens
  const { keys } = JSON.parse((await send(`${origin}/auth/jwks`)).text)
  const [jwk] = keys as [JWK & { kid: string }]
  const key = createPublicKey({ key: jwk as never, format: 'jwk' })
  const pem = String(key.export({ format: 'pem', type: 'spki' }))
  for (const secret of [
    JSON.stringify(jwk),
    pem,
    `\n${pem}`,
    pem.trimEnd(),
    key.export({ format: 'der', type: 'spki' }),
  ]) {
    const forged = new SignJWT(decodeJwt(good)).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: jwk.kid })
    await expectRefused(signedIn, await forged.sign(Buffer.from(secret)))
  }
})
