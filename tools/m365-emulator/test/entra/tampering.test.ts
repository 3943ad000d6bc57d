import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import type { TamperInput } from '../../src/entra/issued-tokens/tampering.ts'
import { givenCode, givenEmulator, postToken, redemption } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

const idToken = async (tamper?: TamperInput) => {
  if (tamper) m365.tamperNextIdToken(tamper)
  return String((await postToken(m365, redemption(await givenCode(m365)))).body.id_token)
}
const verified = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${m365.origin}/${CONTOSO_DIRECTORY_ID}/discovery/v2.0/keys`)), {
    algorithms: ['RS256'],
  })

test.each(['unpublished-key', 'personal-key', 'none', 'hs256-public-pem', 'hs256-jwk', 'broken'] as const)(
  'RP-01 RP-02 RP-03 a token tampered with by %s does not verify, the next one does',
  async (sign) => {
    await expect(verified(await idToken({ sign }))).rejects.toThrow()
    await expect(verified(await idToken())).resolves.toBeDefined()
  },
)

test('RP-09 RP-13 claims and header of the next token are set or removed, once', async () => {
  const token = await idToken({ claims: { aud: ['a', 'b'], nonce: null }, header: { kid: 'unknown' } })
  expect(decodeProtectedHeader(token).kid).toBe('unknown')
  const { payload } = await verified(await idToken({ claims: { aud: ['a', 'b'], nonce: null } }))
  expect(payload.aud).toEqual(['a', 'b'])
  expect(payload).not.toHaveProperty('nonce')
  expect((await verified(await idToken())).payload.nonce).toBe('a-nonce')
})

test('a tampered token for one application is not issued to another', async () => {
  m365.tamperNextIdToken({ clientId: '11111111-2222-4333-8444-555555555555', sign: 'none' })
  await expect(verified(await idToken())).resolves.toBeDefined()
})
