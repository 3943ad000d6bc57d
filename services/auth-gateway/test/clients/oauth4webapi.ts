import { importJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { type App, type Client, SCOPE } from './client.ts'
import { versionOf } from './version-of.ts'
import { type Answer, serveLibrary } from './web-app.ts'

const INSECURE = { [oauth.allowInsecureRequests]: true }

const authentication = async ({ auth, secret, key }: App) =>
  ({
    none: () => oauth.None(),
    client_secret_basic: () => oauth.ClientSecretBasic(secret),
    client_secret_post: () => oauth.ClientSecretPost(secret),
    private_key_jwt: async () => oauth.PrivateKeyJwt((await importJWK(key, 'RS256')) as CryptoKey),
  })[auth]()

async function begin(app: App) {
  const issuer = new URL(app.issuer)
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, INSECURE))
  const client: oauth.Client = {
    client_id: app.clientId,
    ...(app.alg !== 'RS256' && { id_token_signed_response_alg: app.alg }),
  }
  const clientAuthentication = await authentication(app)
  const [verifier, state, nonce] = [
    oauth.generateRandomCodeVerifier(),
    oauth.generateRandomState(),
    oauth.generateRandomNonce(),
  ]
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: `${app.origin}/callback`,
    response_type: 'code',
    scope: SCOPE,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(app.mode === 'form_post' && { response_mode: 'form_post' }),
  }).toString()
  const finish = async ({ url, body }: Answer) => {
    const parameters = oauth.validateAuthResponse(
      server,
      client,
      body === undefined ? url : new URLSearchParams(body),
      state,
    )
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuthentication,
      parameters,
      `${app.origin}/callback`,
      verifier,
      INSECURE,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    })
    await oauth.validateApplicationLevelSignature(server, response, INSECURE)
    const sub = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? ''
    const told = await oauth.userInfoRequest(server, client, tokens.access_token, INSECURE)
    const renewing = oauth.refreshTokenGrantRequest(
      server,
      client,
      clientAuthentication,
      tokens.refresh_token ?? '',
      INSECURE,
    )
    const refreshed = await oauth.processRefreshTokenResponse(server, client, await renewing)
    return {
      sub,
      idToken: tokens.id_token,
      userinfo: (await oauth.processUserInfoResponse(server, client, sub, told)).sub,
      refreshed: [tokens.access_token, refreshed.access_token] as const,
    }
  }
  return { url, finish }
}

export const oauth4webapi: Client = {
  name: 'oauth4webapi',
  version: () => versionOf('oauth4webapi'),
  lacks: { signOut: 'it has no call for the sign-out address' },
  recipe: `Nothing beside the client id and the authentication. ES256 is named by \`id_token_signed_response_alg\` of its \`Client\`. Signatures of ID tokens are
verified by \`validateApplicationLevelSignature\`, which is a call of its own.`,
  start: (apps, port) => serveLibrary(apps, port, begin),
}
