import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from '../browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from '../given.ts'
import { PROXIES } from './proxies.ts'
import type { RunningProxy } from './proxy.ts'

// Hosts without a port, as people use them: requests for them are sent to the proxy's.
const CONTOSO = 'contoso.phone.localhost'
/** A client's address is allowed 60 sign-ins a minute, which a test can use up. */
const RATE_LIMIT_FACTOR = 0.1

/** The example of RFC 6455 1.3. */
const WEBSOCKET = { key: 'dGhlIHNhbXBsZSBub25jZQ==', accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' }

const IDENTITY = ['x-auth-user', 'x-auth-tenant', 'x-auth-name', 'x-auth-email', 'x-auth-extensions']
const FORWARDED = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-for', 'x-real-ip']
/** Other names under which servers read an address, a path or a person. */
const BORROWED = [
  ...['forwarded', 'x-original-url', 'x-original-method', 'x-forwarded-uri', 'x-forwarded-method'],
  ...['x-forwarded-prefix', 'x-rewrite-url', 'x-forwarded-user', 'remote-user'],
]

let world: World
let frontend: Server
let person: ReturnType<typeof givenPerson>
/** What reached the frontend. */
const seen: Array<{ method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders; body: string }> =
  []
beforeAll(async () => {
  frontend = createServer(async ({ method, url, headers }, response) => {
    let body = ''
    for await (const part of response.req) body += part
    seen.push({ method, url, headers, body })
    const status = Number(/^\/answers\/(\d+)/.exec(url ?? '')?.[1] ?? 200)
    response.writeHead(status).end('the frontend')
  })
  frontend.on('upgrade', ({ method, url, headers }, socket) => {
    seen.push({ method, url, headers, body: '' })
    socket.on('error', () => {})
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
    socket.write(`${lines.join('\r\n')}\r\nSec-WebSocket-Accept: ${WEBSOCKET.accept}\r\n\r\n`)
    socket.pipe(socket)
  })
  frontend.listen(0, '127.0.0.1')
  await once(frontend, 'listening')
  world = await givenGateway({
    baseUrl: 'http://phone.localhost',
    trustedProxies: ['127.0.0.1'],
    rateLimitFactor: RATE_LIMIT_FACTOR,
  })
  givenApp(world, 'portal', { kind: 'server', tenantUrl: 'http://{tenant}.phone.localhost/portal/' })
})
afterAll(async () => {
  frontend?.closeAllConnections()
  frontend?.close()
  await world?.close()
})
beforeEach(() => {
  seen.length = 0
  world.registry.outage.isDown = false
  world.roster.outage.isDown = false
  world.roster.people.length = 0
  const { tenant } = givenConnectedTenant(world, 'contoso')
  person = givenPerson(world, tenant.id, { displayName: 'Adèle', mail: null })
  givenConnectedTenant(world, 'fabrikam')
})

const frontendPort = () => (frontend.address() as AddressInfo).port

describe.for(PROXIES.filter(({ isInstalled }) => isInstalled))('the shipped files of $name', (proxy) => {
  let running: RunningProxy
  beforeAll(async () => {
    running = await proxy.start({ gateway: await givenReplica(), frontend: frontendPort() })
  })
  afterAll(() => running?.close())

  /** A replica counts requests of its own. */
  async function givenReplica(): Promise<number> {
    return Number(new URL(await world.addReplica()).port)
  }

  type Asking = { method?: string; port?: number; body?: string; [header: string]: unknown }
  const ask = (path: string, { method = 'GET', port = running.port, body, ...headers }: Asking = {}) =>
    send(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { host: CONTOSO, accept: 'application/json', ...(headers as Record<string, string>) },
      ...(body !== undefined && { body }),
    })

  /** Signs in at a page of the frontend, or at the sign-in where the proxy leads no page there. */
  async function givenSignedIn(path = '/portal/') {
    const browser = new Browser({ portOfHosts: running.port })
    const start = proxy.redirectsPages ? path : `/auth/signin?app=portal&returnPath=${path}`
    const microsoft = await browser.open(`http://${CONTOSO}${start}`)
    const page = await browser.submit(microsoft, 'Sign in', {
      username: ADELE.userPrincipalName,
      password: 'Passw0rd!',
    })
    const own = browser.cookies.filter(({ host }) => host === CONTOSO)
    return { browser, page, cookie: own.map(({ name, value }) => `${name}=${value}`).join('; ') }
  }

  test('S54 T-72 FA-01 FA-03 FA-17 signs in and returns to the page, which learns who it is', async () => {
    const path = '/portal/a%20b?c=1%202&d=//x&e=%2F'
    const { page } = await givenSignedIn(path)
    expect([page.status, page.html, page.url.href]).toEqual([200, 'the frontend', `http://${CONTOSO}${path}`])
    expect(seen.map(({ url }) => url)).toEqual([path])
    expect(seen[0]?.headers).toMatchObject({
      host: CONTOSO,
      'x-auth-user': person.id,
      'x-auth-tenant': 'contoso',
      'x-auth-name': 'Ad%C3%A8le',
    })
  })

  test('FA-01 FA-09 answers programs with 401, whatever their headers say', async () => {
    expect((await ask('/api')).status).toBe(401)
    expect((await ask('/form', { method: 'POST', accept: 'text/html', body: 'a=1' })).status).toBe(401)
    expect((await ask('/ping', { accept: '*/*', 'user-agent': 'kube-probe/1.30' })).status).toBe(401)
    expect((await ask('/', { 'x-auth-user': person.id, 'x-forwarded-uri': '/auth/', method: 'OPTIONS' })).status).toBe(
      401,
    )
    expect(seen).toEqual([])
  })

  test('T-139 a body reaches the frontend, and the check does not wait for it', async () => {
    const { cookie } = await givenSignedIn()
    seen.length = 0
    const body = 'x'.repeat(100_000)
    expect((await ask('/form', { method: 'POST', cookie, body })).status).toBe(200)
    expect(seen).toMatchObject([{ method: 'POST', url: '/form', body }])
  })

  test.for([
    '/admin?x=/auth/',
    '/auth/../admin',
    '/auth%2f..%2fadmin',
    '//admin',
    '/auth;x=/admin',
    '/auth/%2e%2e/admin',
    '/forward-auth',
    '/AUTH/../admin',
  ])('FA-07 %s does not reach the frontend', async (path) => {
    const { status } = await ask(path)
    expect([status >= 400 && status < 500, seen]).toEqual([true, []])
  })

  test('FA-11 T-22 a session of another tenant is 403, a disabled person is out', async () => {
    const { cookie } = await givenSignedIn()
    seen.length = 0
    expect((await ask('/', { cookie, host: 'fabrikam.phone.localhost' })).status).toBe(403)
    person.status = 'disabled'
    expect((await ask('/', { cookie })).status).toBe(401)
    expect(seen).toEqual([])
  })

  test('FC-53 a client’s own X-Forwarded-Host lets it in nowhere but at its own tenant, and breaks nothing there', async () => {
    const { cookie } = await givenSignedIn()
    seen.length = 0
    const foreign = { cookie, host: 'fabrikam.phone.localhost', 'x-forwarded-host': CONTOSO }
    expect((await ask('/', foreign)).status).toBe(403)
    expect((await ask('/', { ...foreign, host: 'nobody.phone.localhost' })).status).toBe(404)
    expect(seen).toEqual([])
    const own = { cookie, 'x-forwarded-host': 'fabrikam.phone.localhost' }
    expect((await ask('/', own)).status).toBe(200)
    const discovery = await ask('/auth/.well-known/openid-configuration', own)
    expect(JSON.parse(discovery.text).issuer).toBe(`http://${CONTOSO}/auth`)
  })

  test('FC-53 invented addresses of clients are all one client to the limits', async () => {
    const alone = await proxy.start({ gateway: await givenReplica(), frontend: frontendPort() })
    const statuses: number[] = []
    for (let index = 0; index < 62; index++) {
      const address = `203.0.113.${index}`
      const forged = { 'x-forwarded-for': address, forwarded: `for=${address}`, 'x-real-ip': address }
      const path = '/auth/authorize?client_id=nobody'
      statuses.push((await ask(path, { port: alone.port, ...forged })).status)
    }
    await alone.close()
    expect(statuses.slice(-2)).toEqual([429, 429])
    expect(statuses.slice(0, 60)).not.toContain(429)
  })

  test('T-139 FC-53 the frontend sees forwarded headers that the proxy has set, and none of the client’s, in any spelling', async () => {
    const { cookie } = await givenSignedIn()
    seen.length = 0
    const spelled = [...IDENTITY, ...FORWARDED, ...BORROWED, 'x-forwarded-server'].flatMap(spellings)
    while (spelled.length > 0) {
      // Apache and HAProxy take about 100 headers.
      const forged = Object.fromEntries(spelled.splice(0, 70).map((name) => [name, 'forged']))
      expect((await ask('/', { cookie, ...forged })).status).toBe(200)
    }
    for (const { headers } of seen) {
      const foreign = Object.entries(headers).filter(([name, value]) => /[^a-z0-9-]/.test(name) || value === 'forged')
      expect(foreign).toEqual([])
      for (const name of BORROWED) expect(headers).not.toHaveProperty(name)
      expect(headers['x-auth-email'] ?? '').toBe('')
      // Traefik takes the port of the Host.
      expect([String(running.port), '80']).toContain(headers['x-forwarded-port'])
      expect(headers).toMatchObject({
        host: CONTOSO,
        'x-forwarded-host': CONTOSO,
        'x-forwarded-proto': 'http',
        'x-forwarded-for': '127.0.0.1',
        'x-real-ip': '127.0.0.1',
        'x-auth-tenant': 'contoso',
      })
    }
  })

  test('T-139 a client’s Connection header removes none of them', async () => {
    const { cookie } = await givenSignedIn()
    seen.length = 0
    const connection = ['close', ...FORWARDED, ...IDENTITY].join(', ')
    const { status } = await ask('/', { cookie, connection })
    expect([200, 400]).toContain(status)
    const ours = { 'x-forwarded-host': CONTOSO, 'x-forwarded-for': '127.0.0.1', 'x-auth-user': person.id }
    expect(seen).toMatchObject(status === 200 ? [{ headers: ours }] : [])
  })

  test('FC-06 T-139 the default port names the same host, any other an unknown one', async () => {
    const { cookie } = await givenSignedIn()
    const host = `${CONTOSO}:80`
    expect((await ask('/', { cookie, host })).status).toBe(200)
    const discovery = await ask('/auth/.well-known/openid-configuration', { host })
    expect(JSON.parse(discovery.text).issuer).toBe(`http://${CONTOSO}/auth`)
    for (const path of ['/', '/auth/session'])
      expect((await ask(path, { cookie, host: `${CONTOSO}:81` })).status).toBe(404)
  })

  test('FC-54 a websocket passes with identity headers when signed in, otherwise it is 401', async () => {
    const { cookie } = await givenSignedIn()
    seen.length = 0
    const open = givenUpgrade(running.port, cookie)
    await expect.poll(() => open.heard.text).toMatch(/^HTTP\/1.1 101 .*\r\n\r\n$/s)
    open.socket.write('frames both ways')
    await expect.poll(() => open.heard.text).toMatch(/frames both ways$/)
    expect(seen[0]?.headers).toMatchObject({ upgrade: 'websocket', 'x-auth-user': person.id })
    open.socket.destroy()
    const refused = givenUpgrade(running.port, '')
    await expect.poll(() => refused.heard.text).toMatch(/^HTTP\/1.1 401 /)
    refused.socket.destroy()
    expect(seen).toHaveLength(1)
  })

  test('FC-54 errors keep the gateway’s status, never 500', async () => {
    const { cookie } = await givenSignedIn()
    seen.length = 0
    for (const accept of ['text/html', 'application/json'])
      expect((await ask('/', { cookie, accept, host: 'nobody.phone.localhost' })).status).toBe(404)
    world.roster.outage.isDown = true
    const away = await ask('/', { cookie, accept: 'text/html' })
    expect([away.status, away.headers['retry-after']]).toEqual([503, proxy.passesRetryAfter ? '2' : undefined])
    world.registry.outage.isDown = true
    expect((await ask('/', { cookie, host: 'fabrikam.phone.localhost' })).status).toBe(503)
    expect(seen).toEqual([])
  })

  test('FC-54 the frontend’s own statuses pass, and so does its absence', async () => {
    const { cookie } = await givenSignedIn()
    for (const status of [401, 403, 404, 500, 503]) {
      const answer = await ask(`/answers/${status}`, { cookie, accept: 'text/html' })
      expect([answer.status, answer.text]).toEqual([status, 'the frontend'])
    }
    const alone = await proxy.start({ gateway: await givenReplica(), frontend: await findFreePort() })
    expect((await ask('/', { port: alone.port, cookie })).status).toBe(proxy.withoutFrontend)
    expect((await ask('/', { port: alone.port })).status).toBe(401)
    await alone.close()
  })

  test('FC-54 without a gateway nothing passes, pages neither', async () => {
    const alone = await proxy.start({ gateway: await findFreePort(), frontend: frontendPort() })
    for (const accept of ['text/html', 'application/json']) {
      expect((await ask('/', { port: alone.port, accept })).status).toBe(proxy.withoutGateway)
      expect([502, 503]).toContain((await ask('/auth/signin', { port: alone.port, accept })).status)
    }
    await alone.close()
    expect(seen).toEqual([])
  })

  test('T-139 FC-08 long addresses and cookies pass', async () => {
    const path = `/portal/?${'x'.repeat(8_000)}`
    const { page, cookie } = await givenSignedIn(path)
    expect(page.url.href).toBe(`http://${CONTOSO}${path}`)
    const long = `${cookie}; other=${'y'.repeat(9_000)}`
    expect((await ask('/', { cookie: long })).status).toBe(200)
    expect(seen.at(-1)?.headers.cookie).toBe(long)
  })
})

/** The name, and every other one that servers take for it which make variables of names. */
function spellings(name: string): string[] {
  const [first = '', ...rest] = name.split('-')
  return rest.reduce((done, part) => done.flatMap((each) => ['-', '_', '.'].map((sign) => each + sign + part)), [first])
}

function givenUpgrade(port: number, cookie: string) {
  const socket = connect(port, '127.0.0.1')
  const heard = { text: '' }
  const lines = [
    ...['GET /events HTTP/1.1', `Host: ${CONTOSO}`, `Cookie: ${cookie}`, 'Upgrade: websocket', 'Connection: Upgrade'],
    ...['Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${WEBSOCKET.key}`, 'X-Auth-User: root'],
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  socket.setEncoding('latin1').on('data', (part) => {
    heard.text += part
  })
  return { socket, heard }
}
