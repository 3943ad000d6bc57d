import type { CookieSigner } from './cookie-signer.ts'

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
