import type { Page as ListPage } from '@jackfield/contract/http/page'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import type { Tenant } from '@jackfield/contract/tenants/tenant'
import { provideDemo } from '@jackfield/local-platform/demo'
import { demoRegistration } from '@jackfield/local-platform/demo-registration'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Locator, Page } from 'playwright-core'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

const WIDE = { width: 1280, height: 900 }
export const registration = demoRegistration()

/** The platform with the demo, and an admin of Contoso in Control. */
export async function enterDemoInControl() {
  const platform = await runPlatform()
  await provideDemo(platform.api, platform.addresses.base, registration, {
    onStep: () => undefined,
    onRun: (_run: SyncRun) => undefined,
  })
  const { items } = await platform.api<ListPage<Tenant>>('GET', '/tenants')
  const tenant = items.find(({ slug }) => slug === 'contoso') as Tenant
  const browser = await launchChromium()
  const page = await enterControl(
    platform,
    tenant.id,
    await (await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce' })).newPage(),
  )
  const api = `/tenants/${tenant.id}`
  const home = `${platform.addresses.control}/tenants/${tenant.id}`
  return {
    platform,
    tenant,
    browser,
    page,
    home,
    api,
    readAccount: async () =>
      (await platform.api<ListPage<MicrosoftAccount>>('GET', `${api}/microsoft-accounts`)).items[0] as MicrosoftAccount,
    readUser: async (name: string) =>
      (await platform.api<ListPage<PhoneUser>>('GET', `${api}/users?search=${encodeURIComponent(name)}`))
        .items[0] as PhoneUser,
    async end() {
      await browser.close()
      await platform.end()
    },
  }
}

async function enterControl(platform: RunningPlatform, scope: string, page: Page): Promise<Page> {
  page.setDefaultTimeout(20_000)
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', { scope })
  await page.goto(`${platform.addresses.control}/enter#${token}`)
  await page.getByRole('navigation', { name: 'System' }).waitFor()
  return page
}

export const DIRECTORY = `/directories/${registration.directoryId}`

/** Says something to the emulator itself, as nobody of Microsoft can. */
export async function practise<Answer>(
  platform: RunningPlatform,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(`${platform.addresses.emulator}/_emulator${path}`, { method, ...json })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json() as Promise<Answer>
}

/** Changes that the page sends from now on, each as `METHOD /path`. */
export function watchChanges(page: Page): string[] {
  const changes: string[] = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (request.method() !== 'GET' && pathname.startsWith('/api/'))
      changes.push(`${request.method()} ${pathname.split('/').slice(5).join('/')}`)
  })
  return changes
}

/** As somebody who presses too often: both presses before the page can answer. */
export async function pressTwice(button: Locator): Promise<void> {
  await button.evaluate((element: { click(): void }) => {
    element.click()
    element.click()
  })
}

/** The widths and colours in which a page is looked at, when SCREENSHOTS names a folder. */
export async function picture(page: Page, name: string, at?: Locator): Promise<void> {
  const folder = process.env.SCREENSHOTS
  if (!folder) return
  const looks = [
    { look: 'wide', ...WIDE, colorScheme: 'light' },
    { look: 'narrow', width: 390, height: 844, colorScheme: 'light' },
    { look: 'dark', ...WIDE, colorScheme: 'dark' },
  ] as const
  for (const { look, width, height, colorScheme } of looks) {
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme })
    await at?.scrollIntoViewIfNeeded()
    await page.screenshot({ path: `${folder}/${name}-${look}.png` })
  }
  await page.setViewportSize(WIDE)
  await page.emulateMedia({ colorScheme: 'light' })
}
