import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import {
  cookieSigner,
  isSignedSession,
  readSessionCookie,
  SESSION_COOKIE,
} from '../src/adapters/openid-provider/session-cookie.ts'

/** The signer of the provider's cookie library itself. */
const Keygrip = createRequire(createRequire(import.meta.resolve('oidc-provider')).resolve('cookies'))('keygrip')
const keys = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
const sign = (id: string, key = keys[0]): string => new Keygrip([key]).sign(`${SESSION_COOKIE}=${id}`)

test('T-71 a signature of the provider counts under the newest cookie key and under an older one, no other does', () => {
  const signer = cookieSigner(keys)
  const isSigned = (cookie: { id: string; signature: string }) => isSignedSession(signer, cookie)
  for (let turn = 0; turn < 200; turn++) {
    const id = randomBytes(16).toString('base64url')
    for (const key of keys) expect(isSigned({ id, signature: sign(id, key) })).toBe(true)
    const signature = sign(id)
    expect(isSigned({ id: `${id}x`, signature })).toBe(false)
    expect(isSigned({ id, signature: signature.slice(0, -1) })).toBe(false)
    expect(isSigned({ id, signature: sign(id, randomBytes(32).toString('base64url')) })).toBe(false)
  }
})

test('T-71 cookies are signed as keygrip signs them, and the index of their key is found', () => {
  const [signer, keygrip] = [cookieSigner(keys), new Keygrip(keys)]
  for (let turn = 0; turn < 200; turn++) {
    const data = `${SESSION_COOKIE}=${randomBytes(turn % 40).toString('latin1')}`
    expect(signer.sign(data)).toBe(keygrip.sign(data))
    for (const key of [...keys, randomBytes(32).toString('base64url')]) {
      const signature = new Keygrip([key]).sign(data)
      expect(signer.index(data, signature)).toBe(keygrip.index(data, signature))
    }
  }
})

test.each([
  undefined,
  '',
  `${SESSION_COOKIE}=a`,
  `${SESSION_COOKIE}.sig=b`,
  `x${SESSION_COOKIE}=a; x${SESSION_COOKIE}.sig=b`,
  `${SESSION_COOKIE}=; ${SESSION_COOKIE}.sig=b`,
])('FA-02 there is no session in %s', (header) => {
  expect(readSessionCookie(header)).toBeUndefined()
})
