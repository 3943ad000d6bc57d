import type { Tenant } from '@jackfield/contract/tenants/tenant'
import { launchChromium } from '@jackfield/test-environment/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

const BOARD = '/api/v1/job-board'
const QUEUE = 'sync-runs'

let platform: RunningPlatform
let browser: Browser
beforeAll(async () => {
  platform = await runPlatform()
  browser = await launchChromium()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await platform?.end()
})

/** In Control, signed in by a one-time link. */
async function enterControl(scope?: string, role?: 'read'): Promise<Page> {
  const { token } = await platform.api<{ token: string }>('POST', '/control-sign-in-links', {
    ...(scope && { scope }),
    ...(role && { role }),
  })
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(`${platform.addresses.control}/enter#${token}`)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  return page
}

type ShownQueue = { counts: { failed: number }; jobs: Array<{ id: string; attempts: number }> }
async function shownQueue(): Promise<ShownQueue> {
  const path = `/job-board/api/queues?activeQueue=${QUEUE}&status=failed&page=1&jobsPerPage=10`
  const { queues } = await platform.api<{ queues: ShownQueue[] }>('GET', path)
  if (!queues[0]) throw new Error('no queue is shown')
  return queues[0]
}

test('S51 AD-13 a platform admin opens the job board from Control, sees a failed job and retries it; no policy is violated', async () => {
  await platform.api('POST', `/job-board/api/queues/${QUEUE}/add`, {
    name: 'advance',
    data: { runId: 'no id' },
    options: {},
  })
  await expect.poll(async () => (await shownQueue()).counts.failed, { timeout: 20_000 }).toBe(1)

  const page = await enterControl()
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.getByRole('link', { name: 'Job board' }).click()
  await page.waitForURL(`${platform.addresses.control}${BOARD}/`)
  await page.getByText(QUEUE).first().click()
  await page.getByText('Failed').first().click()
  await page.getByText("The job's data is not of the queue").first().waitFor()
  if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/job-board.png` })
  await page.getByRole('button', { name: 'Retry all' }).click()
  await page.getByRole('button', { name: 'Confirm' }).click()
  await expect.poll(async () => (await shownQueue()).jobs[0]?.attempts, { timeout: 20_000 }).toBe(2)
  expect(complaints).toEqual([])
})

test('AD-13 a tenant’s admin sees no link to the job board and gets nothing at its address', async () => {
  const tenant = await platform.api<Tenant>('POST', '/tenants', { slug: 'no-board', name: 'No board' })
  const page = await enterControl(tenant.id)
  expect(await page.getByRole('link', { name: 'Job board' }).count()).toBe(0)
  const texts: string[] = []
  for (const path of [`${BOARD}/`, '/api/v1/nothing-at-all']) {
    const answer = await page.goto(platform.addresses.control + path)
    texts.push(`${answer?.status()} ${(await answer?.text())?.replace(/"requestId":"[^"]+"/, '')}`)
  }
  expect(texts[0]).toBe(texts[1])
  expect(texts[0]).toMatch(/^404 /)
})

test('AD-13 T-23 another site’s page can neither frame the board nor act on it', async () => {
  const page = await enterControl()
  const foreign = platform.addresses.base
  const outcomes = await page.context().newPage()
  await outcomes.goto(foreign)
  const status = await outcomes.evaluate(
    async (url) =>
      (await fetch(url, { method: 'PUT', mode: 'no-cors', credentials: 'include' }).catch(() => null))?.type ??
      'refused',
    `${platform.addresses.control}${BOARD}/api/queues/pause`,
  )
  expect(['opaque', 'refused']).toContain(status)
  const { queues } = await platform.api<{ queues: Array<{ isPaused: boolean }> }>('GET', '/job-board/api/queues')
  expect(queues.map(({ isPaused }) => isPaused)).toEqual([false, false])
})
