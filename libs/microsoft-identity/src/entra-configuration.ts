import type { Connection } from '@jackfield/contract/internal/internal-api'
import * as client from 'openid-client'

/** Waits for Entra ID are bounded (T-115). */
const TIMEOUT_SECONDS = 10

/** RFC 7523 2.2. */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * How the app proves itself at the token endpoint, by the credential of the account; without one it is a public client.
 */
export function clientAuthentication(credential: Connection['credential']): client.ClientAuth {
  if (!credential) return client.None()
  if (credential.type === 'secret') return client.ClientSecretPost(credential.secret)
  return (_server, { client_id: clientId }, body) => {
    body.set('client_id', clientId)
    body.set('client_assertion_type', JWT_BEARER)
    body.set('client_assertion', credential.assertion)
  }
}

/**
 * Discovers one directory (OpenID Connect Discovery 1.0, its issuer compared exactly) as the account's client.
 * ID token signatures are checked also when the token came from the token endpoint (T-01), RS256 only.
 * `signal` ends every request of the configuration, beside the 10 s that each has for itself.
 * @throws openid-client's errors; see `readEntraFailure`
 */
export async function discoverDirectory(
  account: Pick<Connection, 'clientId' | 'directoryId' | 'credential'>,
  loginOrigin: string,
  signal?: AbortSignal,
): Promise<client.Configuration> {
  const insecure = loginOrigin.startsWith('http://') ? [client.allowInsecureRequests] : []
  return client.discovery(
    new URL(`${loginOrigin}/${account.directoryId}/v2.0`),
    account.clientId,
    { id_token_signed_response_alg: 'RS256', [client.clockTolerance]: 60 },
    clientAuthentication(account.credential),
    {
      execute: [client.enableNonRepudiationChecks, ...insecure],
      timeout: TIMEOUT_SECONDS,
      ...(signal && { [client.customFetch]: fetchUntil(signal) }),
    },
  )
}

/** Fetches no longer than until `signal` says so, whatever time the request would have for itself. */
export function fetchUntil(signal: AbortSignal): client.CustomFetch {
  return (url, options) => {
    const signals = options.signal ? [signal, options.signal] : [signal]
    return fetch(url, { ...options, signal: AbortSignal.any(signals) } as RequestInit)
  }
}
