import type { ImportRequest } from '@jackfield/contract/import-request'
import { findViolations } from '@jackfield/test-environment/accessibility'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DIRECTORY, enterDemoInControl, picture, practise, pressTwice, watchChanges } from './demo-in-control.ts'

let demo: Awaited<ReturnType<typeof enterDemoInControl>>
let page: Page
beforeAll(async () => {
  demo = await enterDemoInControl()
  page = demo.page
  const everybody = await practise<Array<{ id: string; displayName: string }>>(
    demo.platform,
    'GET',
    `${DIRECTORY}/users?limit=999`,
  )
  const idOf = (name: string) => everybody.find(({ displayName }) => displayName === name)?.id
  await practise(demo.platform, 'PATCH', `${DIRECTORY}/users/${idOf('Allan Deyoung')}`, { userType: 'Guest' })
  await practise(demo.platform, 'PATCH', `${DIRECTORY}/users/${idOf('Conf Room Adams')}`, { accountEnabled: false })
}, 180_000)
afterAll(() => demo?.end())

const openUser = async (name: string, tab = 'details') =>
  page.goto(`${demo.home}/users/${(await demo.readUser(name)).id}?tab=${tab}`)

test('CW-16 S58 SSO off on the user page is a draft until it is saved, asks once by name and happens once', async () => {
  await openUser('Adele Vance')
  const changes = watchChanges(page)
  await page.getByLabel('SSO enabled').press('Space')
  await page.getByText('Changed, but not saved.').waitFor()
  expect(changes).toEqual([])
  await page.getByRole('button', { name: 'Save' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Switch SSO off for Adele Vance?' })
  await dialog.getByText(/signed out everywhere.*Extension 101 stays theirs/).waitFor()
  await expect.poll(() => findViolations(page), { timeout: 15_000 }).toEqual([])
  await picture(page, 'sso-off')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(changes).toEqual([])
  expect(await demo.readUser('Adele Vance')).toMatchObject({ sync: true, sso: true })

  await page.getByRole('button', { name: 'Save' }).click()
  await pressTwice(dialog.getByRole('button', { name: 'Switch off' }))
  await page.getByText('Saved.', { exact: true }).waitFor()
  expect(changes).toHaveLength(1)
  expect(await demo.readUser('Adele Vance')).toMatchObject({ sync: true, sso: false })
})

test('CW-16 S58 granting is saved without a question; switching Sync off asks for both', async () => {
  await openUser('Adele Vance')
  await page.getByLabel('SSO enabled').press('Space')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved.', { exact: true }).waitFor()
  expect(await demo.readUser('Adele Vance')).toMatchObject({ sync: true, sso: true })
  await page.getByLabel('Sync User').press('Space')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alertdialog', { name: 'Switch Sync User and SSO off for Adele Vance?' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Discard' }).click()
  expect(await page.getByLabel('Sync User').isChecked()).toBe(true)
})

