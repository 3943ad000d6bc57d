import { importJWK } from 'jose'
import * as client from 'openid-client'
import { type App, type Client, SCOPE } from './client.ts'
import { versionOf } from './version-of.ts'
import { type Answer, serveLibrary } from './web-app.ts'

const authentication = async ({ auth, secret, key }: App) =>
  ({
    none: () => client.None(),
    client_secret_basic: () => client.ClientSecretBasic(secret),
    client_secret_post: () => client.ClientSecretPost(secret),
    private_key_jwt: async () => client.PrivateKeyJwt((await importJWK(key, 'RS256')) as CryptoKey),
  })[auth]()

async function begin(app: App) {
  // Signatures of ID tokens are an option: by default it trusts the TLS of the token endpoint (Core 3.1.3.7, 6).
  const configuration = await client.discovery(new URL(app.issuer), app.clientId, {}, await authentication(app), {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
  })
  const verifier = client.randomPKCECodeVerifier()
  const checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce() }
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${app.origin}/callback`,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...(app.auth === 'none' && {
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
    ...(app.mode === 'form_post' && { response_mode: 'form_post' }),
  })
  const finish = async ({ url, body }: Answer) => {
    const answer =
      body === undefined
        ? url
        : new Request(url, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    const more = app.auth === 'none' ? { pkceCodeVerifier: verifier } : {}
    const tokens = await client.authorizationCodeGrant(configuration, answer, { ...checks, ...more })
    const sub = tokens.claims()?.sub ?? ''
    const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? '')
    const signOut = client.buildEndSessionUrl(configuration, {
      post_logout_redirect_uri: `${app.origin}/bye`,
      id_token_hint: tokens.id_token ?? '',
    })
    return {
      sub,
      idToken: tokens.id_token,
      userinfo: (await client.fetchUserInfo(configuration, tokens.access_token, sub)).sub,
      refreshed: [tokens.access_token, refreshed.access_token] as const,
      signOut: signOut.href,
    }
  }
  return { url, finish }
}

export const openidClient6: Client = {
  name: 'openid-client 6',
  version: () => versionOf('openid-client'),
  lacks: {},
  recipe: `\`discovery(new URL('https://<tenant host>/auth'), clientId, {}, authentication)\`; nothing else is set, and both algorithms of ID tokens are
taken as discovery names them. Without \`enableNonRepudiationChecks\` it does not look at the signature of an ID token from the token
endpoint. A form post is handed on as a \`Request\`.`,
  start: (apps, port) => serveLibrary(apps, port, begin),
}
