import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { ADELE, givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { hasNginx, startNginx } from './nginx.ts'

// A client's address is allowed 6 sign-ins a minute, so that a test can use them up.
const FACTOR = 0.01

describe.skipIf(!hasNginx())(
  'T-139 the shipped configuration of nginx before a gateway that trusts it, as the docs ask',
  () => {
    let world: World
    let nginx: Awaited<ReturnType<typeof startNginx>>
    let frontend: Server
    const seen: IncomingHttpHeaders[] = []
    const hostOf = (slug: string) => `${slug}.phone.localhost:${world.port}`
    beforeAll(async () => {
      frontend = createServer(({ headers, url }, response) => {
        seen.push(headers)
        response.writeHead(url === '/broken' ? 500 : 200).end('the frontend')
      })
      frontend.on('upgrade', ({ headers }, socket) => {
        seen.push(headers)
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
        socket.pipe(socket)
      })
      frontend.listen(0, '127.0.0.1')
      await once(frontend, 'listening')
      world = await givenGateway({ trustedProxies: ['127.0.0.1'] })
      nginx = await startNginx({ gateway: world.port, frontend: portOf(frontend) })
      givenApp(world, 'portal', { kind: 'server' })
      givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id, { mail: null })
      givenConnectedTenant(world, 'fabrikam')
    })
    afterAll(async () => {
      await nginx?.close()
      frontend?.closeAllConnections()
      frontend?.close()
      await world?.close()
    })
    beforeEach(() => {
      seen.length = 0
      world.registry.outage.isDown = false
      world.roster.outage.isDown = false
    })

    const portOf = (server: Server) => (server.address() as AddressInfo).port
    const ask = (
      path: string,
      {
        slug = 'contoso',
        port = nginx.port,
        ...headers
      }: { slug?: string; port?: number; [name: string]: unknown } = {},
    ) =>
      send(`http://127.0.0.1:${port}${path}`, {
        headers: { host: hostOf(slug), accept: 'application/json', ...(headers as Record<string, string>) },
      })

    async function givenCookie(): Promise<string> {
      const stopAt = /^\/(?:$|portal)/
      const browser = new Browser()
      const microsoft = await browser.open(`http://${hostOf('contoso')}/auth/signin?app=portal`, { stopAt })
      await browser.submit(microsoft, 'Sign in', { username: ADELE.userPrincipalName, password: 'Passw0rd!' }, stopAt)
      const own = browser.cookies.filter((cookie) => cookie.host === 'contoso.phone.localhost')
      return own.map(({ name, value }) => `${name}=${value}`).join('; ')
    }

    test('FC-53 a client’s own X-Forwarded-Host lets it in nowhere but at its own tenant, and breaks nothing there', async () => {
      const cookie = await givenCookie()
      expect((await ask('/', { cookie, slug: 'fabrikam', 'x-forwarded-host': hostOf('contoso') })).status).toBe(403)
      expect((await ask('/', { cookie, slug: 'nobody', 'x-forwarded-host': hostOf('contoso') })).status).toBe(404)
      expect(seen).toEqual([])
      expect((await ask('/', { cookie, 'x-forwarded-host': hostOf('fabrikam') })).status).toBe(200)
      const discovery = await ask('/auth/.well-known/openid-configuration', { 'x-forwarded-host': hostOf('fabrikam') })
      expect(JSON.parse(discovery.text).issuer).toBe(`http://${hostOf('contoso')}/auth`)
    })

    test('FC-53 invented X-Forwarded-For addresses are all one client to the limits', async () => {
      const limited = await givenGateway({ trustedProxies: ['127.0.0.1'], rateLimitFactor: FACTOR })
      givenConnectedTenant(limited, 'contoso')
      const before = await startNginx({ gateway: limited.port, frontend: portOf(frontend) })
      const statuses: number[] = []
      for (let index = 0; index < 8; index++) {
        const forwarded = {
          'x-forwarded-for': `203.0.113.${index}`,
          forwarded: `for=203.0.113.${index}`,
          'x-real-ip': `203.0.113.${index}`,
        }
        const headers = { host: `contoso.phone.localhost:${limited.port}`, ...forwarded }
        statuses.push(
          (await send(`http://127.0.0.1:${before.port}/auth/authorize?client_id=nobody`, { headers })).status,
        )
      }
      expect(statuses.slice(-2)).toEqual([429, 429])
      expect(statuses.slice(0, 6)).not.toContain(429)
      await before.close()
      await limited.close()
    })

    test('T-139 the frontend sees forwarded headers that nginx has set, and none of the client’s, underscores or not', async () => {
      const forged = [
        ...[
          'forwarded',
          'x-original-url',
          'x-original-method',
          'x-forwarded-uri',
          'x-forwarded-method',
          'x-forwarded-prefix',
        ],
        ...[
          'x-forwarded-server',
          'x-rewrite-url',
          'x-forwarded-user',
          'remote-user',
          'x-auth-email',
          'x-auth-extensions',
        ],
      ]
      const replaced = [
        'x-forwarded-host',
        'x-forwarded-proto',
        'x-forwarded-port',
        'x-forwarded-for',
        'x-real-ip',
        'x-auth-user',
        'x-auth-tenant',
      ]
      const spelled = [...forged, ...replaced].flatMap((name) => [name, name.replaceAll('-', '_')])
      const answer = await ask('/', {
        cookie: await givenCookie(),
        ...Object.fromEntries(spelled.map((name) => [name, 'forged'])),
      })
      expect(answer.status).toBe(200)
      const [headers = {}] = seen
      expect(Object.entries(headers).filter(([name, value]) => name.includes('_') || value === 'forged')).toEqual([])
      expect(headers).toMatchObject({
        host: hostOf('contoso'),
        'x-forwarded-host': hostOf('contoso'),
        'x-forwarded-proto': 'http',
        'x-forwarded-port': String(nginx.port),
        'x-forwarded-for': '127.0.0.1',
        'x-real-ip': '127.0.0.1',
        'x-auth-tenant': 'contoso',
      })
      for (const name of forged) expect(headers).not.toHaveProperty(name)
    })

    test('FC-54 a websocket passes with identity headers when signed in, otherwise it is 401', async () => {
      const upgrade = async (cookie: string) => {
        const socket = connect(nginx.port, '127.0.0.1')
        const head = [
          'GET /events HTTP/1.1',
          `Host: ${hostOf('contoso')}`,
          `Cookie: ${cookie}`,
          'Upgrade: websocket',
          'Connection: Upgrade',
        ]
        const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'X-Auth-User: root']
        socket.write(`${[...head, ...key].join('\r\n')}\r\n\r\n`)
        const heard = { text: '' }
        socket.setEncoding('latin1').on('data', (part) => {
          heard.text += part
        })
        return { socket, heard }
      }
      const open = await upgrade(await givenCookie())
      await expect.poll(() => open.heard.text).toMatch(/^HTTP\/1.1 101 .*\r\n\r\n$/s)
      open.socket.write('frames both ways')
      await expect.poll(() => open.heard.text).toMatch(/frames both ways$/)
      expect(seen[0]).toMatchObject({ upgrade: 'websocket', 'x-auth-tenant': 'contoso' })
      expect(seen[0]?.['x-auth-user']).not.toBe('root')
      open.socket.destroy()
      const refused = await upgrade('')
      await expect.poll(() => refused.heard.text).toMatch(/^HTTP\/1.1 401 /)
      refused.socket.destroy()
    })

    test('FC-54 errors keep the gateway’s status, never 500', async () => {
      const cookie = await givenCookie()
      expect((await ask('/', { cookie, slug: 'nobody' })).status).toBe(404)
      world.roster.outage.isDown = true
      const away = await ask('/', { cookie })
      expect([away.status, away.headers['retry-after']]).toEqual([503, '2'])
      world.registry.outage.isDown = true
      expect((await ask('/', { cookie, slug: 'fabrikam' })).status).toBe(503)
      expect(seen).toEqual([])
    })

    test('FC-54 without a gateway it is 502, for pages too; a frontend’s own 500 stays one', async () => {
      const alone = await startNginx({ gateway: await findFreePort(), frontend: portOf(frontend) })
      for (const accept of ['text/html', 'application/json'])
        for (const path of ['/', '/auth/signin'])
          expect((await ask(path, { port: alone.port, accept })).status).toBe(502)
      await alone.close()
      expect(seen).toEqual([])
      const broken = await ask('/broken', { cookie: await givenCookie() })
      expect([broken.status, broken.text]).toEqual([500, 'the frontend'])
    })

    test('T-139 FC-08 long addresses and cookies pass', async () => {
      const path = `/portal/?${'x'.repeat(7_500)}`
      const answer = await ask(path, { accept: 'text/html' })
      expect([answer.status, answer.headers.location?.endsWith(`&returnPath=${path}`)]).toEqual([302, true])
      const cookie = `${await givenCookie()}; other=${'y'.repeat(9_000)}`
      expect((await ask('/', { cookie })).status).toBe(200)
    })
  },
)
