import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasApacheOpenidc, startApache } from './apache.ts'
import { Browser } from './browser.ts'
import { ADELE, binding, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'

const HOST = 'contoso.app.localhost'
const NOWHERE = /^$/

describe.skipIf(!hasApacheOpenidc())('S5 Apache’s mod_auth_openidc, a client that is not JavaScript', () => {
  let world: World
  let apache: Awaited<ReturnType<typeof startApache>>
  let frontend: Server
  let person: ReturnType<typeof givenPerson>
  let app: string
  let seen: IncomingHttpHeaders[] = []
  beforeAll(async () => {
    frontend = createServer(({ headers, url }, response) => {
      const isBye = url?.startsWith('/bye')
      if (!isBye) seen.push(headers)
      response.end(isBye ? 'bye' : 'the frontend')
    })
    frontend.listen(0, '127.0.0.1')
    await once(frontend, 'listening')
    world = await givenGateway()
    const port = await findFreePort()
    app = `http://${HOST}:${port}`
    givenApp(world, 'apache', { kind: 'server', tenantUrl: `http://{tenant}.app.localhost:${port}/` })
    person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id, { bindings: [binding('101')] })
    const issuer = `${world.originOf('contoso')}/auth`
    apache = await startApache(port, {
      issuer,
      clientId: 'apache',
      host: HOST,
      frontend: (frontend.address() as AddressInfo).port,
    })
  })
  afterAll(async () => {
    await apache?.close()
    frontend?.close()
    await world?.close()
  })
  beforeEach(() => {
    seen = []
  })

  async function givenSignedIn() {
    const browser = new Browser()
    const microsoft = await browser.open(`${app}/calls?a=1`, { stopAt: NOWHERE })
    const page = await browser.submit(
      microsoft,
      'Sign in',
      { username: ADELE.userPrincipalName, password: 'Passw0rd!' },
      NOWHERE,
    )
    if (page.text !== 'the frontend')
      throw new Error(`${page.status} ${page.url}: ${page.text}\n${apache.complaints()}`)
    return { browser, page }
  }

  test('FC-80 signs in from discovery alone, with its defaults and PKCE, and learns who it is', async () => {
    const { page } = await givenSignedIn()
    expect(page.url.href).toBe(`${app}/calls?a=1`)
    expect(seen.at(-1)).toMatchObject({
      oidc_claim_sub: person.id,
      oidc_claim_name: person.displayName,
      oidc_claim_email: ADELE.userPrincipalName,
      oidc_claim_iss: `${world.originOf('contoso')}/auth`,
    })
    expect(String(seen.at(-1)?.oidc_claim_extensions)).toContain('101')
  })

  test('refreshes with rotation on request after request', async () => {
    const { browser } = await givenSignedIn()
    const tokens = new Set<unknown>()
    for (let turn = 0; turn < 3; turn++) {
      expect((await browser.open(`${app}/calls`, { stopAt: NOWHERE })).text).toBe('the frontend')
      tokens.add(decodeJwt(String(seen.at(-1)?.oidc_access_token)).jti)
    }
    expect(tokens.size).toBe(3)
  })

  test('LO-01 signs out at the gateway with its ID token and comes back to its page', async () => {
    const { browser } = await givenSignedIn()
    const asked = await browser.open(`${app}/callback?logout=${encodeURIComponent(`${app}/bye`)}`, { stopAt: NOWHERE })
    const done = await browser.submit(asked, 'Sign out', {}, NOWHERE)
    expect([done.text, done.url.pathname]).toEqual(['bye', '/bye'])
    expect((await browser.open(`${world.originOf('contoso')}/auth/verify`)).status).toBe(401)
    const before = browser.visited.length
    await browser.open(`${app}/calls`, { stopAt: NOWHERE })
    expect(browser.visited.slice(before).some((url) => url.startsWith(world.m365.origin))).toBe(true)
  })
})
