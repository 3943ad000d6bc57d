import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID, CONTOSO_DOMAIN, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { selfSignedCertificate } from '../../src/entra/keys/self-signed-certificate.ts'
import { appOnly, givenCode, givenEmulator, postToken, redemption } from '../given.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const der = selfSignedCertificate(own.publicKey, own.privateKey, 'jackfield', new Date(Date.now() - 60_000))
const thumbprint = (hash: string, of: Buffer = der) => createHash(hash).update(of).digest('base64url')
let m365: M365Emulator

beforeAll(async () => {
  m365 = await givenEmulator()
  m365
    .directory(CONTOSO_DIRECTORY_ID)
    .changeApplication(JACKFIELD_CLIENT_ID, { certificates: [{ certificate: der.toString('base64') }] })
})
afterAll(() => m365.close())

const endpoint = (tenant = CONTOSO_DIRECTORY_ID) => `${m365.origin}/${tenant}/oauth2/v2.0/token`
const seconds = () => Math.floor(Date.now() / 1000)

type Claims = Record<string, unknown>
function sign(key: KeyObject, header: Claims, claims: Claims): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ typ: 'JWT', alg: 'PS256', ...header } as never).sign(key)
}

const ownClaims = (): Claims => ({
  aud: endpoint(),
  iss: JACKFIELD_CLIENT_ID,
  sub: JACKFIELD_CLIENT_ID,
  jti: randomUUID(),
  nbf: seconds(),
  iat: seconds(),
  exp: seconds() + 300,
})
const ask = (client_assertion: string, more: Record<string, string | undefined> = {}) =>
  postToken(m365, appOnly({ client_secret: undefined, client_assertion_type: TYPE, client_assertion, ...more }))

describe('S26 a certificate instead of a secret', () => {
  test.each([
    ['PS256', { 'x5t#S256': thumbprint('sha256') }],
    ['RS256', { 'x5t#S256': thumbprint('sha256') }],
    ['RS256', { x5t: thumbprint('sha1') }],
    ['PS256', { x5t: thumbprint('sha1') }],
  ])('%s with %o is accepted, and the token says so with appidacr 2', async (alg, header) => {
    const answer = await ask(await sign(own.privateKey, { alg, ...header }, ownClaims()))
    expect(answer.code).toBeUndefined()
    expect(decodeJwt(String(answer.body.access_token))).toMatchObject({ appidacr: '2', roles: ['User.Read.All'] })
  })

  test('the audience may name the directory by its domain, and a code is redeemed with a certificate, too', async () => {
    const assertion = await sign(
      own.privateKey,
      { x5t: thumbprint('sha1') },
      { ...ownClaims(), aud: endpoint(CONTOSO_DOMAIN) },
    )
    const sent = { client_secret: undefined, client_assertion_type: TYPE, client_assertion: assertion }
    expect((await postToken(m365, redemption(await givenCode(m365), sent))).status).toBe(200)
  })

  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  test.each([
    [
      700027,
      'a certificate that is not registered',
      { 'x5t#S256': thumbprint('sha256', Buffer.from('other')) },
      {},
      own.privateKey,
    ],
    [700027, 'another key under the registered thumbprint', { x5t: thumbprint('sha1') }, {}, stranger.privateKey],
    [700027, 'no thumbprint', {}, {}, own.privateKey],
    [700027, 'an algorithm other than RS256 and PS256', { alg: 'RS512', x5t: thumbprint('sha1') }, {}, own.privateKey],
    [50048, 'a subject that is not the issuer', { x5t: thumbprint('sha1') }, { sub: randomUUID() }, own.privateKey],
    [700021, 'another client', { x5t: thumbprint('sha1') }, { iss: 'another', sub: 'another' }, own.privateKey],
    [
      700023,
      'an audience elsewhere',
      { x5t: thumbprint('sha1') },
      { aud: 'https://login.example/token' },
      own.privateKey,
    ],
    [700024, 'a time that is over', { x5t: thumbprint('sha1') }, { nbf: 1, exp: 2 }, own.privateKey],
    [
      700024,
      'a time to come',
      { x5t: thumbprint('sha1') },
      { nbf: seconds() + 3600, exp: seconds() + 4000 },
      own.privateKey,
    ],
    [50027, 'no end', { x5t: thumbprint('sha1') }, { exp: undefined }, own.privateKey],
  ])('AADSTS%i for %s', async (code, _name, header, claims, key) => {
    const answer = await ask(await sign(key, header, { ...ownClaims(), ...claims }))
    expect(answer.code).toBe(code)
  })

  test('a malformed assertion answers AADSTS50027, a missing type AADSTS900144, an expired certificate 700027', async () => {
    expect((await ask('nonsense')).code).toBe(50027)
    const assertion = await sign(own.privateKey, { x5t: thumbprint('sha1') }, ownClaims())
    expect((await ask(assertion, { client_assertion_type: undefined })).code).toBe(900144)
    const later = await givenEmulator()
    later
      .directory(CONTOSO_DIRECTORY_ID)
      .changeApplication(JACKFIELD_CLIENT_ID, { certificates: [{ certificate: der.toString('base64') }] })
    later.advanceTime(6 * 366 * 86_400_000)
    const asked = appOnly({ client_secret: undefined, client_assertion_type: TYPE, client_assertion: assertion })
    expect((await postToken(later, asked)).code).toBe(700027)
    await later.close()
  })

  test('a registration accepts RSA certificates only', () => {
    const change = () =>
      m365
        .directory(CONTOSO_DIRECTORY_ID)
        .changeApplication(JACKFIELD_CLIENT_ID, { certificates: [{ certificate: 'x' }] })
    expect(change).toThrow('must be an RSA certificate')
  })
})

