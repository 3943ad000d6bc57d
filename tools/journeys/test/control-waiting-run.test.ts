import type { AuditEvent } from '@jackfield/contract/access/audit-event'
import type { Page as ListPage } from '@jackfield/contract/http/page'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import { findViolations } from '@jackfield/test-environment/accessibility'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  DIRECTORY,
  enterDemoInControl,
  picture,
  practise,
  pressTwice,
  registration,
  watchChanges,
} from './demo-in-control.ts'

let demo: Awaited<ReturnType<typeof enterDemoInControl>>
let page: Page
let leavers: PhoneUser[]
beforeAll(async () => {
  demo = await enterDemoInControl()
  page = demo.page
  // Only the runs of this test begin: no notification is under way, none comes, and the schedule is put off.
  await practise(demo.platform, 'POST', '/notifications/settle', {})
  await practise(demo.platform, 'PUT', '/notifications', { gatherMilliseconds: 3_600_000 })
  const open = async () =>
    (await demo.platform.api<ListPage<SyncRun>>('GET', `${demo.api}/sync-runs`)).items.some((run) => !run.finishedAt)
  await demo.platform.execute(PUT_OFF)
  await vi.waitUntil(async () => !(await open()), SECONDS)
  // A run that has ended meanwhile has set its next.
  await demo.platform.execute(PUT_OFF)
  const { items } = await demo.platform.api<ListPage<PhoneUser>>('GET', `${demo.api}/users?limit=500`)
  leavers = items.slice(0, 12)
}, 180_000)
afterAll(() => demo?.end())

const SECONDS = { timeout: 20_000, interval: 100 }
const PUT_OFF = `update roster.account_sync set hinted_at = null, next_delta_at = now() + interval '1 hour'`
const bar = () => page.getByRole('region', { name: 'Waiting for approval' })
const readUser = (id: string) => demo.platform.api<PhoneUser>('GET', `${demo.api}/users/${id}`)
const compare = () => resync('full')
async function resync(mode: 'delta' | 'full'): Promise<() => Promise<SyncRun>> {
  const { id } = await demo.readAccount()
  const { runId } = await demo.platform.api<{ runId: string }>('POST', `${demo.api}/microsoft-accounts/${id}/resyncs`, {
    mode,
  })
  return () => demo.platform.api<SyncRun>('GET', `${demo.api}/sync-runs/${runId}`)
}

test('CW-01 S63 a run that starts to wait while a page is open shows a bar: reason, time, number and names', async () => {
  await page.goto(`${demo.home}/phone-systems`)
  await page.getByRole('heading', { name: 'Phone systems', exact: true }).waitFor()
  expect(await bar().count()).toBe(0)
  for (const { objectId } of leavers)
    await practise(demo.platform, 'PATCH', `${DIRECTORY}/users/${objectId}`, { accountEnabled: false })
  const run = await compare()
  await expect.poll(async () => (await run()).status, { timeout: 60_000 }).toBe('awaiting-approval')
  await bar().waitFor({ timeout: 30_000 })
  await bar().getByText(`A full comparison of ${registration.alias} waits for your approval.`).waitFor()
  const { approval } = await run()
  const since = await page.evaluate(`new Date(${JSON.stringify(approval?.requestedAt)}).toLocaleString()`)
  await expect.poll(() => bar().innerText()).toMatch(/disable 12 people: .*, .* and 7 more/)
  expect(await bar().innerText()).toContain(`since ${since}`)
  expect(await page.getByRole('status').filter({ hasText: 'A run waits for your approval.' }).count()).toBe(1)
  await expect.poll(() => findViolations(page), { timeout: 15_000 }).toEqual([])
  await picture(page, 'waiting')
})

test('CW-01 S63 the bar is on every page of the tenant and links to the list of people the run would remove', async () => {
  for (const place of [
    'users',
    'microsoft-365',
    'microsoft-365/new',
    'administrators',
    'branding',
    `users/${leavers[0]?.id}`,
  ]) {
    await page.goto(`${demo.home}/${place}`)
    await bar().getByRole('button', { name: 'Approve' }).waitFor()
  }
  await bar().getByRole('link', { name: 'See everybody it would remove' }).click()
  const table = page.getByRole('table', { name: 'Whom it would remove' })
  await table.waitFor()
  for (const { displayName } of leavers) expect(await table.innerText()).toContain(displayName)
  expect(await table.getByText('Is disabled').count()).toBe(12)
  await expect.poll(() => findViolations(page), { timeout: 15_000 }).toEqual([])
  await picture(page, 'waiting-run')
})

