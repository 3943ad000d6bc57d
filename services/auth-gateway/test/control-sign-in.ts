import { Browser, type Page, send } from './browser.ts'
import { ADELE, type World } from './given.ts'

export const CONTROL_COOKIE = '__Host-jackfield-control'

/** What Control's page sends when the button is pressed. */
export async function begin(world: World, browser: Browser, body: object = {}, headers: Record<string, string> = {}) {
  const origin = world.originOf('control')
  const page = await browser.open(`${origin}/auth/control/sign-ins`, {
    method: 'POST',
    body: JSON.stringify({ tenant: 'contoso', ...body }),
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
  })
  return { status: page.status, body: JSON.parse(page.html), page }
}

/**
 * Begins, and types Adele's password (or another's) at Microsoft; ends in Control, on our page, or where `stopAt` says.
 */
export async function enterControl(
  world: World,
  options: { browser?: Browser; body?: object; userName?: string; stopAt?: RegExp } = {},
) {
  const { browser = new Browser(), body, userName = ADELE.userPrincipalName, stopAt } = options
  const begun = await begin(world, browser, body)
  if (begun.body.kind !== 'go-to-microsoft') throw new Error(JSON.stringify(begun.body))
  const page = await browser.open(begun.body.url, stopAt ? { stopAt } : {})
  const atMicrosoft = page.html.includes('name="password"')
  return {
    browser,
    page: atMicrosoft
      ? await browser.submit(page, 'Sign in', { username: userName, password: 'Passw0rd!' }, stopAt)
      : page,
  }
}

export function controlCookie(browser: Browser): string | undefined {
  return browser.cookies.find(({ name }) => name === CONTROL_COOKIE)?.value
}

export async function sessionOf(world: World, cookie: string | undefined) {
  const headers = { cookie: `${CONTROL_COOKIE}=${cookie}` }
  const { status, text } = await send(`${world.originOf('control')}/auth/control/session`, { headers })
  return { status, body: JSON.parse(text) }
}

export const isRefused = ({ page, browser }: { page: Page; browser: Browser }) =>
  page.status >= 400 && controlCookie(browser) === undefined
