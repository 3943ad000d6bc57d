import { createHash } from 'node:crypto'
import type { Platform } from '../../directory/application.ts'
import type { PresentedCredential } from '../client-authentication/client-authentication.ts'
import type { Refusal } from '../errors/aadsts.ts'
import type { EntraSettings } from '../settings.ts'
import type { CodeGrant } from './codes.ts'

/**
 * Checks `Origin` and credential against the platform. `spa` needs an `Origin` (any) and takes no credential; `web` and
 * app-only must not send one, since browsers cannot keep a secret.
 */
export function refusePlatform(
  platform: Platform,
  origin: string | undefined,
  credential: PresentedCredential,
  { publicClientCredentialCode, refuseOriginOfWeb }: EntraSettings,
): Refusal | undefined {
  if (platform !== 'web' && credential.kind !== 'none') return { code: publicClientCredentialCode }
  if (platform === 'spa') return origin === undefined ? { code: 9002327 } : undefined
  return origin === undefined || !refuseOriginOfWeb ? undefined : { code: 9002326, values: { origin } }
}

/** RFC 7636 4.6. A verifier without a challenge is a mismatch, too (RFC 9700 2.1.1). */
export function refuseVerifier(challenge: CodeGrant['challenge'], verifier: string | undefined): Refusal | undefined {
  if (challenge === undefined && verifier === undefined) return undefined
  if (challenge === undefined || verifier === undefined) return { code: 501481 }
  const hashed = challenge.method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
  return hashed === challenge.value ? undefined : { code: 501481 }
}
