import { createHash } from 'node:crypto'
import * as client from 'openid-client'
import { Browser, fetchLocally, type Page } from '../browser.ts'
import { givenApp, type World } from '../given.ts'
import { passMicrosoft } from '../oidc-client.ts'

export type Mode = 'query' | 'form_post'

/** The static clients that the plans need: confidential, without PKCE. */
const STATIC_CLIENTS = {
  one: 'client_secret_basic',
  two: 'client_secret_basic',
  post: 'client_secret_post',
} as const
export type StaticClient = keyof typeof STATIC_CLIENTS

export const secretOf = (clientId: StaticClient) => `the secret of client ${clientId}`

export function givenStaticClients(world: World): void {
  for (const clientId of Object.keys(STATIC_CLIENTS) as StaticClient[]) {
    givenApp(world, clientId, {
      kind: 'server',
      tokenEndpointAuthMethod: STATIC_CLIENTS[clientId],
      secretHashes: [createHash('sha256').update(secretOf(clientId)).digest('base64url')],
      postLogoutPaths: [clientId === 'two' ? '/elsewhere' : '/bye'],
    })
  }
}

type Login = { url: URL; state: string; nonce: string }

/** As `givenClient`, but confidential. */
export async function givenStaticClient(world: World, clientId: StaticClient = 'one') {
  const origin = world.originOf('contoso')
  const authenticate =
    STATIC_CLIENTS[clientId] === 'client_secret_post' ? client.ClientSecretPost : client.ClientSecretBasic
  const configuration = await client.discovery(
    new URL(`${origin}/auth`),
    clientId,
    undefined,
    authenticate(secretOf(clientId)),
    {
      execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
      [client.customFetch]: fetchLocally as client.CustomFetch,
    },
  )
  const redirectUri = `${origin}/callback`

  function begin(more: Record<string, string> = {}): Login {
    // Of 128 characters, as the suite's, so that it is seen to come back whole.
    const state = client.randomState().padEnd(128, '~')
    const nonce = client.randomNonce()
    const question = { redirect_uri: redirectUri, scope: 'openid', state, nonce, ...more }
    return { url: client.buildAuthorizationUrl(configuration, question), state, nonce }
  }
  const redeem = (answer: URL, { state, nonce }: Login, verifier?: string) =>
    client.authorizationCodeGrant(configuration, answer, {
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
      ...(verifier !== undefined && { pkceCodeVerifier: verifier }),
    })
  return { configuration, redirectUri, begin, redeem }
}

type App = Awaited<ReturnType<typeof givenStaticClient>>
export type Answer = { app: App; login: Login; browser: Browser; page: Page; url: URL; wasAsked: boolean }

/** The members of the answer as they reached the app, by redirect or by the form that posts them. */
function readAnswer(mode: Mode, page: Page, redirectUri: string): URL {
  if (mode === 'query') return page.url
  const { action, values } = page.formOf('Continue')
  if (action !== redirectUri) throw new Error(`the form goes to ${action}`)
  return new URL(`${action}?${new URLSearchParams(values)}`)
}

/** An independent client (openid-client), and a person who signs in when Microsoft asks. */
export function clientOf(getWorld: () => World, mode: Mode) {
  async function ask(
    more: Record<string, string> = {},
    { browser = new Browser(), change = (_url: URL) => {}, clientId = 'one' as StaticClient, method = 'GET' } = {},
  ): Promise<Answer> {
    const world = getWorld()
    const app = await givenStaticClient(world, clientId)
    const login = app.begin({ ...(mode === 'form_post' && { response_mode: mode }), ...more })
    change(login.url)
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://app.elsewhere.test' }
    const posted = { method, headers, body: login.url.searchParams.toString() }
    const opened = await (method === 'GET'
      ? browser.open(login.url)
      : browser.open(login.url.origin + login.url.pathname, posted))
    const wasAsked = opened.url.origin === world.m365.origin
    const page = wasAsked ? await passMicrosoft(browser, opened) : opened
    const isPageOfOurs = page.status !== 0 && !page.html.includes('Submitting Callback')
    const url = isPageOfOurs ? page.url : readAnswer(mode, page, app.redirectUri)
    return { app, login, browser, page, wasAsked, url }
  }
  const redeem = ({ app, url, login }: Answer, verifier?: string) => app.redeem(url, login, verifier)
  const signIn = async (...question: Parameters<typeof ask>) => {
    const answer = await ask(...question)
    return { ...answer, tokens: await redeem(answer) }
  }
  return { ask, redeem, signIn }
}
