import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { isExampleKey } from '../src/example-key.ts'
import { InternalTokenKeys, KeyEncryptionKeys, secretText } from '../src/settings.ts'

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const RANDOM = base64(randomBytes(32))

test.each([
  ['all zero', base64(Buffer.alloc(32))],
  ['a repeated byte', base64(Buffer.alloc(32, 7))],
  ['zero but for one byte', base64(Buffer.alloc(32).fill(1, 31))],
  ['a repeated pattern', base64(Buffer.alloc(32, randomBytes(11)))],
  ['bytes in sequence', base64(Uint8Array.from({ length: 32 }, (_, index) => index))],
  ['bytes in sequence, backwards', base64(Uint8Array.from({ length: 32 }, (_, index) => 255 - index))],
  ['words in base64', base64(Buffer.from('changeme-changeme-or-be-sorry-32'))],
  ['words as they are', 'changemeplease32bytesarewantedheretodayz/+8='],
  ['an example of a document', base64(Buffer.from('this is an example key, 32 bytes'))],
  ['digits in sequence', base64(Buffer.from('0123456789abcdef0123456789ABCDEF'))],
])('FC-57 T-140 a key that is %s does not start a service, alone or beside a random one', (_what, example) => {
  for (const keys of [KeyEncryptionKeys, InternalTokenKeys])
    for (const text of [example, `${RANDOM},${example}`]) {
      const { success, error } = keys.safeParse(text)
      expect([success, error?.issues[0]?.message]).toEqual([false, expect.stringContaining('must be random')])
    }
})

test('T-140 an API key in the settings is no example either', () => {
  const Key = secretText({ atLeast: 32 })
  for (const example of ['changeme-changeme-changeme-changeme', 'x'.repeat(40), 'bootstrap-key-example-for-everybody'])
    expect(Key.safeParse(example).success, example).toBe(false)
  expect(Key.safeParse(`jf_bootstrap_${randomBytes(32).toString('base64url')}`).success).toBe(true)
})

test('T-140 no random key is taken for an example', () => {
  for (let round = 0; round < 20_000; round++) {
    const bytes = randomBytes(32)
    expect(isExampleKey(base64(bytes), bytes)).toBe(false)
  }
  const hex = randomBytes(32).toString('hex')
  expect(isExampleKey(base64(Buffer.from(hex)), Buffer.from(hex))).toBe(false)
})
