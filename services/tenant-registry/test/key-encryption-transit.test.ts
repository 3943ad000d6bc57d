import { createHash, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { UnavailableError } from '@jackfield/problem/unavailable-error'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { chosenKeyEncryption, type KeyEncryptionSettings } from '../src/adapters/keys/chosen-key-encryption.ts'
import { type LeaseClock, systemClock } from '../src/adapters/keys/transit-token.ts'
import { startTransit, TRANSIT_SERVERS, type Transit } from './transit/server.ts'

vi.setConfig({ testTimeout: 30_000 })
const CONTEXT = 'tenant:0198c0de-0000-7000-8000-000000000001'
const vault = (settings: KeyEncryptionSettings, clock?: LeaseClock) =>
  chosenKeyEncryption({ KEY_ENCRYPTION_PROVIDER: 'vault', ...settings }, clock)
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => Promise.reject(new Error('it worked')),
    (error) => error,
  )

describe.each(TRANSIT_SERVERS)('transit of %s', (name) => {
  let server: Transit
  beforeAll(async () => {
    server = await startTransit(name)
  }, 60_000)
  afterAll(() => server.close())

  test('a service account logs in by its token, and again when its Vault token is revoked', async () => {
    const settings = await server.givenKubernetesSettings()
    const dataKey = randomBytes(32)
    const wrapped = await vault(settings).wrap(dataKey, CONTEXT)
    const opener = vault(settings)
    const first = await opener.unwrap(wrapped, CONTEXT)
    expect(first).toEqual({ kind: 'unwrapped', dataKey })
    await server.revokeLogins()
    const other = await opener.wrap(dataKey, CONTEXT)
    expect(await opener.unwrap(other, CONTEXT)).toEqual({ kind: 'unwrapped', dataKey })
  })

  test('a lease is replaced before it ends, with the token that the file holds then', async () => {
    const settings = await server.givenKubernetesSettings(60)
    let now = 0
    const provider = vault(settings, { ...systemClock, now: () => now })
    await provider.wrap(randomBytes(32), CONTEXT)
    await server.replaceTokenFile()
    now += 41_000
    await provider.wrap(randomBytes(32), CONTEXT)
    await writeFile(settings.KEY_ENCRYPTION_VAULT_KUBERNETES_TOKEN_FILE, 'not a token')
    now += 39_000
    await provider.wrap(randomBytes(32), CONTEXT)
    now += 2_000
    expect(await failure(provider.wrap(randomBytes(32), CONTEXT))).toBeInstanceOf(UnavailableError)
  })

  test('a token from the settings is renewed before it ends', async () => {
    const settings = {
      ...(await server.givenTokenSettings()),
      KEY_ENCRYPTION_VAULT_TOKEN: await server.makeToken({ period: 6 }),
    }
    const unkept = { ...settings, KEY_ENCRYPTION_VAULT_TOKEN: await server.makeToken({ period: 6 }) }
    const stopping = new AbortController()
    const troubles: Error[] = []
    const rests: Array<{ ms: number; end: () => void }> = []
    const rest = (ms: number, signal: AbortSignal) =>
      new Promise<void>((end) => {
        signal.addEventListener('abort', () => end())
        rests.push({ ms, end })
      })
    const provider = vault(settings, { ...systemClock, rest })
    const keeping = provider.keep(stopping.signal, (error) => troubles.push(error))
    for (let round = 0; round < 2; round++) {
      await expect.poll(() => rests.length).toBe(round + 1)
      expect(rests[round]?.ms).toBeLessThanOrEqual(4_000)
      await server.pass(rests[round]?.ms ?? 0)
      rests[round]?.end()
    }
    await expect.poll(() => rests.length).toBe(3)
    await provider.wrap(randomBytes(32), CONTEXT)
    expect(troubles).toEqual([])
    expect(await failure(vault(unkept).wrap(randomBytes(32), CONTEXT))).toBeInstanceOf(UnavailableError)
    stopping.abort()
    await keeping
  })

  test.each([
    ['that ends for good', { ttl: 90, renewable: false }, /ends in \d+ s and cannot be renewed/],
    ['without a policy for the key', { policies: ['default'] }, /denies transit\/encrypt/],
    ['nobody knows', undefined, /denies transit\/encrypt/],
  ])('a token %s is told at the start', async (_case, options, message) => {
    const token = options ? await server.makeToken(options) : 's.unknown'
    const troubles: string[] = []
    const stopping = new AbortController()
    const keeping = vault({ ...(await server.givenTokenSettings()), KEY_ENCRYPTION_VAULT_TOKEN: token }).keep(
      stopping.signal,
      ({ message }) => troubles.push(message),
    )
    await expect.poll(() => troubles.join(), { timeout: 10_000 }).toMatch(message)
    stopping.abort()
    await keeping
    expect(troubles.join()).not.toContain(token)
  })

  test.each([
    ['mount', { KEY_ENCRYPTION_VAULT_MOUNT: 'elsewhere' }],
    ['key', { KEY_ENCRYPTION_VAULT_KEY: 'no-such-key' }],
  ])(
    'T-115 a %s that is not there is a provider that does not work, not a data key that is lost',
    async (_what, wrong) => {
      const settings = { ...(await server.givenTokenSettings()), ...wrong }
      const wrapped = await vault(await server.givenTokenSettings()).wrap(randomBytes(32), CONTEXT)
      expect(await failure(vault(settings).wrap(randomBytes(32), CONTEXT))).toBeInstanceOf(UnavailableError)
      // Of another key by its own word: that one is not even asked.
      expect((await vault(settings).unwrap(wrapped, CONTEXT)).kind).toBe('unreadable')
      const place = `/${'KEY_ENCRYPTION_VAULT_MOUNT' in wrong ? wrong.KEY_ENCRYPTION_VAULT_MOUNT : 'transit'}/${settings.KEY_ENCRYPTION_VAULT_KEY}`
      const fingerprint = createHash('sha256').update(place).digest().subarray(0, 4)
      const forged = Buffer.concat([Buffer.from([2]), fingerprint, wrapped.subarray(5)])
      expect(await failure(vault(settings).unwrap(forged, CONTEXT))).toBeInstanceOf(UnavailableError)
    },
  )

  test('T-93 a key of a type that binds nothing to its context is not used', async () => {
    const settings = {
      ...(await server.givenTokenSettings()),
      KEY_ENCRYPTION_VAULT_KEY: await server.makeKey('rsa-2048'),
    }
    const error = await failure(vault(settings).wrap(randomBytes(32), CONTEXT))
    expect([error.name, error.message]).toEqual(['UnavailableError', expect.stringContaining('AEAD')])
  })

  test('T-115 while it is sealed nothing is wrapped; a data key that was opened before still opens for a while', async () => {
    const settings = await server.givenTokenSettings()
    const [known, unknown] = await Promise.all([
      vault(settings).wrap(randomBytes(32), CONTEXT),
      vault(settings).wrap(randomBytes(32), CONTEXT),
    ])
    const provider = vault(settings)
    const before = await provider.unwrap(known, CONTEXT)
    await server.seal()
    try {
      const dataKey = randomBytes(32)
      const errors = [await failure(provider.wrap(dataKey, CONTEXT)), await failure(provider.unwrap(unknown, CONTEXT))]
      for (const error of errors) {
        expect(error).toBeInstanceOf(UnavailableError)
        // SE-02: what an error carries ends in the log.
        const shown = inspect(error, { depth: 10, showHidden: true })
        for (const secret of [settings.KEY_ENCRYPTION_VAULT_TOKEN, dataKey.toString('base64')])
          expect(shown).not.toContain(secret)
      }
      expect(await provider.unwrap(known, CONTEXT)).toEqual(before)
      expect((await failure(provider.unwrap(known, `${CONTEXT}x`))).name).toBe('UnavailableError')
    } finally {
      await server.unseal()
    }
    expect((await provider.unwrap(unknown, CONTEXT)).kind).toBe('unwrapped')
  })
})

