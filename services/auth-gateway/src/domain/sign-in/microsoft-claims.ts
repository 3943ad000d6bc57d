/** The identity that Microsoft gives. Contains nothing that can be renamed (T-04). */
export type MicrosoftIdentity = {
  directoryId: string
  objectId: string
  amr: string[]
  /** Microsoft's own session, where the token names it. */
  sid?: string
}

/** Our clock is this many seconds behind Microsoft's; negative: ahead. */
export type ClockError = { kind: 'wrong-clock'; seconds: number }

export type ClaimsVerdict =
  | { kind: 'accepted'; identity: MicrosoftIdentity }
  | ClockError
  | { kind: 'wrong-directory' }
  | { kind: 'rejected'; reason: string }

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const CLOCK_SKEW = 60

/** `atHash` only when there is an access token to compare. */
type Expectation = { clientId: string; directoryId: string; atHash?: string; now: number }

/**
 * Checks an ID token whose signature, issuer, audience, nonce and expiry are valid: OpenID Connect Core 3.1.3.7 (azp,
 * at_hash, sub), and that its directory is the account's (T-05).
 */
export function judgeClaims(claims: Readonly<Record<string, unknown>>, expected: Expectation): ClaimsVerdict {
  const { tid, oid, sub, azp, iat, at_hash: atHash } = claims
  if (typeof sub !== 'string' || sub === '' || sub.length > 255) return { kind: 'rejected', reason: 'sub' }
  if (azp !== undefined && azp !== expected.clientId) return { kind: 'rejected', reason: 'azp' }
  if (atHash !== undefined && expected.atHash !== undefined && atHash !== expected.atHash)
    return { kind: 'rejected', reason: 'at_hash' }
  if (typeof iat !== 'number' || iat > expected.now + CLOCK_SKEW)
    return findClockError(claims, expected.now) ?? { kind: 'rejected', reason: 'iat' }
  if (typeof tid !== 'string' || !GUID.test(tid)) return { kind: 'rejected', reason: 'tid' }
  if (tid.toLowerCase() !== expected.directoryId) return { kind: 'wrong-directory' }
  if (typeof oid !== 'string' || !GUID.test(oid)) return { kind: 'rejected', reason: 'oid' }
  return {
    kind: 'accepted',
    identity: {
      directoryId: expected.directoryId,
      objectId: oid.toLowerCase(),
      amr: readAmr(claims.amr),
      ...readSid(claims.sid),
    },
  }
}

/**
 * A token that was issued a moment ago, yet is not valid yet or any more: its times fit each other, our clock does not
 * fit them (FC-09).
 */
export function findClockError(claims: Readonly<Record<string, unknown>>, now: number): ClockError | undefined {
  const { iat, nbf, exp } = claims
  if (typeof iat !== 'number' || typeof exp !== 'number' || nbf !== iat || exp <= iat) return undefined
  const isInTime = iat <= now + CLOCK_SKEW && now < exp + CLOCK_SKEW
  return isInTime ? undefined : { kind: 'wrong-clock', seconds: iat - now }
}

/** True for the valid issuer of another directory: another organisation, not a forgery. */
export function isForeignDirectory(
  claims: Readonly<Record<string, unknown>>,
  issuerTemplate: string,
  directoryId: string,
): boolean {
  const { iss, tid } = claims
  if (typeof tid !== 'string' || !GUID.test(tid) || tid.toLowerCase() === directoryId) return false
  return iss === issuerTemplate.replace(directoryId, tid.toLowerCase())
}

/** A code of the platform `web` is given to no browser: the redirect URI is not of the platform `spa`. */
export const WRONG_PLATFORM = 'AADSTS9002326'

const WRONG_DIRECTORY_CODES = new Set(['AADSTS700005', 'AADSTS50020', 'AADSTS90072', 'AADSTS16000'])

export function isWrongDirectoryCode(code: string | undefined): boolean {
  return code !== undefined && WRONG_DIRECTORY_CODES.has(code)
}

function readSid(sid: unknown): { sid?: string } {
  return typeof sid === 'string' && GUID.test(sid) ? { sid: sid.toLowerCase() } : {}
}

/** Version 2 tokens carry no amr; where one comes it is passed on. */
function readAmr(amr: unknown): string[] {
  return Array.isArray(amr)
    ? amr.filter((method) => typeof method === 'string' && /^[\w.:-]{1,40}$/.test(method)).slice(0, 10)
    : []
}
