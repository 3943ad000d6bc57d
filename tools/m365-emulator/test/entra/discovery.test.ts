import { createHash, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID, CONTOSO_DOMAIN } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { givenEmulator } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

type Key = { kid: string; x5t: string; x5c: string[]; issuer: string; alg?: string }
const get = async (path: string) => {
  const response = await fetch(`${m365.origin}${path}`)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> & { keys: Key[] } }
}

test('S10 discovery by domain and by id names the issuer with the directory id', async () => {
  for (const tenant of [CONTOSO_DIRECTORY_ID, CONTOSO_DOMAIN]) {
    const { body } = await get(`/${tenant}/v2.0/.well-known/openid-configuration`)
    expect(body.issuer).toBe(`${m365.origin}/${CONTOSO_DIRECTORY_ID}/v2.0`)
    expect(body).not.toHaveProperty('code_challenge_methods_supported')
  }
})

test('S10 discovery of organizations and common has the literal {tenantid} issuer', async () => {
  for (const tenant of ['organizations', 'common']) {
    const { body } = await get(`/${tenant}/v2.0/.well-known/openid-configuration`)
    expect(body.issuer).toBe(`${m365.origin}/{tenantid}/v2.0`)
  }
})

test('S14 an unknown directory answers 400 invalid_tenant with AADSTS90002', async () => {
  const { status, body } = await get('/00000000-0000-4000-8000-000000000000/v2.0/.well-known/openid-configuration')
  expect(status).toBe(400)
  expect(body).toMatchObject({ error: 'invalid_tenant', error_codes: [90002] })
})

test('the key set has two keys or more, each with its issuer, kid equal to x5t, a readable certificate and no alg', async () => {
  const { body } = await get('/organizations/discovery/v2.0/keys')
  expect(body.keys.length).toBeGreaterThanOrEqual(2)
  for (const key of body.keys) {
    expect(key.issuer).toBe(`${m365.origin}/{tenantid}/v2.0`)
    expect(key).not.toHaveProperty('alg')
    const certificate = new X509Certificate(Buffer.from(key.x5c[0] ?? '', 'base64'))
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(createHash('sha1').update(certificate.raw).digest('base64url')).toBe(key.x5t)
    expect(key.kid).toBe(key.x5t)
  }
  const common = await get('/common/discovery/v2.0/keys')
  expect(common.body.keys.filter(({ issuer }) => issuer.includes('9188040d'))).toHaveLength(1)
})

test('RP-17 keys roll on demand; the old ones stay or are withdrawn', async () => {
  const kids = async () => (await get('/common/discovery/v2.0/keys')).body.keys.map(({ kid }) => kid)
  const before = await kids()
  await m365.rollKeys()
  const after = await kids()
  expect(after).toEqual(expect.arrayContaining(before))
  expect(after).toHaveLength(before.length + 1)
  await m365.rollKeys({ keepOld: false })
  expect((await kids()).filter((kid) => after.includes(kid))).toHaveLength(1) // the personal accounts' key stays
})
