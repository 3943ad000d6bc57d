import * as client from 'openid-client'
import { Browser, fetchLocally, type Page } from './browser.ts'
import { ADELE, givenApp, type World } from './given.ts'
import { passMicrosoft } from './oidc-client.ts'

/** An app of the catalogue with a shared host, and a client of it there. */
export function givenSharedApp(
  world: World,
  clientId = 'web-client',
  host = 'web',
  more: Parameters<typeof givenApp>[2] = {},
) {
  const origin = `http://${host}.phone.localhost:${world.port}`
  givenApp(world, clientId, { sharedUrl: `${origin}/start`, ...more })
  return origin
}

export async function givenSharedClient(origin: string, clientId = 'web-client') {
  const configuration = await client.discovery(new URL(`${origin}/auth`), clientId, undefined, client.None(), {
    execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
    [client.customFetch]: fetchLocally as client.CustomFetch,
  })
  async function begin(more: Record<string, string> = {}) {
    const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()]
    const parameters = {
      redirect_uri: `${origin}/callback`,
      scope: 'openid profile email phone_system',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...more,
    }
    return { url: client.buildAuthorizationUrl(configuration, parameters), verifier, state, nonce }
  }
  const redeem = (callback: URL, { verifier, state, nonce }: Awaited<ReturnType<typeof begin>>) =>
    client.authorizationCodeGrant(configuration, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    })
  return { configuration, begin, redeem }
}

/** Types an address on our page; what comes back is the page that leads on, or one that asks again. */
export const typeAddress = (browser: Browser, page: Page, address: string) =>
  browser.submit(page, 'Continue', { address })

/** As a browser does by itself: follows the address of the `Refresh` header. */
export function goOn(browser: Browser, page: Page): Promise<Page> {
  const target = /url=(.*)$/.exec(String(page.headers.refresh))?.[1]
  if (!target) throw new Error(`does not lead on: ${page.status} ${page.text}`)
  return browser.open(new URL(target, page.url))
}

/** As a script does: where another account's session is ended first, the library's page goes on by itself. */
export async function endOtherSession(browser: Browser, page: Page): Promise<Page> {
  return page.html.includes('Submitting Callback') ? browser.submit(page, 'Continue') : page
}

/** The whole way: address, Microsoft, tokens. */
export async function signInShared(
  origin: string,
  options: {
    browser?: Browser
    address?: string
    userName?: string
    clientId?: string
    hints?: Record<string, string>
  } = {},
) {
  const {
    browser = new Browser(),
    address = ADELE.userPrincipalName,
    userName = ADELE.userPrincipalName,
    hints,
  } = options
  const app = await givenSharedClient(origin, options.clientId)
  const login = await app.begin(hints)
  const asked = await browser.open(login.url)
  const opened = asked.text.includes('Your work address')
    ? await goOn(browser, await typeAddress(browser, asked, address))
    : asked
  const signedIn = opened.html.includes('name="username"') ? await passMicrosoft(browser, opened, userName) : opened
  const page = await endOtherSession(browser, signedIn)
  if (page.status !== 0) throw new Error(`sign-in ended on ${page.status} ${page.url}: ${page.text}`)
  return { app, browser, login, callback: page.url, tokens: await app.redeem(page.url, login) }
}
