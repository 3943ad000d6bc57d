import { accessSync, constants } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** CHROMIUM_PATH, or the first browser in the usual places. */
export function findChromium(): string | undefined {
  const wished = process.env.CHROMIUM_PATH
  return [...(wished ? [wished] : []), ...PLACES].find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Starts a headless Chromium whose background services (updates, metrics) are off. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch(launchOptions())
}

type Profile = { context: BrowserContext; page: Page; close(): Promise<void> }

/** Opens an address like an installed app: in its own window, `display-mode: standalone`. */
export function openInstalledApp(url: string): Promise<Profile> {
  return openProfile([`--app=${url}`])
}

/** Opens a browser whose settings keep no cookies of any site. */
export function openWithoutCookies(): Promise<Profile> {
  return openProfile([], { profile: { default_content_setting_values: { cookies: 2 } } })
}

async function openProfile(more: readonly string[], preferences: object = {}): Promise<Profile> {
  const profile = await mkdtemp(join(tmpdir(), 'jackfield-chromium-'))
  await mkdir(join(profile, 'Default'))
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
  const { args, ...options } = launchOptions()
  const context = await chromium.launchPersistentContext(profile, { ...options, args: [...args, ...more] })
  const page = context.pages()[0] ?? (await context.waitForEvent('page'))
  return {
    context,
    page,
    async close() {
      await context.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/**
 * Replaces Playwright's list, because Chromium counts the last one only: that list also disables
 * ThirdPartyStoragePartitioning, which every person's Chromium has (T-133).
 */
const DISABLED_FEATURES = [
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
]

function launchOptions() {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('The browser tests need Chromium: install it, or set CHROMIUM_PATH.')
  return {
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${DISABLED_FEATURES.join(',')}`,
    ],
  }
}
