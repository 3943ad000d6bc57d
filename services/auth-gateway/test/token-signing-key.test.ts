import { randomBytes } from 'node:crypto'
import { exportJWK, flattenedVerify, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { TokenSigningKey } from '../src/adapters/openid-provider/token-signing.ts'

test('TE-26 signatures of the platform’s key are JOSE’s 64 bytes and verify with the public key', async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'ES256' }
  const key = new TokenSigningKey(jwk)
  expect({ kid: key.kid, kty: key.kty, crv: key.crv, x: key.x, y: key.y, use: key.use, alg: key.alg }).toEqual({
    kid: 'one',
    kty: 'EC',
    crv: 'P-256',
    x: jwk.x,
    y: jwk.y,
    use: 'sig',
    alg: 'ES256',
  })
  expect(key.keyObject().type).toBe('public')
  const header = Buffer.from(JSON.stringify({ alg: 'ES256' })).toString('base64url')
  // So many that numbers with leading zeros, which DER writes shorter, are among them.
  for (let turn = 0; turn < 1_000; turn++) {
    const payload = randomBytes(turn % 300).toString('base64url')
    const signature = Buffer.from(key.sign(Buffer.from(`${header}.${payload}`)))
    expect(signature.length).toBe(64)
    await flattenedVerify({ protected: header, payload, signature: signature.toString('base64url') }, key.keyObject())
  }
})
