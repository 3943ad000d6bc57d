import { createHash, randomBytes } from 'node:crypto'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { launchChromium } from '@jackfield/test-environment/chromium'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser } from '../browser.ts'
import { atMicrosoft } from '../browser-app.ts'
import { binding, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from '../given.ts'
import { passMicrosoft } from '../oidc-client.ts'
import { apacheOpenidc } from './apache-openidc.ts'
import { authJs } from './auth-js.ts'
import { authlib } from './authlib.ts'
import type { App, Cell, Client, Outcome, Running } from './client.ts'
import { goOidc } from './go-oidc.ts'
import { oauth4webapi } from './oauth4webapi.ts'
import { oidcClientTs } from './oidc-client-ts.ts'
import { openidClient5 } from './openid-client-5.ts'
import { openidClient6 } from './openid-client-6.ts'
import { CELLS, describeClients, lackOf, type Tested } from './report.ts'
import { resolveLocalhost } from './web-app.ts'

/* Libraries of others, with their defaults, against the gateway: each signs a person in, in every way that it has. */

const CLIENTS: readonly Client[] = [
  openidClient6,
  openidClient5,
  oauth4webapi,
  authJs,
  oidcClientTs,
  goOidc,
  authlib,
  apacheOpenidc,
]
const NOWHERE = /^$/

let world: World
let person: ReturnType<typeof givenPerson>
let chromium: Awaited<ReturnType<typeof launchChromium>>
beforeAll(async () => {
  resolveLocalhost()
  world = await givenGateway({ rateLimitFactor: 0 })
  person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id, { bindings: [binding('101')] })
  chromium = await launchChromium()
})
afterAll(async () => {
  await chromium?.close()
  await world?.close()
})

/** An app of the catalogue for one cell, with its own host, secret and key. */
async function givenAppOf(client: Client, { auth, alg, mode }: Cell, port: number): Promise<App> {
  const clientId = [client.name, auth, alg, mode]
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const secret = randomBytes(32).toString('base64url')
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const named = { kid: 'one', alg: 'RS256', use: 'sig' }
  givenApp(world, clientId, {
    kind: auth === 'none' && client.inChromium ? 'browser' : 'server',
    tenantUrl: `http://{tenant}.${clientId}.localhost:${port}/`,
    callbackPaths: [client.callbackPath ?? '/callback'],
    idTokenSignedResponseAlg: alg,
    tokenEndpointAuthMethod: auth,
    ...(auth.startsWith('client_secret') && {
      secretHashes: [createHash('sha256').update(secret).digest('base64url')],
    }),
    ...(auth === 'private_key_jwt' && { jwks: { keys: [{ ...(await exportJWK(publicKey)), ...named, kty: 'RSA' }] } }),
  })
  const issuer = `${world.originOf('contoso')}/auth`
  const origin = `http://contoso.${clientId}.localhost:${port}`
  const key = { ...(await exportJWK(privateKey)), ...named }
  return { auth, alg, mode, clientId, issuer, origin, secret, key }
}

/** A person's browser, with scripts or without. */
type Person = {
  /** From `/login` to what the app shows. */
  signIn(app: App): Promise<string>
  /** From there to the page after signing out. */
  signOut(address: string): Promise<{ address: string; text: string }>
  isSignedIn(): Promise<boolean>
  leave?(): Promise<void>
}

const sessionUrl = () => `${world.originOf('contoso')}/auth/session`

function withoutScripts(): Person {
  const browser = new Browser()
  return {
    async signIn({ origin, mode }) {
      const page = await passMicrosoft(browser, await browser.open(`${origin}/login`), undefined, NOWHERE)
      const done = mode === 'form_post' ? await browser.submit(page, 'Continue', {}, NOWHERE) : page
      return done.html
    },
    async signOut(address) {
      const asked = await browser.open(address, { stopAt: NOWHERE })
      const done = await browser.submit(asked, 'Sign out', {}, NOWHERE)
      return { address: done.url.href, text: done.text }
    },
    isSignedIn: async () => (await browser.open(sessionUrl())).status === 200,
  }
}

