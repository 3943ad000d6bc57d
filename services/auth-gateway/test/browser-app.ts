import type { BrowserContext, Page } from 'playwright-core'
import { ADELE, type World } from './given.ts'

type Wishes = { path?: string; headers?: Record<string, string>; slug?: string }

/**
 * An app's page and files on the host where the gateway is, as behind an ingress; it isolates itself like Microsoft's
 * pages do.
 */
export async function openApp(
  world: World,
  context: BrowserContext,
  files: Readonly<Record<string, string>>,
  wishes: Wishes = {},
): Promise<Page> {
  await serveApp(world, context, files, wishes)
  const page = await context.newPage()
  await page.goto(world.originOf(wishes.slug ?? 'contoso') + (wishes.path ?? '/?view=calls'))
  return page
}

/** The same for whatever pages the context has. */
export async function serveApp(
  world: World,
  context: BrowserContext,
  files: Readonly<Record<string, string>>,
  wishes: Pick<Wishes, 'headers' | 'slug'> = {},
): Promise<void> {
  const origin = world.originOf(wishes.slug ?? 'contoso')
  await context.route(
    (url) => url.origin === origin && url.pathname in files,
    (route) => {
      const { pathname } = new URL(route.request().url())
      const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8'
      const headers = { 'content-type': type, 'cross-origin-opener-policy': 'same-origin', ...wishes.headers }
      return route.fulfill({ headers, body: files[pathname] ?? '' })
    },
  )
}

export async function atMicrosoft(page: Page): Promise<void> {
  await page.getByLabel('User name').fill(ADELE.userPrincipalName)
  await page.getByLabel('Password').fill('Passw0rd!')
  await page.getByRole('button', { name: 'Sign in' }).click()
}

export async function clickForPopup(page: Page): Promise<Page> {
  const popup = page.waitForEvent('popup')
  await page.getByRole('button').click()
  const opened = await popup
  await opened.getByLabel('User name').waitFor()
  return opened
}
