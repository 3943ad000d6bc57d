import type { RetryAfter } from '@jackfield/contract/http/retry-after'
import type { Connection } from '@jackfield/contract/internal/internal-api'
import * as client from 'openid-client'
import type { MicrosoftOrigins } from './clouds.ts'
import { discoverDirectory } from './entra-configuration.ts'
import { type EntraFailure, readEntraFailure, readRefusal } from './entra-failure.ts'
import { readEntraWait } from './entra-wait.ts'

type AppOnlyToken = {
  accessToken: string
  /** Milliseconds since 1970; taken from `expires_in`. */
  expiresAt: number
  /** Application permissions Entra ID says were granted. For diagnosis only: the token is opaque by contract. */
  roles: readonly string[]
}

type RequestOptions = Parameters<typeof discoverDirectory>[2]

/** During a rotation: the new credential worked, or the previous one stood in because Entra ID refused the new one. */
type RotationOutcome = { worked: 'new' } | { worked: 'previous'; refusal: Extract<EntraFailure, { kind: 'refused' }> }

type AppOnlyTokenResult =
  | { kind: 'token'; token: AppOnlyToken; rotation?: RotationOutcome }
  | { kind: 'no-credential' }
  /** `wait`: Entra ID is busy, whatever else it says. */
  | { kind: 'directory-failed'; failure: EntraFailure; wait?: RetryAfter | undefined }
  | { kind: 'token-failed'; failure: EntraFailure; wait?: RetryAfter | undefined }

/**
 * Refusals of the credential itself: secret wrong (or not yet known everywhere) and expired, certificate unknown, trust
 * without a match.
 */
const CREDENTIAL_REFUSED = /^AADSTS(7000215|7000222|700027|70021|70021[123])$/

/**
 * Client credentials grant (RFC 6749 4.4) in the account's directory, for Graph's `.default` scope. While a credential
 * is being rotated the previous one stands in when Entra ID refuses the new one. What `signal` cuts short is a
 * time-out.
 */
export async function requestAppOnlyToken(
  connection: Connection,
  origins: MicrosoftOrigins,
  now: number,
  request: RequestOptions = {},
): Promise<AppOnlyTokenResult> {
  const result = await requestWith(connection, origins, now, request)
  const { rotation } = connection
  if (!rotation) return result
  if (result.kind === 'token') return { ...result, rotation: { worked: 'new' } }
  if (result.kind !== 'token-failed' || !isCredentialRefused(result.failure)) return result
  const second = await requestWith({ ...connection, credential: rotation.previous }, origins, now, request)
  // Both refused: what is wrong with the new one is what an administrator can mend.
  return second.kind === 'token' ? { ...second, rotation: { worked: 'previous', refusal: result.failure } } : result
}

/** Without a number, `invalid_client` says the same (RFC 6749 5.2). */
function isCredentialRefused(failure: EntraFailure): failure is Extract<EntraFailure, { kind: 'refused' }> {
  if (failure.kind !== 'refused') return false
  return failure.code === undefined ? failure.error === 'invalid_client' : CREDENTIAL_REFUSED.test(failure.code)
}

async function requestWith(
  connection: Connection,
  origins: MicrosoftOrigins,
  now: number,
  request: RequestOptions,
): Promise<AppOnlyTokenResult> {
  const discovered = await discover(connection, origins, now, request)
  if (discovered.kind !== 'found') return { ...discovered, kind: 'directory-failed' }
  if (!connection.credential) return { kind: 'no-credential' }
  try {
    const answer = await client.clientCredentialsGrant(discovered.configuration, {
      scope: `${origins.graphResource}/.default`,
    })
    return {
      kind: 'token',
      token: {
        accessToken: answer.access_token,
        expiresAt: now + (answer.expires_in ?? 3_599) * 1000,
        roles: readRoles(answer.access_token),
      },
    }
  } catch (error) {
    const wait = readEntraWait(error, now)
    return { kind: 'token-failed', failure: (await readRefusal(error)) ?? readEntraFailure(error), wait }
  }
}

async function discover(connection: Connection, origins: MicrosoftOrigins, now: number, request: RequestOptions) {
  try {
    return { kind: 'found' as const, configuration: await discoverDirectory(connection, origins, request) }
  } catch (error) {
    const wait = readEntraWait(error, now)
    return { kind: 'failed' as const, failure: (await readRefusal(error)) ?? readEntraFailure(error), wait }
  }
}

function readRoles(accessToken: string): string[] {
  try {
    const payload: unknown = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString())
    const roles = payload && typeof payload === 'object' && 'roles' in payload ? payload.roles : []
    return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : []
  } catch {
    return []
  }
}
