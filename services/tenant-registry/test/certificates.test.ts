import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { M365Emulator } from '@jackfield/m365-emulator/emulator'
import { selfSignedCertificate } from '@jackfield/m365-emulator/entra/keys/self-signed-certificate'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { givenDirectory, startMicrosoft } from './emulated-directory.ts'
import { BASE_URL, guid, platform, type Registry, service, startRegistry } from './registry.ts'

let registry: Registry
let m365: M365Emulator
let tenantId: string
beforeAll(async () => {
  m365 = await startMicrosoft()
  registry = await startRegistry({ MICROSOFT_LOGIN_URL: m365.origin, MICROSOFT_GRAPH_URL: m365.origin })
  tenantId = await registry.givenTenant()
})
afterAll(async () => {
  await registry.close()
  await m365.close()
})

function aCertificate(from = new Date(), modulusLength = 2_048) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  const der = selfSignedCertificate(publicKey, privateKey, 'phone', from)
  const certificate = `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----`
  return { certificate, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}
const path = (id: string, rest = '') => `/api/v1/tenants/${tenantId}/microsoft-accounts/${id}${rest}`
const put = (id: string, body: object) =>
  registry.call(platform, 'PUT', path(id, '/credential'), { type: 'certificate', ...body })
const connection = async (id: string) =>
  (await registry.call(service, 'GET', `/internal/tenants/${tenantId}/microsoft-accounts/${id}/connection`)).body

test('S26 S27 an account with a certificate passes the connection test and becomes ready', async () => {
  const { ids, directory } = givenDirectory(m365, { redirectUris: [`${BASE_URL}/auth/microsoft/callback`] })
  const pair = aCertificate()
  directory.changeApplication(ids.clientId, { certificates: [{ certificate: pair.certificate }] })
  const { id } = await registry.givenAccount(tenantId, { ...ids, credential: { type: 'certificate', ...pair } })
  const { body } = await registry.call(platform, 'POST', path(id, '/verify'))
  expect(body.checks.filter(({ status }: { status: string }) => status === 'failed')).toEqual([])
  expect((await registry.call(platform, 'GET', path(id))).body).toMatchObject({ status: 'ready', enabled: true })
})

test('S27 a certificate that was not uploaded to Entra ID is named by the connection test', async () => {
  const { ids } = givenDirectory(m365)
  const { id } = await registry.givenAccount(tenantId, {
    ...ids,
    credential: { type: 'certificate', ...aCertificate() },
  })
  const { body } = await registry.call(platform, 'POST', path(id, '/verify'))
  const check = body.checks.find(({ id }: { id: string }) => id === 'credential')
  expect(check).toMatchObject({ status: 'failed', code: 'AADSTS700027' })
})

test('S26 the account shows the thumbprint as Entra ID lists it and the certificate’s expiry, never the key', async () => {
  const account = await registry.givenAccount(tenantId)
  const pair = aCertificate()
  const { status, body } = await put(account.id, pair)
  const { fingerprint, validToDate } = new X509Certificate(pair.certificate)
  expect(status).toBe(200)
  expect(body.credential).toEqual({
    type: 'certificate',
    thumbprint: fingerprint.replaceAll(':', ''),
    createdAt: expect.any(String),
    expiresAt: validToDate.toISOString(),
  })
  expect(registry.said.join('\n')).not.toContain(pair.privateKey.split('\n')[1])
  const { rows } = await registry.pool.query('select sealed from registry.microsoft_credential where account_id = $1', [
    account.id,
  ])
  expect(rows[0].sealed.toString('latin1')).not.toContain('PRIVATE KEY')
})

test('S26 our services get an assertion for this directory and some minutes, and not the key', async () => {
  const account = await registry.givenAccount(tenantId)
  const pair = aCertificate()
  await put(account.id, pair)
  const { credential } = await connection(account.id)
  expect(Object.keys(credential).sort()).toEqual(['assertion', 'type'])
  const claims = decodeJwt(credential.assertion)
  expect(claims).toMatchObject({
    iss: account.clientId,
    sub: account.clientId,
    aud: `${m365.origin}/${account.directoryId}/oauth2/v2.0/token`,
    jti: expect.any(String),
  })
  expect(Number(claims.exp) - Number(claims.iat)).toBeLessThanOrEqual(600)
  expect(decodeProtectedHeader(credential.assertion)).toMatchObject({ alg: 'PS256', 'x5t#S256': expect.any(String) })
  expect((await connection(account.id)).credential.assertion).not.toBe(credential.assertion)
})

const pair = aCertificate()
const other = aCertificate()
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const locked = createPrivateKey(pair.privateKey)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString()
const publicPem = createPublicKey(pair.privateKey).export({ type: 'spki', format: 'pem' }).toString()
test.each([
  ['certificate-unreadable', { ...pair, certificate: 'MIIC' }],
  ['certificate-unreadable', { ...pair, certificate: pair.privateKey }],
  ['private-key-unreadable', { ...pair, privateKey: 'secret' }],
  ['private-key-unreadable', { ...pair, privateKey: locked }],
  ['private-key-unreadable', { ...pair, privateKey: publicPem }],
  ['private-key-mismatch', { ...pair, privateKey: other.privateKey }],
  ['private-key-mismatch', { ...pair, privateKey: ec }],
  ['certificate-not-rsa', aCertificate(new Date(), 1_024)],
  ['certificate-already-expired', aCertificate(new Date('2015-01-01'))],
])('S26 %s: what cannot work is refused when it is entered, and what was there stays', async (code, body) => {
  const account = await registry.givenAccount(tenantId)
  await put(account.id, pair)
  const before = (await registry.call(platform, 'GET', path(account.id))).body
  expect(await put(account.id, body)).toMatchObject({ status: 400, body: { code } })
  expect((await registry.call(platform, 'GET', path(account.id))).body).toEqual(before)
})

test('S26 a certificate replaces a secret and a secret a certificate', async () => {
  const { ids, credential } = givenDirectory(m365)
  const { id } = await registry.givenAccount(tenantId, { ...ids, alias: guid(), credential })
  await put(id, pair)
  expect((await connection(id)).credential.type).toBe('assertion')
  await registry.call(platform, 'PUT', path(id, '/credential'), credential)
  expect((await connection(id)).credential).toEqual({ type: 'secret', secret: credential.secret })
})