test('CW-16 S58 removing an extension names it and its person, and asks once', async () => {
  await openUser('Diego Siciliani', 'bindings')
  const changes = watchChanges(page)
  await page.getByRole('button', { name: /^Remove extension 102/ }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Remove extension 102 of Headquarters from Diego Siciliani?' })
  await dialog.waitFor()
  await picture(page, 'unbind')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect((await demo.readUser('Diego Siciliani')).bindings).toHaveLength(1)
  await page.getByRole('button', { name: /^Remove extension 102/ }).click()
  await pressTwice(dialog.getByRole('button', { name: 'Remove extension' }))
  await page.getByText('Not bound to an extension yet.').waitFor()
  expect(changes).toHaveLength(1)
})

async function openImport() {
  await page.goto(`${demo.home}/users`)
  await page.getByRole('button', { name: 'Import Microsoft 365 users' }).click()
  const dialog = page.getByRole('dialog', { name: 'Import Microsoft 365 users' })
  await dialog.getByText('Adele Vance').first().waitFor()
  return dialog
}

test('CW-10 S58 removing a tick in the import asks by name', async () => {
  const dialog = await openImport()
  const changes = watchChanges(page)
  await dialog.getByLabel('SSO enabled for Lee Gu').click()
  await dialog.getByRole('button', { name: 'OK' }).click()
  const question = page.getByRole('alertdialog', { name: 'Change 1 person?' })
  await question.getByText('SSO is switched off, and they are signed out: 1 person (Lee Gu).').waitFor()
  await picture(page, 'import-ticks')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await question.waitFor({ state: 'detached' })
  expect(changes).toEqual([])
  expect(await dialog.getByLabel('SSO enabled for Lee Gu').isChecked()).toBe(false)
})

test('CW-10 S58 the tick in the table header asks with counts, including guests and disabled people', async () => {
  const dialog = await openImport()
  await dialog.getByLabel('SSO enabled for all shown users').click()
  await dialog.getByRole('button', { name: 'OK' }).click()
  const question = page.getByRole('alertdialog', { name: /^Change \d+ people\?$/ })
  await question.getByText(/SSO is switched on: \d+ (person|people) \(.*Allan Deyoung/).waitFor()
  expect(await question.innerText()).toContain('Guests among them: 1 person (Allan Deyoung).')
  expect(await question.innerText()).toContain('Disabled in Microsoft 365 among them: 1 person (Conf Room Adams).')
  await picture(page, 'import-bulk')
})

test('CW-10 FC-31 an import of everyone asks once with counts by kind and leaves out guests and disabled people by default', async () => {
  const directory = await practise<Array<{ userType: string; accountEnabled: boolean }>>(
    demo.platform,
    'GET',
    `${DIRECTORY}/users?limit=999`,
  )
  const wanted = directory.filter(({ userType, accountEnabled }) => userType !== 'Guest' && accountEnabled).length
  const { length: guests } = directory.filter(({ userType }) => userType === 'Guest')
  const dialog = await openImport()
  await dialog.getByLabel('Import everyone in this directory').click()
  await dialog.getByText(`${wanted} people of ${directory.length} in the directory would be imported.`).waitFor()
  expect(await dialog.getByLabel(`Guests too (${guests})`).isChecked()).toBe(false)
  expect(await dialog.getByLabel(/^Disabled accounts too \(\d+\)/).isChecked()).toBe(false)
  await picture(page, 'everyone')
  await dialog.getByRole('button', { name: 'OK' }).click()
  const question = page.getByRole('alertdialog', { name: `Import ${wanted} people?` })
  await question.getByText(/SSO is switched off for up to \d+ people/).waitFor()
  await picture(page, 'everyone-asked')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await question.waitFor({ state: 'detached' })

  await dialog.getByLabel('SSO enabled for all of them').click()
  await dialog.getByRole('button', { name: 'OK' }).click()
  const bodies: ImportRequest[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/imports')) bodies.push(request.postDataJSON())
  })
  await pressTwice(question.getByRole('button', { name: `Import ${wanted} people` }))
  await page.getByText('The import is complete.').waitFor({ timeout: 60_000 })
  expect(bodies).toEqual([{ all: true, sync: true, sso: true, filter: { userType: 'Member', accountEnabled: true } }])
  expect(await demo.readUser('Allan Deyoung')).toBeUndefined()
  expect(await demo.readUser('Conf Room Adams')).toBeUndefined()
})

test('CW-10 S57 S58 a chosen logo is saved by its button, and removing it asks', async () => {
  await page.goto(`${demo.home}/branding`)
  const changes = watchChanges(page)
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20" viewBox="0 0 60 20"><rect width="60" height="20" fill="#7a1fa2"/></svg>'
  await page
    .getByLabel('Logo file')
    .setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) })
  await expect
    .poll(() =>
      page
        .getByRole('img', { name: 'The chosen logo' })
        .evaluate((image: { naturalWidth: number }) => image.naturalWidth),
    )
    .toBe(60)
  expect(changes).toEqual([])
  await picture(page, 'logo-chosen')
  await page.getByRole('button', { name: 'Save the logo' }).click()
  await page.getByText('The logo is saved.').waitFor()
  await page.getByRole('button', { name: 'Remove the logo' }).click()
  const question = page.getByRole('alertdialog', { name: 'Remove the logo?' })
  await question.waitFor()
  expect(changes).toHaveLength(1)
  await pressTwice(question.getByRole('button', { name: 'Remove the logo' }))
  await page.getByText('The logo is removed.').waitFor()
  expect(changes).toHaveLength(2)
})

test('CW-10 S58 removing an administrator names them and asks once', async () => {
  await page.goto(`${demo.home}/administrators`)
  const changes = watchChanges(page)
  await page.getByRole('button', { name: 'Remove Adele Vance' }).click()
  const question = page.getByRole('alertdialog', { name: 'Remove Adele Vance from the administrators?' })
  await pressTwice(question.getByRole('button', { name: 'Remove' }))
  await page.getByText('Nobody yet.').waitFor()
  expect(changes).toHaveLength(1)
})
