import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { isSealedByOldKey, seal, sealedPrefix, UnsealError, unseal } from '../src/seal.ts'

const key = randomBytes(32)
const secret = Buffer.from('Q~a-client-secret')

test('T-93 a secret sealed for a place opens at that place', () => {
  expect(unseal(seal(secret, key, 'tenant:1/account:2'), [key], 'tenant:1/account:2')).toEqual(secret)
})

test('T-93 SE-04 a ciphertext moved to another row does not open', () => {
  const sealed = seal(secret, key, 'tenant:1/account:2')
  expect(() => unseal(sealed, [key], 'tenant:1/account:3')).toThrow(UnsealError)
  expect(() => unseal(sealed, [key], 'tenant:2/account:2')).toThrow(UnsealError)
})

test('T-93 every altered byte is noticed', () => {
  const sealed = seal(secret, key, 'place')
  for (let index = 0; index < sealed.length; index += 1) {
    const altered = Buffer.from(sealed)
    altered[index] = (altered[index] ?? 0) ^ 1
    expect(() => unseal(altered, [key], 'place'), `byte ${index}`).toThrow(UnsealError)
  }
})

test('T-93 truncated and empty texts are refused', () => {
  const sealed = seal(secret, key, 'place')
  for (const length of [0, 1, 5, 17, 32, sealed.length - 1])
    expect(() => unseal(sealed.subarray(0, length), [key], 'place')).toThrow(UnsealError)
})

test('T-93 an old key still decrypts while the new one encrypts', () => {
  const next = randomBytes(32)
  const sealed = seal(secret, key, 'place')
  expect(unseal(sealed, [next, key], 'place')).toEqual(secret)
  expect(isSealedByOldKey(sealed, [next, key])).toBe(true)
  expect(isSealedByOldKey(seal(secret, next, 'place'), [next, key])).toBe(false)
  expect(() => unseal(sealed, [next], 'place')).toThrow(UnsealError)
})

test('T-93 the same secret never gives the same ciphertext', () => {
  expect(seal(secret, key, 'place')).not.toEqual(seal(secret, key, 'place'))
})

test('T-93 sealed bytes begin with the key’s prefix, which finds those of another key', () => {
  const prefix = sealedPrefix(key)
  const begins = (sealed: Buffer) => sealed.subarray(0, prefix.length).equals(prefix)
  expect([begins(seal(secret, key, 'place')), begins(seal(secret, randomBytes(32), 'place'))]).toEqual([true, false])
})

test('T-93 no nonce is used twice', () => {
  const nonces = Array.from({ length: 2_000 }, () => seal(secret, key, 'place').subarray(5, 17).toString('hex'))
  expect(new Set(nonces).size).toBe(nonces.length)
})