test('CW-01 S63 a read-only admin sees the bar without buttons', async () => {
  const { token } = await demo.platform.api<{ token: string }>('POST', '/control-sign-in-links', {
    scope: demo.tenant.id,
    role: 'read',
  })
  const reader = await (await demo.browser.newContext()).newPage()
  await reader.goto(`${demo.platform.addresses.control}/enter#${token}`)
  const region = reader.getByRole('region', { name: 'Waiting for approval' })
  await region.getByText('An admin can approve or cancel it.').waitFor()
  expect(await region.getByRole('button').count()).toBe(0)
  await reader.context().close()
})

test('CW-01 S63 cancelling asks once, says that nobody is removed, and closes the bar', async () => {
  await page.goto(`${demo.home}/users`)
  const changes = watchChanges(page)
  await bar().getByRole('button', { name: 'Cancel the run' }).click()
  const question = page.getByRole('alertdialog', { name: 'Cancel the run?' })
  await question.getByText(/does not disable 12 people. Nobody is removed/).waitFor()
  await picture(page, 'waiting-cancel')
  await question.getByRole('button', { name: 'Leave it waiting' }).click()
  await question.waitFor({ state: 'detached' })
  expect(changes).toEqual([])
  await bar().getByRole('button', { name: 'Cancel the run' }).press('Enter')
  await pressTwice(question.getByRole('button', { name: 'Cancel the run' }))
  await bar().waitFor({ state: 'detached' })
  expect(changes).toHaveLength(1)
  expect((await readUser(leavers[0]?.id ?? '')).status).toBe('active')
})

test('CW-01 S63 approving asks once by name, applies the run and closes the bar', async () => {
  const run = await compare()
  await bar().waitFor({ timeout: 60_000 })
  await bar().getByRole('button', { name: 'Approve' }).click()
  const question = page.getByRole('alertdialog', { name: 'Approve, and disable 12 people?' })
  await question.getByText(/ and 7 more\. They are signed out and cannot sign in\./).waitFor()
  await expect.poll(() => findViolations(page), { timeout: 15_000 }).toEqual([])
  await picture(page, 'waiting-approve')
  await pressTwice(question.getByRole('button', { name: 'Approve and disable 12 people' }))
  await bar().waitFor({ state: 'detached' })
  await expect.poll(async () => (await run()).status, { timeout: 60_000 }).toBe('succeeded')
  for (const { id } of leavers) expect((await readUser(id)).status).toBe('disabled')
  const events = () => demo.platform.api<ListPage<AuditEvent>>('GET', '/audit-events?action=sync-run.approve')
  await expect.poll(async () => (await events()).items.length, { timeout: 20_000 }).toBe(1)
})

test('CW-01 the bar closes by itself once another admin decides', async () => {
  const { items } = await demo.platform.api<ListPage<PhoneUser>>('GET', `${demo.api}/users?limit=500`)
  const others = items.filter(({ status }) => status === 'active').slice(0, 10)
  // All at once: a delta that sees only the first few would stay below the removal limit.
  await Promise.all(others.map(({ objectId }) => practise(demo.platform, 'DELETE', `${DIRECTORY}/users/${objectId}`)))
  await compare()
  await bar()
    .getByText(/delete \d+ people/)
    .waitFor({ timeout: 60_000 })
  // A delta may have come before the comparison, or come after it, and waits then in its place: each is answered.
  const cancelWaiting = async () => {
    const { items: waiting } = await demo.platform.api<ListPage<SyncRun>>(
      'GET',
      `${demo.api}/sync-runs?status=awaiting-approval`,
    )
    for (const { id } of waiting) await demo.platform.api('POST', `${demo.api}/sync-runs/${id}/cancel`)
    return bar().count()
  }
  await expect.poll(cancelWaiting, { timeout: 60_000, interval: 2_000 }).toBe(0)
})
