import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CatalogueApp } from '@jackfield/contract/internal/internal-api'
import { decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, fetchLocally, send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { oauthErrorOf, passMicrosoft } from './oidc-client.ts'

let world: World
let origin: string
beforeAll(async () => {
  world = await givenGateway()
  origin = world.originOf('contoso')
})
afterAll(() => world.close())
beforeEach(() => {
  world.registry.apps.length = 0
  world.roster.people.length = 0
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
})

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url')
const newSecret = () => randomBytes(32).toString('base64url')
type Method = CatalogueApp['tokenEndpointAuthMethod']

/** A server app of the catalogue, and the library with which it authenticates. */
async function givenServer(tokenEndpointAuthMethod: Method, more: Partial<CatalogueApp> = {}) {
  const secret = newSecret()
  const keys = await generateKeyPair('ES256')
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kty: 'EC' as const, kid: 'one' }] }
  givenApp(world, 'portal', {
    kind: 'server',
    tokenEndpointAuthMethod,
    secretHashes: [hashOf(secret)],
    ...(tokenEndpointAuthMethod === 'private_key_jwt' && { jwks }),
    ...more,
  })
  const authenticate = {
    none: client.None(),
    client_secret_basic: client.ClientSecretBasic(secret),
    client_secret_post: client.ClientSecretPost(secret),
    private_key_jwt: client.PrivateKeyJwt({ key: keys.privateKey, kid: 'one' }),
  }[tokenEndpointAuthMethod]
  return { secret, jwks, configuration: await discover(authenticate) }
}

const discover = (authenticate: client.ClientAuth) =>
  client.discovery(new URL(`${origin}/auth`), 'portal', undefined, authenticate, {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
    [client.customFetch]: fetchLocally as client.CustomFetch,
  })

/** The address to which Adele is sent after she has signed in, without PKCE. */
async function askForCode(configuration: client.Configuration, more: Record<string, string> = {}): Promise<URL> {
  const question = { redirect_uri: `${origin}/callback`, scope: 'openid', ...more }
  const browser = new Browser()
  const opened = await browser.open(client.buildAuthorizationUrl(configuration, question))
  const page = opened.status === 0 ? opened : await passMicrosoft(browser, opened)
  if (more.response_mode !== 'form_post') return page.url
  const { action, values } = page.formOf('Continue')
  return new URL(`${action}?${new URLSearchParams(values)}`)
}

const redeem = (configuration: client.Configuration, answer: URL) =>
  client.authorizationCodeGrant(configuration, answer, { idTokenExpected: true })

/** The error of a redemption that is refused; one of a client that used the header comes with a challenge. */
async function errorOf(redemption: Promise<unknown>): Promise<string | undefined> {
  const error = await redemption.catch((thrown: unknown) => thrown)
  return error instanceof client.WWWAuthenticateChallengeError
    ? error.cause[0]?.parameters.error
    : oauthErrorOf(Promise.reject(error))
}

const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const
const MATRIX = METHODS.flatMap((method) =>
  (['RS256', 'ES256'] as const).flatMap((alg) =>
    (['query', 'form_post'] as const).map((mode) => [method, alg, mode] as const),
  ),
)

test.each(MATRIX)(
  'S79 FC-80 FC-81 openid-client 6 signs a server app in by %s, with ID tokens of %s and answers by %s, without PKCE',
  async (method, alg, mode) => {
    const { configuration } = await givenServer(method, { idTokenSignedResponseAlg: alg })
    const tokens = await redeem(configuration, await askForCode(configuration, { response_mode: mode }))
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg })
    expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: 'ES256' })
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
    expect(refreshed.claims()?.sub).toBe(tokens.claims()?.sub)
  },
)

describe('FC-81 a secret', () => {
  test.each(['client_secret_basic', 'client_secret_post'] as const)(
    'T-135 that is wrong is 401 invalid_client for %s, and uses no code up',
    async (method) => {
      const { configuration } = await givenServer(method)
      const answer = await askForCode(configuration)
      const wrong = await discover(
        method === 'client_secret_basic' ? client.ClientSecretBasic(newSecret()) : client.ClientSecretPost(newSecret()),
      )
      expect(await errorOf(redeem(wrong, answer))).toBe('invalid_client')
      expect(await errorOf(redeem(await discover(client.None()), answer))).toBe('invalid_client')
      expect((await redeem(configuration, answer)).id_token).toBeDefined()
    },
  )

  test('works beside a second one, and no longer once it is deleted', async () => {
    const { secret, configuration } = await givenServer('client_secret_basic')
    const other = newSecret()
    const [app] = world.registry.apps as [CatalogueApp]
    app.secretHashes.push(hashOf(other))
    const others = await discover(client.ClientSecretBasic(other))
    for (const each of [configuration, others]) expect(await redeem(each, await askForCode(each))).toBeDefined()
    app.secretHashes = [hashOf(other)]
    expect(await errorOf(redeem(configuration, await askForCode(others)))).toBe('invalid_client')
    expect(JSON.stringify(world.registry.apps)).not.toContain(secret)
  })

  test('of an app that has none yet does not exist: even an empty one is refused', async () => {
    await givenServer('client_secret_post', { secretHashes: [] })
    const answer = await askForCode(await discover(client.ClientSecretPost('x')))
    for (const secret of ['', 'sha256', ' ', 'undefined']) {
      const configuration = await discover(client.ClientSecretPost(secret || 'x'))
      expect(await errorOf(redeem(configuration, answer))).toBe('invalid_client')
    }
  })
})

describe('FC-81 a key', () => {
  test('that the app publishes at jwksUri is accepted, another is invalid_client', async () => {
    const keys = await generateKeyPair('RS256')
    const published = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'published', alg: 'RS256', use: 'sig' }] }
    const server = createServer((_request, response) =>
      response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify(published)),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
    const { configuration: stranger } = await givenServer('private_key_jwt', { jwks: undefined, jwksUri } as never)
    const own = await discover(client.PrivateKeyJwt({ key: keys.privateKey, kid: 'published' }))
    const answer = await askForCode(own)
    expect(await errorOf(redeem(stranger, answer))).toBe('invalid_client')
    expect((await redeem(own, answer)).id_token).toBeDefined()
    server.close()
  })
})

test('S79 PKCE is demanded of a public app, and checked for a server app that sends a challenge', async () => {
  givenApp(world, 'public')
  const query = { client_id: 'public', redirect_uri: `${origin}/callback`, response_type: 'code', scope: 'openid' }
  const refused = await send(`${origin}/auth/authorize?${new URLSearchParams(query)}`)
  expect(new URL(refused.headers.location ?? '').searchParams.get('error')).toBe('invalid_request')

  const { configuration } = await givenServer('client_secret_basic')
  const challenge = await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier())
  const answer = await askForCode(configuration, { code_challenge: challenge, code_challenge_method: 'S256' })
  expect(await errorOf(redeem(configuration, answer))).toBe('invalid_grant')
})

test('S79 the gateway signs a confidential frontend in by cookie, too: the code is never redeemed', async () => {
  await givenServer('client_secret_basic')
  const browser = new Browser()
  const page = await passMicrosoft(browser, await browser.open(`${origin}/auth/signin?app=portal&returnTo=/`))
  expect(page.url.origin).toBe(origin)
  expect((await browser.open(`${origin}/auth/session`)).status).toBe(200)
})
