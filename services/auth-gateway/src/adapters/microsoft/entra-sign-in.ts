import { createHash } from 'node:crypto'
import type { Connection } from '@jackfield/contract/internal/internal-api'
import { requestAppOnlyToken } from '@jackfield/microsoft-identity/app-only-token'
import { microsoftOrigins, type OriginOverrides } from '@jackfield/microsoft-identity/clouds'
import { clientAuthentication, discoverDirectory, fetchUntil } from '@jackfield/microsoft-identity/entra-configuration'
import { isCancelled, readEntraError, readEntraFailure, readRefusal } from '@jackfield/microsoft-identity/entra-failure'
import { LRUCache } from 'lru-cache'
import * as client from 'openid-client'
import { WRONG_PLATFORM } from '../../domain/sign-in/microsoft-claims.ts'
import type { Clock, IdentityOutcome, Microsoft } from '../../ports.ts'
import { readRedeemFailure, toFailure } from './entra-failures.ts'
import { verifyIdToken } from './entra-id-token.ts'

const SCOPE = 'openid profile email'
/**
 * Time limit for all calls to Microsoft within one request; with our own part the answer takes less than ten seconds
 * (T-115).
 */
const TIMEOUT_MS = 9_000
type Account = Pick<Connection, 'clientId' | 'directoryId' | 'cloud'>

