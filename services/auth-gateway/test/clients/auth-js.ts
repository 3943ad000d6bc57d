import { Auth, type AuthConfig } from '@auth/core'
import { importJWK } from 'jose'
import { type App, type Client, type Outcome, SCOPE } from './client.ts'
import { versionOf } from './version-of.ts'
import { serve } from './web-app.ts'

// Beside the gateway's own `/auth`, where a frontend is on the tenant's host.
const basePath = '/api/auth'

async function configure(app: App, onSignedIn: (outcome: Outcome) => void): Promise<AuthConfig> {
  return {
    basePath,
    secret: 'a secret of this test alone',
    trustHost: true,
    logger: { error: () => {}, warn: () => {} },
    providers: [
      {
        id: 'jackfield',
        name: 'Jackfield',
        type: 'oidc',
        issuer: app.issuer,
        clientId: app.clientId,
        authorization: { params: { scope: SCOPE, ...(app.mode === 'form_post' && { response_mode: 'form_post' }) } },
        ...(app.auth.startsWith('client_secret') && { clientSecret: app.secret }),
        client: {
          ...(app.auth !== 'client_secret_basic' && { token_endpoint_auth_method: app.auth }),
          ...(app.alg !== 'RS256' && { id_token_signed_response_alg: app.alg }),
        },
        ...(app.auth === 'private_key_jwt' && {
          token: { clientPrivateKey: (await importJWK(app.key, 'RS256')) as CryptoKey },
        }),
      },
    ],
    callbacks: {
      jwt({ token, account }) {
        if (account) onSignedIn({ sub: account.providerAccountId, idToken: account.id_token })
        return token
      },
    },
  }
}

const cookiesOf = (response: Response) => response.headers.getSetCookie()
const asCookie = (lines: readonly string[]) => lines.map((line) => line.split(';')[0]).join('; ')

/** As the button of its sign-in page does. */
async function signIn(app: App, config: AuthConfig) {
  const csrf = await Auth(new Request(`${app.origin}${basePath}/csrf`), config)
  const { csrfToken } = (await csrf.json()) as { csrfToken: string }
  const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie: asCookie(cookiesOf(csrf)) }
  const body = new URLSearchParams({ csrfToken, callbackUrl: app.origin }).toString()
  const asked = await Auth(
    new Request(`${app.origin}${basePath}/signin/jackfield`, { method: 'POST', headers, body }),
    config,
  )
  const location = asked.headers.get('location') ?? ''
  return { status: 302, body: '', headers: { location, 'set-cookie': [...cookiesOf(csrf), ...cookiesOf(asked)] } }
}

export const authJs: Client = {
  name: 'Auth.js',
  version: () => versionOf('@auth/core'),
  callbackPath: `${basePath}/callback/jackfield`,
  lacks: {
    userinfo: 'it reads the ID token',
    refresh: 'left to the app',
    signOut: 'it ends its own session alone',
  },
  recipe: `A provider \`{id, name, type: 'oidc', issuer: 'https://<tenant host>/auth', clientId, clientSecret}\`. \`basePath\` is not \`/auth\` on a tenant’s host,
where the gateway is. Other methods and ES256 are named in \`client\`. It does not look at the signature of an ID token from the token
endpoint. A form post from another site needs \`SameSite=None\` for its cookie \`pkceCodeVerifier\`.`,
  async start(apps, port) {
    const outcomes = new Map<string, Outcome>()
    const configured = new Map(
      await Promise.all(
        apps.map(
          async (app) =>
            [app.origin, { app, config: await configure(app, (it) => outcomes.set(app.origin, it)) }] as const,
        ),
      ),
    )
    return serve(port, async (url, body, headers) => {
      const { app, config } =
        configured.get(url.origin) ??
        (() => {
          throw new Error(`no app at ${url.origin}`)
        })()
      if (url.pathname === '/login') return signIn(app, config)
      const method = body === undefined ? 'GET' : 'POST'
      const answer = await Auth(new Request(url, { method, headers, body: body ?? null }), config)
      const outcome = outcomes.get(app.origin)
      return outcome
        ? { status: 200, body: JSON.stringify(outcome) }
        : { status: 500, body: `${answer.status} ${answer.headers.get('location')} ${await answer.text()}` }
    })
  },
}
