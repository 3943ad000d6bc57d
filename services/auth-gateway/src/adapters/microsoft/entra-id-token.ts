import { createHash } from 'node:crypto'
import { isBusy } from '@jackfield/microsoft-identity/entra-wait'
import { untrustedCertificate } from '@jackfield/microsoft-identity/untrusted-certificate'
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import {
  type ClaimsVerdict,
  findClockError,
  isForeignDirectory,
  judgeClaims,
} from '../../domain/sign-in/microsoft-claims.ts'
import { issuerKeys, NoKeySetError } from './issuer-keys.ts'

export type ExpectedToken = {
  issuer: string
  jwksUri: string
  clientId: string
  directoryId: string
  nonce: string
  now: number
  /** Of the access token that came with it, if one did. */
  atHash?: string
}

type NoKeys =
  | { kind: 'unreachable' | 'timeout' | 'busy' | 'malformed' }
  | { kind: 'untrusted-certificate'; code: string }

const TOLERANCE = '60s'
const keySets = new LRUCache<string, JWTVerifyGetKey>({ max: 2_000 })

/**
 * Verifies an ID token in full (OpenID Connect Core 3.1.3.7), its signature also when it came from the token endpoint
 * (T-01). The nonce binds it to the login that this browser began. `signal` ends the wait for keys.
 */
export async function verifyIdToken(
  idToken: string,
  expected: ExpectedToken,
  signal: AbortSignal,
): Promise<ClaimsVerdict | NoKeys> {
  const { issuer, jwksUri, clientId, directoryId, nonce, now } = expected
  const key = `${clientId} ${issuer} ${jwksUri}`
  const keys = keySets.get(key) ?? issuerKeys(jwksUri, issuer, directoryId)
  keySets.set(key, keys)
  const bounded: JWTVerifyGetKey = (...asked) => Promise.race([keys(...asked), aborted(signal)])
  try {
    const { payload } = await jwtVerify(idToken, bounded, {
      issuer,
      audience: clientId,
      algorithms: ['RS256'],
      clockTolerance: TOLERANCE,
      currentDate: new Date(now * 1000),
      requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
    })
    if (Array.isArray(payload.aud) && payload.aud.length > 1) return { kind: 'rejected', reason: 'aud' }
    if (!isSame(payload.nonce, nonce)) return { kind: 'rejected', reason: 'nonce' }
    return judgeClaims(payload, expected)
  } catch (error) {
    return readFailure(error, expected)
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
}

function readFailure(error: unknown, { issuer, directoryId, now }: ExpectedToken): ClaimsVerdict | NoKeys {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    const payload = error.payload as JWTPayload
    if (error.claim === 'iss' && isForeignDirectory(payload, issuer, directoryId)) return { kind: 'wrong-directory' }
    return findClockError(payload, now) ?? { kind: 'rejected', reason: error.claim }
  }
  if (error instanceof NoKeySetError) return { kind: isBusy(error) ? 'busy' : 'malformed' }
  if (error instanceof errors.JWKSInvalid) return { kind: 'malformed' }
  if (error instanceof errors.JWKSTimeout || (error instanceof Error && error.name === 'TimeoutError'))
    return { kind: 'timeout' }
  const untrusted = untrustedCertificate(error)
  if (untrusted) return { kind: 'untrusted-certificate', code: untrusted }
  if (error instanceof errors.JOSEError) return { kind: 'rejected', reason: error.code }
  return { kind: 'unreachable' }
}

function isSame(claim: unknown, nonce: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')
  return typeof claim === 'string' && digest(claim) === digest(nonce)
}