describe('what only our own server can be made to do', () => {
  let server: Transit
  let settings: KeyEncryptionSettings
  let standIn: NonNullable<Transit['standIn']>
  beforeAll(async () => {
    server = await startTransit('stand-in')
    settings = await server.givenTokenSettings()
    standIn = server.standIn as typeof standIn
  })
  afterAll(() => server.close())

  test('T-115 a server that holds the answer back is given up after five seconds', async () => {
    standIn.state.holdMs = 20_000
    const started = performance.now()
    expect(await failure(vault(settings).wrap(randomBytes(32), CONTEXT))).toBeInstanceOf(UnavailableError)
    standIn.state.holdMs = 0
    expect(performance.now() - started).toBeGreaterThan(4_900)
    expect(performance.now() - started).toBeLessThan(8_000)
  })

  test('T-115 an address without a server counts as a provider that does not answer', async () => {
    const nowhere = { ...settings, KEY_ENCRYPTION_VAULT_URL: `http://127.0.0.1:${await findFreePort()}` }
    expect(await failure(vault(nowhere).wrap(randomBytes(32), CONTEXT))).toBeInstanceOf(UnavailableError)
  })

  test('T-100 a redirect is not followed: the token goes to the host of the settings alone', async () => {
    const other = await startTransit('stand-in')
    standIn.state.redirectTo = other.origin
    expect(await failure(vault(settings).wrap(randomBytes(32), CONTEXT))).toBeInstanceOf(UnavailableError)
    standIn.state.redirectTo = ''
    expect(other.standIn?.requests).toEqual([])
    await other.close()
  })

  test.each([200, 400, 403, 404, 429, 500, 503])(
    'SE-02 T-94 a server that repeats in its answer %i what it was sent brings none of it into an error',
    async (status) => {
      const dataKey = randomBytes(32)
      standIn.state.echoAs = status
      const error = await failure(vault(settings).wrap(dataKey, CONTEXT))
      standIn.state.echoAs = 0
      expect(error).toBeInstanceOf(UnavailableError)
      const shown = inspect(error, { depth: 10, showHidden: true })
      for (const secret of [settings.KEY_ENCRYPTION_VAULT_TOKEN, dataKey.toString('base64')])
        expect(shown).not.toContain(secret)
    },
  )

  test('the namespace goes along with every request, the login included', async () => {
    const kubernetes = { ...(await server.givenKubernetesSettings()), KEY_ENCRYPTION_VAULT_NAMESPACE: 'teams/phone' }
    standIn.requests.length = 0
    await vault(kubernetes).wrap(randomBytes(32), CONTEXT)
    expect(standIn.requests.map(({ path, namespace }) => [path.split('/').at(-2), namespace])).toEqual([
      ['kubernetes', 'teams/phone'],
      ['encrypt', 'teams/phone'],
    ])
  })

  test('twenty who open one data key at once ask once, and not again for a while', async () => {
    const wrapped = await vault(settings).wrap(randomBytes(32), CONTEXT)
    const provider = vault(settings)
    standIn.requests.length = 0
    await Promise.all(Array.from({ length: 20 }, () => provider.unwrap(wrapped, CONTEXT)))
    await provider.unwrap(wrapped, CONTEXT)
    expect(standIn.requests).toHaveLength(1)
    await provider.unwrap(wrapped, 'tenant:another')
    await provider.unwrap(wrapped, 'tenant:another')
    expect(standIn.requests).toHaveLength(3)
  })
})