/** The Microsoft side of a sign-in: authorization code with PKCE, state and nonce, the ID token checked in full. */
export function entraSignIn(overrides: OriginOverrides, clock: Clock): Microsoft {
  // Cached without credentials, so that the cache holds no secret.
  const directories = new LRUCache<string, client.Configuration>({ max: 2_000, ttl: 3_600_000 })

  async function directoryOf(
    account: Account,
    timeout = AbortSignal.timeout(TIMEOUT_MS),
  ): Promise<client.Configuration> {
    const key = `${account.cloud} ${account.directoryId} ${account.clientId}`
    const known = directories.get(key)
    if (known) return known
    const { clientId, directoryId } = account
    const origins = microsoftOrigins(account.cloud, overrides)
    const found = await discoverDirectory({ clientId, directoryId, credential: null }, origins, { signal: timeout })
    // Incomplete metadata is not cached.
    if (found.serverMetadata().authorization_endpoint !== undefined) directories.set(key, found)
    return found
  }

  async function verify(
    directory: client.Configuration,
    { clientId, directoryId }: Account,
    idToken: string,
    expected: { nonce: string; atHash?: string },
    timeout: AbortSignal,
  ): Promise<IdentityOutcome> {
    const { issuer, jwks_uri: jwksUri } = directory.serverMetadata()
    if (jwksUri === undefined) return { kind: 'malformed' }
    const token = { issuer, jwksUri, clientId, directoryId, now: clock(), ...expected }
    const verdict = await verifyIdToken(idToken, token, timeout)
    return verdict.kind === 'accepted' ? { kind: 'identity', identity: verdict.identity } : verdict
  }

  return {
    async tryRotation(connection) {
      // Only whether a token is issued matters: it proves that the credential is accepted.
      const result = await requestAppOnlyToken(
        connection,
        microsoftOrigins(connection.cloud, overrides),
        clock() * 1000,
      )
      return result.kind === 'token' ? result.rotation?.worked : undefined
    },

    async authorizeUrl(account, question) {
      try {
        const directory = await directoryOf(account)
        if (directory.serverMetadata().authorization_endpoint === undefined) return { kind: 'malformed' }
        const url = client.buildAuthorizationUrl(directory, {
          redirect_uri: question.redirectUri,
          scope: SCOPE,
          response_mode: 'query',
          state: question.state,
          nonce: question.nonce,
          code_challenge: await client.calculatePKCECodeChallenge(question.verifier),
          code_challenge_method: 'S256',
          ...(question.loginHint === undefined ? {} : { login_hint: question.loginHint }),
          ...(question.domainHint === undefined ? {} : { domain_hint: question.domainHint }),
          ...(question.prompt === undefined ? {} : { prompt: question.prompt }),
        })
        return { kind: 'url', url: url.href }
      } catch (error) {
        return toFailure((await readRefusal(error)) ?? readEntraFailure(error))
      }
    },

    async redeem(connection, answer, expected) {
      try {
        const timeout = AbortSignal.timeout(TIMEOUT_MS)
        const directory = await directoryOf(connection, timeout)
        const configuration = withCredential(directory, connection, timeout)
        const tokens = await client.authorizationCodeGrant(
          configuration,
          new URL(`${expected.redirectUri}?${answer}`),
          {
            expectedState: expected.state,
            expectedNonce: expected.nonce,
            pkceCodeVerifier: expected.verifier,
            idTokenExpected: true,
          },
        )
        const atHash = createHash('sha256').update(tokens.access_token).digest().subarray(0, 16).toString('base64url')
        const { nonce } = expected
        return await verify(directory, connection, tokens.id_token ?? '', { nonce, atHash }, timeout)
      } catch (error) {
        const refusal = await readRefusal(error)
        return refusal ? toFailure(refusal) : readRedeemFailure(error, connection, clock())
      }
    },

    async browserRedemption(account) {
      try {
        const { token_endpoint: tokenEndpoint } = (await directoryOf(account)).serverMetadata()
        return tokenEndpoint === undefined ? { kind: 'malformed' } : { kind: 'redemption', tokenEndpoint, scope: SCOPE }
      } catch (error) {
        return toFailure((await readRefusal(error)) ?? readEntraFailure(error))
      }
    },

    async accept(account, idToken, nonce) {
      try {
        const timeout = AbortSignal.timeout(TIMEOUT_MS)
        return await verify(await directoryOf(account, timeout), account, idToken, { nonce }, timeout)
      } catch (error) {
        return toFailure((await readRefusal(error)) ?? readEntraFailure(error))
      }
    },

    async explainBlocked(account, { code, redirectUri }) {
      try {
        const timeout = AbortSignal.timeout(TIMEOUT_MS)
        const { token_endpoint: endpoint = '' } = (await directoryOf(account, timeout)).serverMetadata()
        // The browser's request once more, with a verifier that fits no login: it is refused whatever the platform is,
        // and the server reads why.
        const answer = await fetch(endpoint, {
          method: 'POST',
          headers: { origin: new URL(redirectUri).origin },
          body: new URLSearchParams({
            grant_type: 'authorization_code',
            client_id: account.clientId,
            code,
            redirect_uri: redirectUri,
            code_verifier: client.randomPKCECodeVerifier(),
          }),
          redirect: 'error',
          signal: timeout,
        })
        const told = await readRefusal(new Error('refused', { cause: answer }))
        const correlationId = told?.kind === 'refused' ? told.correlationId : undefined
        if (told?.kind === 'refused' && told.code === WRONG_PLATFORM) return toFailure(told)
        return { kind: 'refused', code: undefined, error: 'redemption_blocked', correlationId }
      } catch (error) {
        return toFailure((await readRefusal(error)) ?? readEntraFailure(error))
      }
    },

    readErrorAnswer(answer) {
      const refusal = readEntraError(answer.get('error') ?? '', answer.get('error_description') ?? undefined)
      const { code, correlationId } = refusal
      if (isCancelled(refusal, answer.get('error_subcode') ?? undefined))
        return { kind: 'cancelled', code, correlationId }
      return toFailure(refusal)
    },
  }
}

function withCredential(
  directory: client.Configuration,
  connection: Connection,
  timeout: AbortSignal,
): client.Configuration {
  const metadata = { id_token_signed_response_alg: 'RS256', [client.clockTolerance]: 60 }
  const { issuer } = directory.serverMetadata()
  const configuration = new client.Configuration(
    directory.serverMetadata(),
    connection.clientId,
    metadata,
    clientAuthentication(connection.credential),
  )
  configuration[client.customFetch] = fetchUntil(timeout)
  if (issuer.startsWith('http://')) client.allowInsecureRequests(configuration)
  return configuration
}
