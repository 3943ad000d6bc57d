import { bundleBrowserSignIn } from '@jackfield/browser-signin/bundle'
import { openInstalledApp } from '@jackfield/test-environment/chromium'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { atMicrosoft, serveApp } from './browser-app.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'

let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
  const { tenant } = givenConnectedTenant(world, 'contoso')
  givenPerson(world, tenant.id)
})
afterAll(() => world?.close())

const PAGE = `<!doctype html><html lang="en"><title>app</title><script type="module" src="/app.js"></script>
<microsoft-sign-in client-id="web-client"></microsoft-sign-in>`
const APP = `import '/microsoft-sign-in.js'
document.addEventListener('signedin', ({ detail }) => { document.title = 'signed in: ' + detail.claims.name })`

test('S38 an installed app signs in by redirect within its own window, and opens no other', async () => {
  const files = { '/': PAGE, '/app.js': APP, '/microsoft-sign-in.js': await bundleBrowserSignIn() }
  const origin = world.originOf('contoso')
  const { context, page, close } = await openInstalledApp(`${origin}/auth/signed-in`)
  try {
    await serveApp(world, context, files)
    await page.goto(`${origin}/?view=calls`)
    expect(await page.evaluate('matchMedia("(display-mode: standalone)").matches')).toBe(true)
    await page.getByRole('button', { name: 'Sign in with Microsoft' }).click()
    await atMicrosoft(page)
    await page.waitForFunction('document.title === "signed in: Adele Vance"')
    expect(page.url()).toBe(`${origin}/?view=calls`)
    expect(context.pages()).toHaveLength(1)
  } finally {
    await close()
  }
})
