import { createHash } from 'node:crypto'
import { untrustedCertificate } from '@jackfield/microsoft-identity/untrusted-certificate'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { type ClaimsVerdict, isForeignDirectory, judgeClaims } from '../../domain/sign-in/microsoft-claims.ts'

export type ExpectedToken = {
  issuer: string
  jwksUri: string
  clientId: string
  directoryId: string
  nonce: string
  now: number
}

type NoKeys = { kind: 'unreachable' } | { kind: 'untrusted-certificate'; code: string }

const TOLERANCE = '60s'
// Refetches for an unknown key at most every ten seconds, so that forged key ids cause no storm of requests.
const keySets = new LRUCache<string, ReturnType<typeof createRemoteJWKSet>>({ max: 2_000 })

/**
 * Verifies an ID token from the browser in full (OpenID Connect Core 3.1.3.7). The nonce binds it to the login that
 * this browser began.
 */
export async function verifyIdToken(idToken: string, expected: ExpectedToken): Promise<ClaimsVerdict | NoKeys> {
  const { issuer, jwksUri, clientId, directoryId, nonce, now } = expected
  const keys =
    keySets.get(jwksUri) ?? createRemoteJWKSet(new URL(jwksUri), { cooldownDuration: 10_000, timeoutDuration: 9_000 })
  keySets.set(jwksUri, keys)
  try {
    const { payload } = await jwtVerify(idToken, keys, {
      issuer,
      audience: clientId,
      algorithms: ['RS256'],
      clockTolerance: TOLERANCE,
      currentDate: new Date(now * 1000),
      requiredClaims: ['exp', 'iat', 'sub', 'nonce'],
    })
    if (Array.isArray(payload.aud) && payload.aud.length > 1) return { kind: 'rejected', reason: 'aud' }
    if (!isSame(payload.nonce, nonce)) return { kind: 'rejected', reason: 'nonce' }
    return judgeClaims(payload, { clientId, directoryId, now })
  } catch (error) {
    return readFailure(error, issuer, directoryId)
  }
}

function readFailure(error: unknown, issuer: string, directoryId: string): ClaimsVerdict | NoKeys {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss' && isForeignDirectory(error.payload as JWTPayload, issuer, directoryId))
      return { kind: 'wrong-directory' }
    return { kind: 'rejected', reason: error.claim }
  }
  if (error instanceof errors.JWKSTimeout) return { kind: 'unreachable' }
  const untrusted = untrustedCertificate(error)
  if (untrusted) return { kind: 'untrusted-certificate', code: untrusted }
  if (error instanceof errors.JOSEError) return { kind: 'rejected', reason: error.code }
  return { kind: 'unreachable' }
}

function isSame(claim: unknown, nonce: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')
  return typeof claim === 'string' && digest(claim) === digest(nonce)
}
