import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

let platform: RunningPlatform
let browser: Browser
let page: Page
const complaints: string[] = []
const elsewhere: string[] = []

beforeAll(async () => {
  platform = await runPlatform()
  browser = await launchChromium()
  const context = await browser.newContext()
  context.setDefaultTimeout(20_000)
  page = await context.newPage()
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().replace('blob:', '').startsWith(platform.addresses.control)) elsewhere.push(request.url())
  })
  await page.goto(`${platform.addresses.control}/api/v1/docs`)
  await page.getByRole('heading', { name: 'Jackfield admin API' }).waitFor()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await platform?.end()
})

test('S51 the reference of the admin API describes every operation to everybody, without a key', async () => {
  const document = await page.evaluate(() =>
    fetch('/api/v1/openapi.json').then((answer) => answer.json() as Promise<{ paths: object }>),
  )
  const operations: Array<{ summary: string }> = Object.values(document.paths).flatMap((path) =>
    Object.values(path as object),
  )
  expect(operations.length).toBeGreaterThan(60)
  const headings = await page.locator('h2').allTextContents()
  for (const { summary } of operations) expect(headings.map((text) => text.trim())).toContain(summary)
})

test('S51 an operation shows who may call it, its refusals and an example', async () => {
  const section = page.locator('[id$="operation/bindExtension"]').first()
  await section.scrollIntoViewIfNeeded()
  expect(await section.textContent()).toContain('Roles: admin.')
  await section.getByRole('button', { name: /409/ }).click()
  await section.getByText('The extension is taken.').first().waitFor()
  expect(await section.textContent()).toContain('"101"')
})

test('S51 the search of the reference finds an operation', async () => {
  await page.getByRole('textbox').fill('approve')
  await page
    .getByRole('menuitem', { name: /Approve the removals/ })
    .first()
    .waitFor()
})

test('S51 the reference loads nothing from elsewhere and breaks no policy', () => {
  expect(elsewhere).toEqual([])
  expect(complaints).toEqual([])
})