describe('S26 workload identity federation: a token of another issuer', () => {
  const cluster = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const subject = 'system:serviceaccount:phones:sync'
  let issuer = ''
  let server: Server
  beforeAll(async () => {
    server = createServer(async ({ url }, response) => {
      response.setHeader('content-type', 'application/json')
      const keys = [{ ...(await exportJWK(cluster.publicKey)), kid: 'k1', use: 'sig', alg: 'RS256' }]
      response.end(JSON.stringify(url === '/keys' ? { keys } : { issuer, jwks_uri: `${issuer}/keys` }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const federatedCredentials = [{ name: 'cluster', issuer, subject }]
    m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, { federatedCredentials })
  })
  afterAll(() => server.close())

  const federated = (claims: Claims = {}, header: Claims = {}, key = cluster.privateKey) =>
    sign(
      key,
      { alg: 'RS256', kid: 'k1', ...header },
      { iss: issuer, sub: subject, aud: 'api://AzureADTokenExchange', iat: seconds(), exp: seconds() + 600, ...claims },
    )

  test('is accepted when issuer, subject and audience match exactly', async () => {
    expect((await ask(await federated())).status).toBe(200)
  })

  test.each([
    [700211, 'an issuer nobody named', { iss: 'https://elsewhere.example' }, {}],
    [700213, 'another subject', { sub: 'system:serviceaccount:phones:other' }, {}],
    [700213, 'the subject in another case', { sub: 'System:serviceaccount:phones:sync' }, {}],
    [700212, 'another audience', { aud: 'https://phone.example' }, {}],
    [50013, 'a key the issuer does not publish', {}, { kid: 'k2' }],
    [700024, 'a time that is over', { exp: 2 }, {}],
  ])('AADSTS%i for %s', async (code, _name, claims, header) => {
    expect((await ask(await federated(claims, header))).code).toBe(code)
  })

  test('a token issued by Entra itself is refused: AADSTS700222', async () => {
    expect((await ask(await federated({ iss: `${m365.origin}/${CONTOSO_DIRECTORY_ID}/v2.0` }))).code).toBe(700222)
  })

  test('a forged signature answers AADSTS50013; a switch selects the 2022 number of a mismatch', async () => {
    const forged = createPrivateKey(
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    )
    expect((await ask(await federated({}, {}, forged))).code).toBe(50013)
    m365.entra.federatedMismatch = 'one-code'
    const answer = await ask(await federated({ sub: 'x' }))
    m365.entra.federatedMismatch = 'by-part'
    expect({ code: answer.code, status: answer.status }).toEqual({ code: 70021, status: 400 })
  })

  test('an issuer that does not answer gives AADSTS50166', async () => {
    const gone = 'http://127.0.0.1:9'
    const federatedCredentials = [{ name: 'gone', issuer: gone, subject }]
    m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, { federatedCredentials })
    expect((await ask(await federated({ iss: gone }))).code).toBe(50166)
  })

  test('a registration holds at most 20 credentials, each pair of issuer and subject once', () => {
    const change = (federatedCredentials: { name: string; issuer: string; subject: string }[]) => () =>
      m365.directory(CONTOSO_DIRECTORY_ID).changeApplication(JACKFIELD_CLIENT_ID, { federatedCredentials })
    expect(change(Array.from({ length: 21 }, (_, n) => ({ name: `name-${n}`, issuer, subject: `s${n}` })))).toThrow()
    expect(change([1, 2].map((n) => ({ name: `name-${n}`, issuer, subject })))).toThrow('must be unique')
  })
})
