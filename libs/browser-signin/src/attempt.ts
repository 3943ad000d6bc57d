import * as oauth from 'oauth4webapi'
import { SignInError } from './sign-in-error.ts'

export type Provider = {
  /** The app's client id in the gateway's catalogue. */
  clientId: string
  /** Issuer; default: `/auth` on this page's origin. */
  authority?: string
  /** Page on this origin that runs `bridge.js`; default: the gateway's own, `/auth/signed-in`. */
  redirectUri?: string
  scope?: string
}

export type AuthorizationOptions = {
  loginHint?: string
  prompt?: 'login' | 'select_account'
  /** Languages of the gateway's pages (BCP 47, separated by blanks); default: the browser's. */
  uiLocales?: string
}

/** Kept by the window that started the sign-in: without the verifier the code cannot be redeemed (RFC 7636). */
export type Attempt = {
  authority: string
  clientId: string
  redirectUri: string
  state: string
  nonce: string
  verifier: string
}

export type SignedIn = {
  claims: Readonly<Record<string, unknown>> & { sub: string }
  idToken: string
  accessToken: string
  refreshToken: string | undefined
  /** When the access token expires. */
  expiresAt: Date
}

const servers = new Map<string, Promise<oauth.AuthorizationServer>>()

/** Makes an authorization request: code flow, PKCE S256, state and nonce. */
export async function beginAttempt(
  provider: Provider,
  options: AuthorizationOptions,
): Promise<{ attempt: Attempt; url: string }> {
  const attempt: Attempt = {
    authority: authorityOf(provider),
    clientId: provider.clientId,
    redirectUri: new URL(provider.redirectUri ?? '/auth/signed-in', location.origin).href,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  }
  const [server, challenge] = await Promise.all([
    findServer(attempt.authority),
    oauth.calculatePKCECodeChallenge(attempt.verifier),
  ])
  if (!server.authorization_endpoint) throw new SignInError('failed')
  const url = new URL(server.authorization_endpoint)
  const parameters = {
    client_id: attempt.clientId,
    redirect_uri: attempt.redirectUri,
    response_type: 'code',
    scope: provider.scope ?? 'openid profile email phone_system',
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(options.loginHint && { login_hint: options.loginHint }),
    ...(options.uiLocales && { ui_locales: options.uiLocales }),
    ...(options.prompt && { prompt: options.prompt }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return { attempt, url: url.href }
}

/** Redeems the provider's answer; checks state, issuer (RFC 9207), nonce, audience and times. */
export async function redeem(attempt: Attempt, answer: string): Promise<SignedIn> {
  const server = await findServer(attempt.authority)
  const client: oauth.Client = { client_id: attempt.clientId }
  const parameters = oauth.validateAuthResponse(server, client, new URLSearchParams(answer), attempt.state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    attempt.redirectUri,
    attempt.verifier,
    transportOf(attempt.authority),
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: attempt.nonce,
    requireIdToken: true,
  })
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  if (!claims || !tokens.id_token) throw new SignInError('failed')
  return {
    claims,
    idToken: tokens.id_token,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresAt: new Date(Date.now() + (tokens.expires_in ?? 0) * 1000),
  }
}

/** The issuer: by default `/auth` on this page's origin. */
export function authorityOf({ authority }: Pick<Provider, 'authority'>): string {
  return authority ?? `${location.origin}/auth`
}

function findServer(authority: string): Promise<oauth.AuthorizationServer> {
  const known = servers.get(authority) ?? discover(new URL(authority))
  servers.set(authority, known)
  known.catch(() => servers.delete(authority)) // the next click retries
  return known
}

async function discover(issuer: URL): Promise<oauth.AuthorizationServer> {
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, transportOf(issuer.href)))
}

/** Allows plain http on this machine only, which browsers treat as secure. */
function transportOf(authority: string) {
  const { hostname } = new URL(authority)
  return { [oauth.allowInsecureRequests]: /^(?:.+\.)?localhost$|^127\.0\.0\.1$/.test(hostname) }
}
