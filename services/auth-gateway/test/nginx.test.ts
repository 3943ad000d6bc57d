import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { hasNginx, startNginx } from './nginx.ts'

describe.skipIf(!hasNginx())('S54 the shipped configuration of nginx', () => {
  let world: World
  let nginx: Awaited<ReturnType<typeof startNginx>>
  let frontend: Server
  let person: ReturnType<typeof givenPerson>
  let host: string
  const seen: Array<{ url: string | undefined; headers: IncomingHttpHeaders }> = []
  beforeAll(async () => {
    frontend = createServer(({ url, headers }, response) => {
      seen.push({ url, headers })
      response.end('the frontend')
    })
    frontend.listen(0, '127.0.0.1')
    await once(frontend, 'listening')
    world = await givenGateway()
    nginx = await startNginx({ gateway: world.port, frontend: (frontend.address() as AddressInfo).port })
    host = `contoso.phone.localhost:${world.port}`
    givenApp(world, 'portal', { kind: 'server' })
  })
  afterAll(async () => {
    await nginx?.close()
    frontend?.close()
    await world?.close()
  })
  beforeEach(() => {
    seen.length = 0
    world.roster.people.length = 0
    person = givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id, { displayName: 'Adèle', mail: null })
    givenConnectedTenant(world, 'fabrikam')
  })

  /** A request at nginx for the tenant's public host, as its load balancer would pass it on. */
  const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    send(`http://127.0.0.1:${nginx.port}${path}`, { method, headers: { host, accept: 'text/html', ...headers } })

  async function givenCookie(): Promise<string> {
    const stopAt = /^\/(?:$|portal)/
    const browser = new Browser()
    const microsoft = await browser.open(`http://${host}/auth/signin?app=portal`, { stopAt })
    await browser.submit(microsoft, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' }, stopAt)
    return browser.cookies
      .filter((cookie) => cookie.host === 'contoso.phone.localhost')
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')
  }

  test('FA-01 FA-17 sends a page to the sign-in with its whole address, and the sign-in itself is not guarded', async () => {
    const answer = await ask('/portal/?a=1%202&b=//x')
    expect(answer.status).toBe(302)
    const location = new URL(answer.headers.location ?? '', `http://${host}`)
    expect(location.pathname + location.search).toBe('/auth/signin?app=portal&returnPath=/portal/?a=1%202&b=//x')
    const next = await ask(location.pathname + location.search)
    expect([next.status, next.headers.location]).toEqual([303, expect.stringContaining('/auth/authorize?')])
    const cookie = await givenCookie()
    const back = await ask(location.pathname + location.search, { cookie })
    expect(back.headers.location).toBe(`http://${host}/portal/?a=1%202&b=//x`)
    expect(seen).toEqual([])
  })

  test('FA-01 FA-09 answers programs with 401, whatever their headers say', async () => {
    expect((await ask('/api', { accept: 'application/json' })).status).toBe(401)
    expect((await ask('/form', {}, 'POST')).status).toBe(401)
    expect((await ask('/ping', { accept: '*/*', 'user-agent': 'kube-probe/1.30' })).status).toBe(401)
    expect(seen).toEqual([])
  })

  test('T-72 FA-03 gives the frontend the gateway’s headers and none of the client’s', async () => {
    const forged = {
      'x-auth-user': 'root',
      'x-auth-email': 'root@evil.test',
      'x-forwarded-user': 'root',
      'remote-user': 'root',
    }
    const cookie = await givenCookie()
    const answer = await ask('/portal/', { cookie, ...forged })
    expect([answer.status, answer.text]).toEqual([200, 'the frontend'])
    const [{ headers } = { headers: {} as IncomingHttpHeaders }] = seen
    expect([headers['x-auth-user'], headers['x-auth-tenant'], headers['x-auth-name']]).toEqual([
      person.id,
      'contoso',
      'Ad%C3%A8le',
    ])
    for (const name of ['x-auth-email', 'x-auth-extensions', 'x-forwarded-user', 'remote-user'])
      expect(headers[name]).toBeUndefined()
  })

  test.each([
    '/admin?x=/auth/',
    '/auth/../admin',
    '/auth%2f..%2fadmin',
    '//admin',
    '/auth;x=/admin',
    '/forward-auth',
    '/auth/%2e%2e/admin',
  ])('FA-07 %s does not reach the frontend', async (path) => {
    const answer = await ask(path, { accept: 'application/json' })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(seen).toEqual([])
  })

  test('FA-11 T-22 a session of another tenant is 403, a disabled person is out', async () => {
    const cookie = await givenCookie()
    const foreign = await ask('/', { cookie, host: host.replace('contoso', 'fabrikam') })
    expect(foreign.status).toBe(403)
    person.status = 'disabled'
    expect((await ask('/', { cookie, accept: 'application/json' })).status).toBe(401)
    expect(seen).toEqual([])
  })
})
