import { createHash } from 'node:crypto'
import type { Cloud } from '../cloud.ts'
import { type IdTokenSubject, idTokenClaims } from './id-token.ts'
import { signTampered, signToken } from './token-signer.ts'

/** `c_hash` binds a token from the authorize endpoint to the code beside it (OpenID Connect Core 3.3.2.11). */
export function issueIdToken(cloud: Cloud, subject: IdTokenSubject, code?: string): string {
  const hash = code && createHash('sha256').update(code).digest().subarray(0, 16).toString('base64url')
  const claims = { ...idTokenClaims(subject, cloud, cloud.clock.now()), ...(hash && { c_hash: hash }) }
  const tamper = cloud.tampering.take(subject.application.appId)
  return tamper ? signTampered(claims, cloud.keys, tamper) : signToken(claims, cloud.keys.active)
}
