import { findViolations } from '@jackfield/test-environment/accessibility'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
let account: string
beforeAll(async () => {
  demo = await enterDemoInControl()
  page = demo.page
  account = `${demo.home}/microsoft-365/${(await demo.readAccount()).id}`
}, 180_000)
afterAll(() => demo?.end())

type Application = { redirectUris: { web: string[]; spa: string[] } }
const application = `${DIRECTORY}/applications/${registration.clientId}`
const registeredUris = async () => {
  const all = await practise<Array<Application & { appId: string }>>(demo.platform, 'GET', `${DIRECTORY}/applications`)
  return all.find(({ appId }) => appId === registration.clientId)?.redirectUris as Application['redirectUris']
}

test('CW-02 S57 an arrow key on the redirect mode of a working account chooses and saves nothing; the page says what to register', async () => {
  await page.goto(account)
  const changes = watchChanges(page)
  await page.getByLabel('One for the whole platform').focus()
  await page.keyboard.press('ArrowDown')
  await page.getByText('Chosen, but not saved.').waitFor()
  const first = page.getByRole('list', { name: 'Redirect URIs to add first' })
  expect(await first.innerText()).toMatch(/\/auth\/microsoft\/callback\/web-client/)
  expect(changes).toEqual([])
  expect(await demo.readAccount()).toMatchObject({ redirectMode: 'single', status: 'ready' })
  await expect.poll(() => findViolations(page), { timeout: 15_000 }).toEqual([])
  await picture(page, 'redirect-choice', page.getByRole('button', { name: 'Test and switch' }))
})

test('CW-02 S57 a choice that fails its test is not saved unless the admin confirms a question that counts the people', async () => {
  await page.getByRole('button', { name: 'Test and switch' }).click()
  await page.getByText('The choice has not passed its test').waitFor()
  expect(await page.getByRole('list', { name: 'Checks of the choice' }).innerText()).toContain('Redirect URIs: failed')
  expect(await demo.readAccount()).toMatchObject({ redirectMode: 'single', status: 'ready' })
  await picture(page, 'redirect-red', page.getByRole('button', { name: 'Switch although the test is red' }))

  await page.getByRole('button', { name: 'Switch although the test is red' }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText(/\d+ people sign in with Microsoft through this account/).waitFor()
  await expect.poll(() => findViolations(page), { timeout: 15_000 }).toEqual([])
  await picture(page, 'redirect-force')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await demo.readAccount()).toMatchObject({ redirectMode: 'single' })
  await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Switch although the test is red')
})

test('CW-02 S57 once the addresses are registered the choice passes its test and is saved', async () => {
  const added = (await page.getByRole('list', { name: 'Redirect URIs to add first' }).innerText()).split(/\s+/)
  const before = await registeredUris()
  await practise(demo.platform, 'PATCH', application, {
    redirectUris: { ...before, web: [...before.web, ...added.filter((uri) => URL.canParse(uri))] },
  })
  const changes = watchChanges(page)
  await pressTwice(page.getByRole('button', { name: 'Test and switch' }))
  await page.getByRole('list', { name: 'Checks', exact: true }).waitFor()
  expect(await demo.readAccount()).toMatchObject({ redirectMode: 'per-app', status: 'ready' })
  const { id } = await demo.readAccount()
  expect(changes).toEqual([
    `POST microsoft-accounts/${id}/verify`,
    `PATCH microsoft-accounts/${id}`,
    `POST microsoft-accounts/${id}/verify`,
  ])
  expect(await page.getByText('Chosen, but not saved.').count()).toBe(0)
})

test('CW-02 S57 a warning about the other platform does not pass its test: nothing is saved until the addresses are registered there', async () => {
  await page.getByLabel('Single-page application').focus()
  await page.keyboard.press('Space')
  await page.getByRole('button', { name: 'Test and switch' }).click()
  await page.getByText('The choice has not passed its test').waitFor()
  expect(await page.getByRole('list', { name: 'Checks of the choice' }).innerText()).toContain('Redirect URIs: warning')
  expect(await demo.readAccount()).toMatchObject({ redirectPlatform: 'web' })
  await page.getByRole('button', { name: 'Keep what is saved' }).click()
  expect(await page.getByLabel('Web (recommended)').isChecked()).toBe(true)
})

