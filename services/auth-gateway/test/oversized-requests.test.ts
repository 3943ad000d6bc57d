import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'

/* IL-01: more than any request has, on every route. A route that needs no body discards it and answers as usual. */

const TEN_LIMITS = 10 * 1_048_576
const PART = Buffer.alloc(65_536, 'a=')

let world: World
let cookie: string
beforeAll(async () => {
  world = await givenGateway({ rateLimitFactor: 0 })
  givenApp(world, 'web-client')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  world.registry.keys.set('good-key-good-key', { kind: 'api-key', id: 'k', scope: 'platform', role: 'admin' } as never)
  const { browser } = await signIn(world, 'contoso')
  cookie = browser.cookies
    .filter(({ host }) => host.startsWith('contoso'))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
})
afterAll(() => world.close())

type Place = { host: string; path: string; type?: string; more?: Record<string, string> }

/**
 * The status of the answer to a head and as much of a body as the gateway takes; one connection each, read to its end
 * or the answer's head.
 */
function statusOf(
  { host, path, type, more = {} }: Place,
  { method = 'GET', headers = {} as Record<string, string>, length = 0, chunked = false, pauseMs = 0 },
) {
  const { promise, resolve } = Promise.withResolvers<number | 'closed'>()
  const socket = connect(world.port, '127.0.0.1')
  let received = ''
  let isOver = false
  const end = (status: number | 'closed') => {
    isOver = true
    socket.destroy()
    resolve(status)
  }
  socket.on('data', (part) => {
    received += part.toString('latin1')
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1]
    if (status && received.includes('\r\n\r\n')) end(Number(status))
  })
  socket.on('error', () => end('closed'))
  socket.on('close', () => end('closed'))
  const body = chunked ? { 'transfer-encoding': 'chunked' } : length > 0 ? { 'content-length': String(length) } : {}
  const all = {
    host: `${host}:${world.port}`,
    connection: 'close',
    ...(type && { 'content-type': type }),
    ...more,
    ...headers,
    ...body,
  }
  socket.write(
    `${method} ${path} HTTP/1.1\r\n${Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  )
  const write = async () => {
    for (let left = length; left > 0 && !isOver; left -= PART.length) {
      const part = chunked
        ? Buffer.concat([Buffer.from(`${PART.length.toString(16)}\r\n`), PART, Buffer.from('\r\n')])
        : PART
      await new Promise<void>((done) => socket.write(part, () => done()))
      // An answer that has come is read before more is sent: a connection that is reset may lose it (RFC 9112 9.6).
      await sleep(pauseMs)
    }
    if (!isOver && chunked) socket.write('0\r\n\r\n')
  }
  void write()
  return promise
}

const CONTOSO = 'contoso.phone.localhost'
const CONTROL = 'control.phone.localhost'
const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'
const OWN = { 'sec-fetch-site': 'same-origin' }
const ADMIN = { authorization: 'Bearer good-key-good-key' }
const READING: Array<[string, string, number[]]> = [
  [CONTOSO, '/auth/authorize', [400]],
  [CONTOSO, '/auth/.well-known/openid-configuration', [200]],
  [CONTOSO, '/auth/jwks', [200]],
  [CONTOSO, '/auth/userinfo', [401]],
  [CONTOSO, '/auth/logout', [200]],
  [CONTOSO, '/auth/device', [200]],
  [CONTOSO, '/auth/device/qr.svg', [400]],
  [CONTOSO, '/auth/session', [200]],
  [CONTOSO, '/auth/sessions', [200]],
  [CONTOSO, '/auth/verify', [200]],
  [CONTOSO, '/auth/signin', [404, 400, 303]],
  [CONTOSO, '/auth/signout', [303]],
  [CONTOSO, '/auth/signed-in', [200]],
  [CONTOSO, '/auth/interaction/x', [400]],
  [CONTOSO, '/auth/microsoft/callback', [400]],
  [CONTOSO, '/auth/microsoft/frontchannel-logout', [200]],
  ['phone.localhost', '/auth/microsoft/callback', [400]],
  [CONTROL, '/auth/control/session', [401]],
  [CONTROL, '/api/v1/tenants', [503]], // no registry behind this gateway
  [CONTROL, '/', [404]], // nor files of Control
]
const WRITING: Array<[string, string, string, Record<string, string>, number]> = [
  [CONTOSO, '/auth/authorize', FORM, {}, 400],
  [CONTOSO, '/auth/token', FORM, {}, 400],
  [CONTOSO, '/auth/par', FORM, {}, 400],
  [CONTOSO, '/auth/introspect', FORM, {}, 400],
  [CONTOSO, '/auth/revoke', FORM, {}, 400],
  [CONTOSO, '/auth/userinfo', FORM, {}, 400],
  [CONTOSO, '/auth/device_authorization', FORM, {}, 400],
  [CONTOSO, '/auth/device', FORM, OWN, 400],
  [CONTOSO, '/auth/logout', FORM, {}, 400],
  [CONTOSO, '/auth/logout/confirm', FORM, OWN, 400],
  [CONTOSO, '/auth/sessions/end', FORM, OWN, 413],
  [CONTOSO, '/auth/interaction/x/cancel', FORM, OWN, 400],
  [CONTOSO, '/auth/verify', FORM, {}, 200],
  [CONTOSO, '/auth/microsoft/callback', FORM, {}, 413],
  [CONTOSO, '/auth/microsoft/redeemed', FORM, OWN, 413],
  [CONTROL, '/auth/microsoft/redeemed', FORM, OWN, 413],
  [CONTROL, '/auth/control/session', JSON_TYPE, OWN, 413],
  [CONTROL, '/auth/control/sign-ins', JSON_TYPE, OWN, 413],
  [CONTROL, '/api/v1/tenants', JSON_TYPE, ADMIN, 413],
]
const more = (host: string, path: string) => ({
  ...(host === CONTOSO && { cookie }),
  ...(path.startsWith('/api') && ADMIN),
})

test.each(READING)(
  'IL-01 T-102 %s%s takes no 64 KiB of headers or 10,000 parameters, and 8 KiB of cookies for none',
  async (host, path, ever) => {
    const place = { host, path, more: more(host, path) }
    const asEver = await statusOf(place, {})
    expect(ever).toContain(asEver)
    expect(await statusOf(place, { headers: { 'x-long': 'x'.repeat(65_536) } })).toBe(431)
    const query = Array.from({ length: 10_000 }, (_, index) => `p${index}=1`).join('&')
    expect(await statusOf({ ...place, path: `${path}?${query}` }, {})).toBe(431)
    expect(await statusOf({ ...place, path: `${path}?${'a&'.repeat(6_000)}` }, {})).toBeLessThan(504)
    const cookies = [place.more.cookie, `planted=${'x'.repeat(8_192)}`].filter(Boolean).join('; ')
    expect(await statusOf(place, { headers: { cookie: cookies } })).toBe(asEver)
  },
)

test.each(WRITING)(
  'IL-01 T-102 a body of 10 MiB at %s%s is refused, or not kept',
  async (host, path, type, own, status) => {
    const place = { host, path, type, more: { ...own, ...(host === CONTOSO && { cookie }) } }
    for (const chunked of [false, true]) {
      let answer: number | 'closed' = 'closed'
      for (let pauseMs = 0; pauseMs <= 40 && answer === 'closed'; pauseMs += 10)
        answer = await statusOf(place, { method: 'POST', length: TEN_LIMITS, chunked, pauseMs })
      expect([chunked, answer]).toEqual([chunked, status])
    }
  },
)

test('IL-01 T-102 while many of them come at once, memory stays flat and others are served', {
  timeout: 120_000,
}, async () => {
  const verify = async () => (await send(`http://${CONTOSO}:${world.port}/auth/verify`, { headers: { cookie } })).status
  async function flood(rounds: number): Promise<void> {
    const left = Array.from({ length: rounds }, () => WRITING).flat()
    const lane = async (_: unknown, at: number) => {
      for (let next = left.pop(); next; next = left.pop()) {
        const [host, path, type, own] = next
        const status = await statusOf(
          { host, path, type, more: own },
          { method: 'POST', length: TEN_LIMITS, chunked: at % 2 === 0 },
        )
        expect([path, status === 'closed' || status < 500]).toEqual([path, true])
      }
    }
    await Promise.all(Array.from({ length: 8 }, lane))
  }
  await flood(15) // what a first time costs
  const turns: number[] = []
  let last = process.threadCpuUsage()
  const watch = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last)
    last = process.threadCpuUsage()
    turns.push((user + system) / 1_000)
  }, 10)
  const before = process.memoryUsage().rss
  let peak = before
  let isOver = false
  const others = (async () => {
    while (!isOver) {
      expect(await verify()).toBe(200)
      peak = Math.max(peak, process.memoryUsage().rss)
    }
  })()
  await flood(15)
  isOver = true
  await others
  clearInterval(watch)
  expect((peak - before) / 1_048_576).toBeLessThan(50)
  // CPU time between two turns of a timer: what other processes take does not count.
  expect(turns.sort((one, other) => one - other)[Math.floor(turns.length * 0.99)]).toBeLessThan(200)
  expect(world.faults).toEqual([])
})
