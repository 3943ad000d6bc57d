import { mkdir } from 'node:fs/promises'
import { type Branding, NO_BRANDING } from '@jackfield/contract/tenants/branding'
import type { Language } from '@jackfield/contract/tenants/language'
import { findViolations } from '@jackfield/test-environment/accessibility'
import { launchChromium } from '@jackfield/test-environment/chromium'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGO_PATH, type Look, pageHeaders } from '../src/pages/layout.ts'
import { textsFor } from '../src/pages/texts/texts.ts'
import { everyPage } from './every-page.ts'
import { LOGO } from './given-branding.ts'

let chromium: Awaited<ReturnType<typeof launchChromium>>
beforeAll(async () => {
  chromium = await launchChromium()
})
afterAll(() => chromium?.close())

const ORIGIN = 'http://contoso.phone.localhost'
const BRANDED: Branding = {
  displayName: 'Contoso Telefonie GmbH & Co. KG',
  accentColour: '#ffd54f', // pale: text in it could not be read on white
  language: 'de',
  logo: { mediaType: 'image/svg+xml', sha256: '0'.repeat(64) },
}
const LOOKS = (['en', 'de'] as const).flatMap((language) =>
  (['light', 'dark'] as const).flatMap((scheme) => [
    { language, scheme, name: 'plain', branding: NO_BRANDING },
    { language, scheme, name: 'branded', branding: BRANDED },
  ]),
)
const lookOf = (language: Language, branding: Branding): Look => ({
  texts: textsFor(language),
  tenant: branding.displayName ?? 'Contoso',
  branding,
})

/** A page that shows what it is given as the gateway would send it, policy and all. */
async function openScreen(scheme: 'light' | 'dark', width: number) {
  const context = await chromium.newContext({ colorScheme: scheme, viewport: { width, height: 800 } })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  let sent = { body: '', policy: '' }
  await context.route('**/*', (route) =>
    new URL(route.request().url()).pathname.startsWith(LOGO_PATH)
      ? route.fulfill({ contentType: 'image/svg+xml', body: LOGO })
      : route.fulfill({
          contentType: 'text/html; charset=utf-8',
          body: sent.body,
          headers: { 'content-security-policy': sent.policy },
        }),
  )
  return {
    page,
    complaints,
    async show(markup: string, look: Look) {
      sent = { body: markup, policy: pageHeaders(look)['content-security-policy'] }
      await page.goto(`${ORIGIN}/`)
    },
    close: () => context.close(),
  }
}

test.each(LOOKS)(
  'S36 S37 in $language, $scheme, $name, every page fits 320 pixels and axe finds nothing (WCAG 2.2 AA)',
  async ({ language, scheme, branding }) => {
    const look = lookOf(language, branding)
    const screen = await openScreen(scheme, 320)
    for (const [name, markup] of everyPage(look)) {
      await screen.show(markup, look)
      expect.soft(await screen.page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(320)
      expect.soft(await findViolations(screen.page), name).toEqual([])
    }
    expect(screen.complaints).toEqual([])
    await screen.close()
  },
  180_000,
)

test('S37 in forced colours buttons keep a border, and the focus can be seen', async () => {
  const look = lookOf('en', BRANDED)
  const screen = await openScreen('light', 1280)
  await screen.page.emulateMedia({ forcedColors: 'active' })
  const [, markup = ''] = everyPage(look).find(([name]) => name === 'sign-out') ?? []
  await screen.show(markup, look)
  const button = screen.page.getByRole('button', { name: 'Stay signed in' })
  await button.focus()
  const style = await screen.page.evaluate(`(() => {
    const { borderStyle, outlineStyle, outlineWidth } = getComputedStyle(document.activeElement)
    return { borderStyle, outlineStyle, outlineWidth }
  })()`)
  expect(style).toEqual({ borderStyle: 'solid', outlineStyle: 'solid', outlineWidth: '3px' })
  await screen.close()
})

// For the eye: PICTURES=<folder> draws every page.
const folder = process.env.PICTURES
if (folder)
  test('pictures of every page', async () => {
    await mkdir(folder, { recursive: true })
    for (const { language, scheme, name: kind, branding } of LOOKS) {
      for (const width of [1280, 360]) {
        const look = lookOf(language, branding)
        const screen = await openScreen(scheme, width)
        for (const [name, markup] of everyPage(look)) {
          await screen.show(markup, look)
          const path = `${folder}/${name}-${language}-${scheme}-${kind}-${width}.png`
          await screen.page.screenshot({ path })
        }
        await screen.close()
      }
    }
  }, 600_000)
