import type { Connection } from '@jackfield/contract/internal/internal-api'
import * as client from 'openid-client'
import type { MicrosoftOrigins } from './clouds.ts'

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
 * It expects ID tokens signed with RS256; the caller verifies their signatures (T-01). `signal` aborts any request of the
 * configuration, which otherwise times out after 10 s. `onAnswer` receives every response.
 * @throws openid-client's errors and `ForeignEndpointError`; see `readEntraFailure`
 */
export async function discoverDirectory(
  account: Pick<Connection, 'clientId' | 'directoryId' | 'credential'>,
  origins: MicrosoftOrigins,
  { signal, onAnswer }: { signal?: AbortSignal | undefined; onAnswer?: ((answer: Response) => void) | undefined } = {},
): Promise<client.Configuration> {
  const insecure = origins.login.startsWith('http://') ? [client.allowInsecureRequests] : []
  const send = fetchUntil(signal)
  const configuration = await client.discovery(
    new URL(`${origins.login}/${account.directoryId}/v2.0`),
    account.clientId,
    { id_token_signed_response_alg: 'RS256', [client.clockTolerance]: 60 },
    clientAuthentication(account.credential),
    {
      execute: insecure,
      timeout: TIMEOUT_SECONDS,
      [client.customFetch]: async (url, options) => {
        const answer = await send(url, options)
        onAnswer?.(answer)
        return answer
      },
    },
  )
  const foreign = findForeignEndpoint({ ...configuration.serverMetadata() }, origins)
  if (foreign !== undefined) throw new ForeignEndpointError(foreign)
  return configuration
}

/** A discovery document leads away from Microsoft: no browser, code or credential goes there (T-121). */
export class ForeignEndpointError extends Error {
  override readonly name = 'ForeignEndpointError'
  readonly endpoint: string

  constructor(endpoint: string) {
    super(`${endpoint} is on another origin than Entra ID`)
    this.endpoint = endpoint
  }
}

/**
 * The member of a discovery document that names an endpoint elsewhere than on the login origin. Microsoft's userinfo is
 * on Graph.
 */
function findForeignEndpoint(
  metadata: Readonly<Record<string, unknown>>,
  { login, graph, graphResource }: MicrosoftOrigins,
): string | undefined {
  const isOn = (url: unknown, ...origins: string[]) =>
    typeof url === 'string' && URL.canParse(url) && origins.includes(new URL(url).origin)
  return Object.keys(metadata).find((name) => {
    const url = metadata[name]
    if (url === undefined || !(name.endsWith('_endpoint') || name === 'jwks_uri')) return false
    return name === 'userinfo_endpoint' ? !isOn(url, login, graph, graphResource) : !isOn(url, login)
  })
}

/** Fetches no longer than until `signal` says so, whatever time the request would have for itself. */
export function fetchUntil(signal: AbortSignal | undefined): client.CustomFetch {
  return (url, options) => {
    const signals = [signal, options.signal].filter((each) => each instanceof AbortSignal)
    return fetch(url, { ...options, signal: AbortSignal.any(signals) } as RequestInit)
  }
}
