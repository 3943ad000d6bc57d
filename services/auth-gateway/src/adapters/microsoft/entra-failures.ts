import type { Connection } from '@jackfield/contract/internal/internal-api'
import { explainedError } from '@jackfield/microsoft-identity/aadsts'
import { type EntraFailure, readEntraFailure } from '@jackfield/microsoft-identity/entra-failure'
import { findClockError, isForeignDirectory, isWrongDirectoryCode } from '../../domain/sign-in/microsoft-claims.ts'
import type { MicrosoftFailure } from '../../ports.ts'

/** oauth4webapi's codes for a response that is malformed; the others mean a token that we reject. */
const BROKEN_ANSWER =
  /^OAUTH_(RESPONSE_IS_NOT_JSON|RESPONSE_IS_NOT_CONFORM|PARSE_ERROR|INVALID_SERVER_METADATA|MISSING_SERVER_METADATA)$/

export function readRedeemFailure(error: unknown, connection: Connection, now: number): MicrosoftFailure {
  const failure = readEntraFailure(error)
  if (failure.kind !== 'malformed') return toFailure(failure)
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (BROKEN_ANSWER.test(String(code)) || isNonsense(error)) return { kind: 'malformed' }
  const claims = readClaims(cause)
  const issuer = claims && readIssuer(cause)
  if (claims && issuer && isForeignDirectory(claims, issuer, connection.directoryId)) return { kind: 'wrong-directory' }
  return (claims && findClockError(claims, now)) ?? { kind: 'rejected', reason: String(code ?? 'invalid') }
}

/** The library's causes are the response's body or the text of a token where these are no such thing (FC-58). */
function isNonsense(error: unknown): boolean {
  for (let at = error; at && typeof at === 'object'; at = 'cause' in at ? at.cause : undefined) {
    if ('body' in at || ('cause' in at && typeof at.cause === 'string')) return true
  }
  return false
}

function readClaims(cause: unknown): Record<string, unknown> | undefined {
  for (let at = cause; at && typeof at === 'object'; at = 'cause' in at ? at.cause : undefined) {
    if ('claims' in at && at.claims && typeof at.claims === 'object') return at.claims as Record<string, unknown>
  }
  return undefined
}

function readIssuer(cause: unknown): string | undefined {
  for (let at = cause; at && typeof at === 'object'; at = 'cause' in at ? at.cause : undefined) {
    if ('claim' in at && at.claim === 'iss' && 'expected' in at && typeof at.expected === 'string') return at.expected
  }
  return undefined
}

/** Used, expired or revoked code, or another verifier. */
const ANSWER_USED = ['AADSTS54005', 'AADSTS70008', 'AADSTS70000', 'AADSTS501481']

export function toFailure(failure: EntraFailure): MicrosoftFailure {
  if (failure.kind === 'malformed') return { kind: 'malformed' }
  if (failure.kind !== 'refused') return failure
  if (isWrongDirectoryCode(failure.code)) return { kind: 'wrong-directory' }
  // A code that is used or expired (RFC 6749 5.2), also without a number: the person starts again.
  if (failure.error === 'invalid_grant' && [undefined, ...ANSWER_USED].includes(failure.code))
    return { kind: 'answer-used' }
  return {
    kind: 'refused',
    code: failure.code,
    error: explainedError(failure.error),
    correlationId: failure.correlationId,
  }
}
