import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

export const SESSION_COOKIE = '__Host-jackfield-session'
const VALUE = new RegExp(`(?:^|;) *${SESSION_COOKIE}=([^;]*)`)
const SIGNATURE = new RegExp(`(?:^|;) *${SESSION_COOKIE}\\.sig=([^;]*)`)

/** The session's id and its signature, unproven, as the provider's cookie library finds them. */
export function readSessionCookie(header: string | undefined): { id: string; signature: string } | undefined {
  const id = header && VALUE.exec(header)?.[1]
  const signature = header && SIGNATURE.exec(header)?.[1]
  return id && signature ? { id, signature } : undefined
}

/**
 * Proves the signature as keygrip makes it, HMAC-SHA1 over `name=value` in base64url, under any of the cookie keys. Importing a key
 * costs more than the HMAC, so it is done once.
 */
export function sessionCookieVerifier(keys: readonly string[]): (cookie: { id: string; signature: string }) => boolean {
  const imported: readonly KeyObject[] = keys.map((key) => createSecretKey(Buffer.from(key)))
  return ({ id, signature }) =>
    imported.some((key) => isSame(createHmac('sha1', key).update(`${SESSION_COOKIE}=${id}`).digest('base64url'), signature))
}

export function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)]
  return first.length === second.length && timingSafeEqual(first, second)
}
