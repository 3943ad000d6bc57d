import { Browser, type Page } from '../browser.ts'
import { ADELE, type World } from '../given.ts'
import { givenClient, type Login } from '../oidc-client.ts'

export type Mode = 'query' | 'form_post'
type App = Awaited<ReturnType<typeof givenClient>>
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
    { browser = new Browser(), change = (_url: URL) => {}, clientId = 'web-client', method = 'GET' } = {},
  ): Promise<Answer> {
    const world = getWorld()
    const app = await givenClient(world, 'contoso', clientId)
    const login = await app.begin({ response_mode: mode, ...more })
    change(login.url)
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://app.elsewhere.test' }
    const posted = { method, headers, body: login.url.searchParams.toString() }
    const opened = await (method === 'GET'
      ? browser.open(login.url)
      : browser.open(login.url.origin + login.url.pathname, posted))
    const wasAsked = opened.url.origin === world.m365.origin
    const page = wasAsked
      ? await browser.submit(opened, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' })
      : opened
    const isPageOfOurs = page.status !== 0 && !page.html.includes('Submitting Callback')
    return {
      app,
      login,
      browser,
      page,
      wasAsked,
      url: isPageOfOurs ? page.url : readAnswer(mode, page, app.redirectUri),
    }
  }
  const redeem = ({ app, url, login }: Answer) => app.redeem(url, login)
  const signIn = async (...question: Parameters<typeof ask>) => {
    const answer = await ask(...question)
    return { ...answer, tokens: await redeem(answer) }
  }
  return { ask, redeem, signIn }
}
