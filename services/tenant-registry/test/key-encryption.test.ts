import { randomBytes } from 'node:crypto'
import { UnsealError } from '@jackfield/sealing/seal'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chosenKeyEncryption } from '../src/adapters/keys/chosen-key-encryption.ts'
import { transitClient } from '../src/adapters/keys/transit-client.ts'
import { transitKeyEncryption } from '../src/adapters/keys/transit-key-encryption.ts'
import { givenToken } from '../src/adapters/keys/transit-token.ts'
import type { KeyEncryption } from '../src/ports.ts'
import { startTransit, TRANSIT_SERVERS, type Transit } from './transit/server.ts'

/**
 * A provider, and what its administrator does: a new key goes in front; the ones before it are taken away. Nothing is
 * remembered from before.
 */
type Provider = {
  current(): KeyEncryption
  rotate(): Promise<void>
  forgetOld(): Promise<void>
  close(): Promise<void>
}

async function environment(): Promise<Provider> {
  let keys = [randomBytes(32)]
  return {
    current: () => chosenKeyEncryption({ KEY_ENCRYPTION_KEYS: keys }),
    rotate: async () => void keys.unshift(randomBytes(32)),
    async forgetOld() {
      keys = keys.slice(0, 1)
    },
    close: async () => undefined,
  }
}

async function transit(name: string): Promise<Provider> {
  const server: Transit = await startTransit(name)
  const key = await server.makeKey()
  const ask = transitClient(server.origin, undefined)
  const token = givenToken(ask, await server.makeToken())
  let version = 1
  return {
    current: () => transitKeyEncryption({ mount: 'transit', key, namespace: undefined }, ask, token),
    async rotate() {
      await server.rotate(key)
      version += 1
    },
    forgetOld: async () => void (await server.setOldest(key, version)),
    close: () => server.close(),
  }
}

const providers = [
  ['environment', environment],
  ...TRANSIT_SERVERS.map((name) => [`transit of ${name}`, () => transit(name)] as const),
] as const
const CONTEXT = 'tenant:0198c0de-0000-7000-8000-000000000001'
const unreadable = { kind: 'unreadable', cause: expect.any(UnsealError) }

describe.each(providers)('key encryption by %s', (_name, start) => {
  let provider: Provider
  beforeAll(async () => {
    provider = await start()
  }, 60_000)
  afterAll(() => provider.close())

  test('T-93 it unwraps its own data keys in their context, and a wrapped key does not contain the data key', async () => {
    const dataKey = randomBytes(32)
    const wrapped = await provider.current().wrap(dataKey, CONTEXT)
    expect(await provider.current().unwrap(wrapped, CONTEXT)).toEqual({ kind: 'unwrapped', dataKey })
    for (const form of [dataKey.toString('base64'), dataKey.toString('hex')]) expect(wrapped.includes(form)).toBe(false)
    expect(wrapped.includes(dataKey)).toBe(false)
    expect((await provider.current().wrap(dataKey, CONTEXT)).equals(wrapped)).toBe(false)
  })

  test.each(['tenant:0198c0de-0000-7000-8000-000000000002', '', `${CONTEXT}x`])(
    'SE-04 in the context “%s” of another place it is unreadable',
    async (context) => {
      const wrapped = await provider.current().wrap(randomBytes(32), CONTEXT)
      expect(await provider.current().unwrap(wrapped, context)).toEqual(unreadable)
    },
  )

  test('T-93 altered, cut or made up it is unreadable, whichever byte it is', async () => {
    const wrapped = await provider.current().wrap(randomBytes(32), CONTEXT)
    const altered = Array.from({ length: 40 }, (_, index) => {
      const copy = Buffer.from(wrapped)
      const at = Math.floor((index * (copy.length - 1)) / 39)
      copy[at] = (copy[at] ?? 0) ^ 1
      return copy
    })
    for (const bytes of [
      ...altered,
      wrapped.subarray(0, -1),
      wrapped.subarray(0, 20),
      wrapped.subarray(0, 5),
      Buffer.alloc(0),
      randomBytes(61),
    ])
      expect(await provider.current().unwrap(bytes, CONTEXT)).toEqual(unreadable)
  })

  test('it recognises its own, and nothing else', async () => {
    const foreign = await chosenKeyEncryption({ KEY_ENCRYPTION_KEYS: [randomBytes(32)] }).wrap(randomBytes(32), CONTEXT)
    const { recognises, wrap } = provider.current()
    expect([await wrap(randomBytes(32), CONTEXT), foreign, Buffer.alloc(0), Buffer.from([1])].map(recognises)).toEqual([
      true,
      false,
      false,
      false,
    ])
  })

  test('fifty at once are each their own', async () => {
    const dataKeys = Array.from({ length: 50 }, () => randomBytes(32))
    const { wrap, unwrap } = provider.current()
    const wrapped = await Promise.all(dataKeys.map((dataKey, index) => wrap(dataKey, `${CONTEXT}/${index}`)))
    const opened = await Promise.all(wrapped.map((bytes, index) => unwrap(bytes, `${CONTEXT}/${index}`)))
    expect(opened).toEqual(dataKeys.map((dataKey) => ({ kind: 'unwrapped', dataKey })))
  })

  test('SE-05 after a rotation an old data key still opens and is recognised by its prefix; without the old key it is unreadable', async () => {
    const dataKey = randomBytes(32)
    const begins = async (bytes: Buffer) => {
      const prefix = await provider.current().currentPrefix()
      return bytes.subarray(0, prefix.length).equals(prefix)
    }
    const old = await provider.current().wrap(dataKey, CONTEXT)
    expect(await begins(old)).toBe(true)
    await provider.rotate()
    expect(await begins(old)).toBe(false)
    expect(await provider.current().unwrap(old, CONTEXT)).toEqual({ kind: 'unwrapped', dataKey })
    const next = await provider.current().wrap(dataKey, CONTEXT)
    expect(await begins(next)).toBe(true)
    await provider.forgetOld()
    expect(await provider.current().unwrap(old, CONTEXT)).toEqual(unreadable)
    expect(await provider.current().unwrap(next, CONTEXT)).toEqual({ kind: 'unwrapped', dataKey })
  })
})
