import { createHash } from 'node:crypto'
import type { InternalClaims } from '@jackfield/contract/access/principal'
import { createSigner } from 'fast-jwt'

/** Names a key without telling it: first 8 bytes of its SHA-256. */
export function keyId(key: Buffer): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 11)
}

/** One minute: long enough for a call, short enough to be worthless in a log. */
const LIFETIME_MS = 60_000

/** Signs tokens for calls between our services (HS256, RFC 7519) with the first of `keys`; all of them verify. */
export function internalTokenSigner(
  issuer: string,
  keys: readonly Buffer[],
): (claims: Omit<InternalClaims, 'iss'>) => string {
  const [key] = keys
  if (!key) throw new TypeError('INTERNAL_TOKEN_KEYS has no key.')
  const sign = createSigner({ key, algorithm: 'HS256', kid: keyId(key), expiresIn: LIFETIME_MS, iss: issuer })
  return (claims) => sign({ ...claims })
}