async function inChromium(): Promise<Person> {
  const context = await chromium.newContext()
  const page = await context.newPage()
  return {
    async signIn({ origin }) {
      await page.goto(`${origin}/login`)
      await atMicrosoft(page)
      await page.waitForURL(`${origin}/**`)
      await page.waitForFunction('document.body.textContent.trim() !== "" && !document.body.querySelector("script")')
      return (await page.textContent('body')) ?? ''
    },
    async signOut(address) {
      await page.goto(address)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.waitForURL('**/bye**')
      return { address: page.url(), text: (await page.textContent('body')) ?? '' }
    },
    isSignedIn: async () => (await page.goto(sessionUrl()))?.status() === 200,
    leave: () => context.close(),
  }
}

/** Go is built and Python's packages are fetched while others run. */
const missing = new Map(
  CLIENTS.map((client) => [client, (async () => client.missing?.())().catch((error: Error) => error.message)] as const),
)
const tested = new Map<Client, Tested>()

describe.for(CLIENTS.map((client) => [client.name, client] as const))('%s', ([, client]) => {
  let running: Running | undefined
  let lack: string | undefined
  const apps = new Map<Cell, App>()
  const passed = new Set<Cell>()
  const cells = CELLS.filter((cell) => lackOf(client, cell) === undefined)
  beforeAll(async () => {
    lack = await missing.get(client)
    if (lack && process.env.CI) throw new Error(lack)
    if (lack) return
    const port = await findFreePort()
    for (const cell of cells) apps.set(cell, await givenAppOf(client, cell, port))
    running = await client.start([...apps.values()], port)
    tested.set(client, { client, version: client.version(), passed })
  }, 180_000)
  afterAll(() => running?.close())

  test.for(cells)('FC-80 S79 signs a person in: $auth, ID tokens of $alg, answers by $mode', async (cell, { skip }) => {
    skip(lack !== undefined, lack)
    const app = apps.get(cell) as App
    const visitor = client.inChromium ? await inChromium() : withoutScripts()
    const shown = await visitor.signIn(app)
    const outcome = readOutcome(shown, running?.complaints?.())
    expect(outcome.sub).toBe(person.id)
    expect(decodeProtectedHeader(outcome.idToken ?? '').alg).toBe(cell.alg)
    expect(decodeJwt(outcome.idToken ?? '')).toMatchObject({ aud: app.clientId, sub: person.id, extensions: ['101'] })
    if (!client.lacks.userinfo) expect(outcome.userinfo).toBe(person.id)
    if (!client.lacks.refresh) {
      const [before, after] = outcome.refreshed ?? []
      expect([decodeJwt(before ?? '').sub, decodeJwt(after ?? '').sub]).toEqual([person.id, person.id])
      expect(after).not.toBe(before)
    }
    expect(await visitor.isSignedIn()).toBe(true)
    if (!client.lacks.signOut) {
      const { address, text } = await visitor.signOut(outcome.signOut ?? '')
      expect([address.split('?')[0], text]).toEqual([`${app.origin}/bye`, 'bye'])
      expect(await visitor.isSignedIn()).toBe(false)
    }
    await visitor.leave?.()
    passed.add(cell)
  })
})

test('FC-80 S79 docs/clients.md is what the clients did', async ({ skip }) => {
  const all = CLIENTS.flatMap((client) => tested.get(client) ?? [])
  const ran = all.length === CLIENTS.length && all.every(({ passed }) => passed.size > 0)
  skip(!ran, 'some clients did not run')
  await expect(describeClients(all)).toMatchFileSnapshot('../../../../docs/clients.md')
})

function readOutcome(shown: string, complaints = ''): Outcome {
  try {
    return JSON.parse(shown)
  } catch {
    throw new Error(`${shown}\n${complaints}`)
  }
}
