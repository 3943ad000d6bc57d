import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { SIGNED_IN_PATH } from '../src/domain/app-registration.ts'
import { Browser, type Page, send } from './browser.ts'
import { accountOf, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { givenClient, passMicrosoft, signIn } from './oidc-client.ts'

/* What every page says to the browser about what may be done with it, on whichever host and by whichever code it is made. */

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'control-'))
  await mkdir(join(directory, 'assets'))
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Control</title>')
})
afterAll(() => rm(directory, { recursive: true }))

type Answer = { headers: IncomingHttpHeaders }
const policyOf = ({ headers }: Answer) =>
  new Map(
    String(headers['content-security-policy'])
      .split(/;\s*/)
      .map((directive) => [directive.split(' ')[0] ?? '', directive.split(' ').slice(1)]),
  )

function expectSafePage(page: Answer) {
  expect(page.headers['content-type']).toMatch(/^text\/html; ?charset=utf-8$/i)
  expect(page.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
  const policy = policyOf(page)
  for (const name of ['default-src', 'object-src', 'base-uri', 'frame-ancestors'])
    expect([name, policy.get(name)]).toEqual([name, ["'none'"]])
  expect(policy.get('form-action')?.[0]).toBe("'self'")
  for (const source of policy.get('script-src') ?? []) expect(source).toMatch(/^('self'|'sha256-[\w+/]{43}=')$/)
  expect([...policy.values()].flat()).not.toContain("'unsafe-eval'")
}

describe('T-14 SC-19 AZ-29 a strict policy is on', () => {
  let world: World
  let origin: string
  let person: ReturnType<typeof givenPerson>
  beforeAll(async () => {
    world = await givenGateway({ controlDirectory: directory })
    givenApp(world, 'web-client')
    givenApp(world, 'desk-phone', { kind: 'device', callbackPaths: [], postLogoutPaths: [] })
    origin = world.originOf('contoso')
  })
  afterAll(() => world.close())
  beforeEach(() => {
    world.roster.people.length = 0
    person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  })

  const begin = async (more: Record<string, string> = {}) =>
    (await (await givenClient(world, 'contoso')).begin(more)).url
  const signedIn = async () => (await signIn(world, 'contoso')).browser
  const PAGES: Array<[string, () => Promise<Page>]> = [
    ['the sign-out question', async () => (await signedIn()).open(`${origin}/auth/logout`)],
    [
      'the word that one is signed out',
      async () => {
        const browser = await signedIn()
        return browser.submit(await browser.open(`${origin}/auth/logout`), 'Sign out')
      },
    ],
    ['the sign-out of nobody', async () => new Browser().open(`${origin}/auth/logout`)],
    ['one’s own sessions', async () => (await signedIn()).open(`${origin}/auth/sessions`)],
    ['the answer to an app by form', async () => (await signedIn()).open(await begin({ response_mode: 'form_post' }))],
    [
      'a refusal',
      async () => {
        person.sso = false
        const browser = new Browser()
        return passMicrosoft(browser, await browser.open(await begin()))
      },
    ],
    [
      'the choice of an account',
      async () => {
        world.registry.tenantAt('contoso')?.resolution.accounts.push(accountOf({ alias: 'Branch' }))
        return new Browser().open(await begin())
      },
    ],
    [
      'the word that sign-in is not set up',
      async () => {
        world.registry.givenTenant('contoso', [])
        return new Browser().open(await begin())
      },
    ],
    [
      'the question for a device’s code',
      async () => {
        const browser = await signedIn()
        return browser.submit(await browser.open(`${origin}/auth/device`), 'Continue', { user_code: 'BBBB-BBBB' })
      },
    ],
  ]
  test.each(PAGES)('%s', async (_what, open) => {
    const page = await open()
    expect(page.url.host).toBe(new URL(origin).host)
    expectSafePage(page)
    expect([...policyOf(page).values()].flat()).not.toContain("'unsafe-inline'")
  })
})

describe('T-14 SC-19 behind https, HSTS for a year and a strict policy come with', () => {
  let world: World
  beforeAll(async () => {
    world = await givenGateway({ scheme: 'https', controlDirectory: directory })
    givenApp(world, 'web-client')
    givenConnectedTenant(world, 'contoso')
  })
  afterAll(() => world.close())

  test.each([
    ['contoso', '/auth/authorize?client_id=nobody', 400],
    ['contoso', '/auth/interaction/nothing', 400],
    ['contoso', '/auth/sessions', 401],
    ['contoso', '/auth/logout', 200],
    ['contoso', '/auth/device', 200],
    ['contoso', SIGNED_IN_PATH, 200],
    ['contoso', '/nothing', 404],
    ['control', '/', 200],
    ['control', '/auth/microsoft/callback', 400],
    ['', '/auth/microsoft/callback', 400],
    ['', '/nothing', 404],
  ])('%s%s', async (slug, path, status) => {
    const at = slug ? world.originOf(slug) : world.baseUrl.replace('https', 'http')
    const page = await send(at + path)
    expect(page.status).toBe(status)
    expectSafePage(page)
    const [, seconds] =
      /^max-age=(\d+); includeSubDomains$/.exec(String(page.headers['strict-transport-security'])) ?? []
    expect(Number(seconds)).toBeGreaterThanOrEqual(365 * 24 * 3600)
  })

  test.each(['/auth/verify', '/auth/session', '/auth/.well-known/openid-configuration', '/auth/jwks'])(
    '%s, an answer for programs',
    async (path) => {
      const { headers } = await send(world.originOf('contoso') + path)
      expect(headers).toMatchObject({
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-content-type-options': 'nosniff',
      })
    },
  )
})