test('CW-02 S57 changing the ids of a working account ends its sign-in, so Control asks first, with the number of people', async () => {
  await page.getByRole('button', { name: 'Edit registration' }).click()
  await page.getByLabel('Application (client) ID').fill(crypto.randomUUID())
  await page.getByRole('button', { name: 'Save registration' }).click()
  const dialog = page.getByRole('alertdialog', { name: `Change the registration of ${registration.alias}?` })
  await dialog.getByText(/\d+ people sign in with Microsoft/).waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await demo.readAccount()).toMatchObject({ clientId: registration.clientId, status: 'ready' })
  await page.getByRole('button', { name: 'Cancel' }).click()
})

test('CW-03 S58 disabling an account asks once, with the number of affected people, and happens once', async () => {
  const { items } = await demo.platform.api<{ items: Array<{ sso: boolean }> }>('GET', `${demo.api}/users?limit=500`)
  await page.goto(account)
  const changes = watchChanges(page)
  await page.getByRole('button', { name: 'Disable account' }).click()
  const dialog = page.getByRole('alertdialog', { name: `Disable ${registration.alias}?` })
  await dialog.getByText(`${items.filter(({ sso }) => sso).length} people`, { exact: true }).waitFor()
  expect(await dialog.getByLabel('End their sessions now').isChecked()).toBe(false)
  expect(await dialog.innerText()).toContain(`of ${items.length} people imported`)
  await expect.poll(() => findViolations(page), { timeout: 15_000 }).toEqual([])
  await picture(page, 'disable')
  expect(changes).toEqual([])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await demo.readAccount()).toMatchObject({ status: 'ready' })

  await page.getByRole('button', { name: 'Disable account' }).press('Enter')
  await dialog.getByText(/people imported/).waitFor()
  await pressTwice(dialog.getByRole('button', { name: 'Disable account' }))
  await page.getByText('Nobody signs in with this account').waitFor()
  expect(changes).toHaveLength(1)
  expect(await demo.readAccount()).toMatchObject({ status: 'disabled' })
})

test('FC-30 T-129 S58 while it is off, the page says since when disablements do not arrive, and ends the sessions of its people', async () => {
  await page.getByText(/^Switched off since .* UTC: disablements no longer arrive\./).waitFor()
  await page.getByRole('button', { name: 'End sessions' }).click()
  const dialog = page.getByRole('alertdialog', { name: `End the sessions of ${registration.alias}?` })
  await dialog.getByText(/people imported/).waitFor()
  await expect.poll(() => findViolations(page), { timeout: 15_000 }).toEqual([])
  await dialog.getByRole('button', { name: 'End sessions' }).click()
  await dialog.waitFor({ state: 'detached' })
  const ended = async () => {
    type Events = { items: Array<{ action: string; target: string }> }
    const { items } = await demo.platform.api<Events>('GET', '/audit-events?action=users.end-sessions')
    return items.some(({ action, target }) => action === 'users.end-sessions' && account.endsWith(target))
  }
  await expect.poll(ended, { timeout: 20_000 }).toBe(true)
  expect(await demo.readAccount()).toMatchObject({ status: 'disabled' })
})

test('CW-03 S58 enabling runs the connection test: red leaves the account disabled, green enables it', async () => {
  const { web, spa } = await registeredUris()
  await practise(demo.platform, 'PATCH', application, { redirectUris: { web: [], spa } })
  const enable = page.getByRole('button', { name: 'Test and enable account' })
  await enable.click()
  await page.getByText('The connection test is red, so the account stays disabled.').waitFor()
  expect(await demo.readAccount()).toMatchObject({ status: 'disabled', enabled: false })
  await picture(page, 'enable-red')
  await practise(demo.platform, 'PATCH', application, { redirectUris: { web, spa } })
  await enable.click()
  await page.getByRole('button', { name: 'Disable account' }).waitFor()
  expect(await demo.readAccount()).toMatchObject({ status: 'ready', enabled: true })
})
