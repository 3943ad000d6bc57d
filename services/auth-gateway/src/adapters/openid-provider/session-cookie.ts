import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** The part of keygrip that the provider's cookie library uses. */
export type CookieSigner = {
  sign(data: string): string
  verify(data: string, signature: string): boolean
  /** Index of the key that made the signature, 0 for the current one, -1 for none. */
  index(data: string, signature: string): number
}

/**
 * Signs like keygrip (HMAC-SHA1 in base64url, current key first) and verifies at a tenth of its cost: keygrip compares
 * by two more HMACs under a random key.
 */
export function cookieSigner(keys: readonly string[]): CookieSigner {
  const signers = keys.map((key) => {
    const imported = createSecretKey(Buffer.from(key))
    return (data: string) => createHmac('sha1', imported).update(data).digest('base64url')
  })
  const [current] = signers
  if (!current) throw new TypeError('There is no key to sign cookies with.')
  const index = (data: string, signature: string) => signers.findIndex((sign) => isSame(sign(data), signature))
  return { sign: current, index, verify: (data, signature) => index(data, signature) >= 0 }
}

export function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}

export const SESSION_COOKIE = '__Host-jackfield-session'
const VALUE = new RegExp(`(?:^|;) *${SESSION_COOKIE}=([^;]*)`)
const SIGNATURE = new RegExp(`(?:^|;) *${SESSION_COOKIE}\\.sig=([^;]*)`)

/** The session's id and its unverified signature, parsed like the provider's cookie library does. */
export function readSessionCookie(header: string | undefined): { id: string; signature: string } | undefined {
  const id = header && VALUE.exec(header)?.[1]
  const signature = header && SIGNATURE.exec(header)?.[1]
  return id && signature ? { id, signature } : undefined
}

/** True when any cookie key signed `name=value`, as the provider's cookie library does. */
export function isSignedSession(
  { verify }: CookieSigner,
  { id, signature }: { id: string; signature: string },
): boolean {
  return verify(`${SESSION_COOKIE}=${id}`, signature)
}
