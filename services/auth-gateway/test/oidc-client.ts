import * as client from 'openid-client'
import { Browser, fetchLocally, type Page } from './browser.ts'
import { ADELE, type World } from './given.ts'

export type Login = { url: URL; verifier: string; state: string; nonce: string }

/** An app as any developer would write it: an off-the-shelf OpenID Connect library, discovery, code flow, PKCE. */
export async function givenClient(
  world: World,
  slug: string,
  clientId = 'web-client',
  redirectUri = `${world.originOf(slug)}/callback`,
) {
  const configuration = await client.discovery(
    new URL(`${world.originOf(slug)}/auth`),
    clientId,
    undefined,
    client.None(),
    {
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
      [client.customFetch]: fetchLocally as client.CustomFetch,
    },
  )

  async function begin(more: Record<string, string> = {}): Promise<Login> {
    const verifier = client.randomPKCECodeVerifier()
    const state = client.randomState()
    const nonce = client.randomNonce()
    const parameters = {
      redirect_uri: redirectUri,
      scope: 'openid profile email phone phone_system',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...more,
    }
    return { url: client.buildAuthorizationUrl(configuration, parameters), verifier, state, nonce }
  }

  const redeem = (callback: URL, { verifier, state, nonce }: Login) =>
    client.authorizationCodeGrant(configuration, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    })

  return { configuration, redirectUri, begin, redeem }
}

/**
 * Opens an authorization URL and types Adele's password (or another's) at Microsoft; ends at the app or on our page.
 */
export async function signInAt(browser: Browser, url: URL, userName: string = ADELE.userPrincipalName): Promise<Page> {
  return passMicrosoft(browser, await browser.open(url), userName)
}

export function passMicrosoft(
  browser: Browser,
  page: Page,
  userName: string = ADELE.userPrincipalName,
  stopAt?: RegExp,
): Promise<Page> {
  return browser.submit(page, 'Sign in', { username: userName, password: 'Passw0rd!' }, stopAt)
}

/** The whole way: a signed-in browser, its tokens, and the app's library. */
export async function signIn(
  world: World,
  slug: string,
  options: { clientId?: string; browser?: Browser; userName?: string; redirectUri?: string } = {},
) {
  const app = await givenClient(world, slug, options.clientId, options.redirectUri)
  const browser = options.browser ?? new Browser()
  const login = await app.begin()
  const opened = await browser.open(login.url)
  const page = opened.status === 0 ? opened : await passMicrosoft(browser, opened, options.userName)
  if (page.status !== 0) throw new Error(`sign-in ended on ${page.status} ${page.url}: ${page.text}`)
  return { app, browser, login, callback: page.url, tokens: await app.redeem(page.url, login) }
}

/** The `code` of an error that openid-client throws for an OAuth error answer. */
export async function oauthErrorOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  return error instanceof client.ResponseBodyError || error instanceof client.AuthorizationResponseError
    ? error.error
    : String(error)
}
