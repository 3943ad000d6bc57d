import { generators, Issuer } from 'openid-client-5'
import { type App, type Client, SCOPE } from './client.ts'
import { versionOf } from './version-of.ts'
import { type Answer, serveLibrary } from './web-app.ts'

async function begin(app: App) {
  const issuer = await Issuer.discover(app.issuer)
  const client = new issuer.Client(
    {
      client_id: app.clientId,
      redirect_uris: [`${app.origin}/callback`],
      response_types: ['code'],
      ...(app.auth !== 'client_secret_basic' && { token_endpoint_auth_method: app.auth }),
      ...(app.auth.startsWith('client_secret') && { client_secret: app.secret }),
      ...(app.alg !== 'RS256' && { id_token_signed_response_alg: app.alg }),
    },
    app.auth === 'private_key_jwt' ? { keys: [app.key] } : undefined,
  )
  const verifier = generators.codeVerifier()
  const checks = { state: generators.state(), nonce: generators.nonce() }
  const url = client.authorizationUrl({
    scope: SCOPE,
    ...checks,
    ...(app.auth === 'none' && {
      code_challenge: generators.codeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
    ...(app.mode === 'form_post' && { response_mode: 'form_post' }),
  })
  const finish = async ({ url, body }: Answer) => {
    const parameters = client.callbackParams({
      method: body === undefined ? 'GET' : 'POST',
      url: url.href,
      body,
    } as never)
    const more = app.auth === 'none' ? { code_verifier: verifier } : {}
    const tokens = await client.callback(`${app.origin}/callback`, parameters, { ...checks, ...more })
    const refreshed = await client.refresh(tokens)
    return {
      sub: tokens.claims().sub,
      idToken: tokens.id_token,
      userinfo: (await client.userinfo(tokens)).sub,
      refreshed: [tokens.access_token ?? '', refreshed.access_token ?? ''] as const,
      signOut: client.endSessionUrl({ id_token_hint: tokens, post_logout_redirect_uri: `${app.origin}/bye` }),
    }
  }
  return { url, finish }
}

export const openidClient5: Client = {
  name: 'openid-client 5',
  version: () => versionOf('openid-client-5'),
  lacks: {},
  recipe: `\`Issuer.discover('https://<tenant host>/auth')\`, then \`new issuer.Client({client_id, client_secret})\`: RS256 and \`client_secret_basic\` are its
defaults and ours. Any other method is named by \`token_endpoint_auth_method\` (\`none\` for a public app), ES256 by
\`id_token_signed_response_alg\`. It verifies the signature of every ID token.`,
  start: (apps, port) => serveLibrary(apps, port, begin),
}
