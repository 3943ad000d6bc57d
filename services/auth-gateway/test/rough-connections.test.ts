import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { send } from './browser.ts'
import { givenApp, givenConnectedTenant, givenGateway, givenPerson, type World } from './given.ts'
import { signIn } from './oidc-client.ts'

let world: World
let host: string
let cookie: string
const sockets = new Set<Socket>()
beforeAll(async () => {
  world = await givenGateway({ rateLimitFactor: 0 })
  givenApp(world, 'web-client')
  givenPerson(world, givenConnectedTenant(world, 'contoso').tenant.id)
  host = new URL(world.originOf('contoso')).host
  const { browser } = await signIn(world, 'contoso')
  cookie = browser.cookies
    .filter((each) => each.host.startsWith('contoso'))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
})
afterAll(() => world.close())

const verify = () => send(`http://${host}/auth/verify`, { headers: { cookie } })
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const connections = () =>
  new Promise<number>((resolve, reject) =>
    world.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )

function open(text: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect(world.port, '127.0.0.1', () => socket.write(text, () => resolve(socket)))
  socket.on('error', reject)
  socket.resume()
  sockets.add(socket)
  return promise
}

/** What a connection gets for these bytes until it is closed, or nothing more comes. */
async function exchange(text: string): Promise<string> {
  const socket = await open(text)
  let received = ''
  socket.on('data', (part) => {
    received += part
  })
  await Promise.race([new Promise((resolve) => socket.once('close', resolve)), pause(700)])
  return received
}

test('IL-02 T-102 2,000 connections that drip their heads are closed in time, and nobody else waits', {
  timeout: 90_000,
}, async () => {
  let closed = 0
  const started = performance.now()
  const drip = async () => {
    const socket = await open(`GET /auth/session HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `)
    const dripping = setInterval(() => socket.write('x'), 2_000)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      clearInterval(dripping)
      closed++
    })
  }
  for (let batch = 0; batch < 20; batch++) await Promise.all(Array.from({ length: 100 }, drip))
  await expect.poll(connections, { timeout: 5_000 }).toBeGreaterThanOrEqual(2_000)

  const loop = monitorEventLoopDelay({ resolution: 10 })
  loop.enable()
  const waits: number[] = []
  while (closed < 2_000 && performance.now() - started < 30_000) {
    const before = performance.now()
    expect((await verify()).status).toBe(200)
    waits.push(performance.now() - before)
    await pause(20)
  }
  loop.disable()
  waits.sort((a, b) => a - b)
  expect(closed).toBe(2_000)
  expect(waits[Math.floor(waits.length * 0.99)]).toBeLessThan(500)
  expect(loop.percentile(99) / 1e6).toBeLessThan(200)
  expect((await verify()).status).toBe(200)
})

test('IL-11 T-102 10,000 requests aborted in the middle leave nothing behind', {
  timeout: 90_000,
}, async () => {
  for (let round = 0; round < 20; round++) await verify()
  const descriptors = (): number => readdirSync('/proc/self/fd').length
  const inUse = async (): Promise<number[]> => [
    await connections(),
    world.pool.waitingCount,
    world.pool.totalCount - world.pool.idleCount,
  ]
  await expect.poll(inUse, { timeout: 10_000 }).toEqual([expect.any(Number), 0, 0])
  const before = descriptors()
  const line = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nCookie: ${cookie}\r\n${more}\r\n`
  const pipelined = [
    line('/auth/verify').repeat(9),
    line('/auth/session').repeat(5),
    line('/auth/authorize?client_id=web-client&response_type=code').repeat(4),
    line('/auth/sessions'),
    `POST /auth/token HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\ngrant_type=refresh_token&`,
  ].join('')
  // 500 connections of 20 requests each, 50 at a time, cut off at a moment of chance.
  for (let batch = 0; batch < 10; batch++) {
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = await open(pipelined)
        socket.on('error', () => undefined)
        await pause(Math.random() * 120)
        socket.resetAndDestroy()
      }),
    )
  }
  await expect.poll(inUse, { timeout: 60_000, interval: 500 }).toEqual([0, 0, 0])
  expect(world.pool.totalCount).toBeLessThanOrEqual(10)
  // Connections of the pool that were opened meanwhile may stay.
  expect(descriptors()).toBeLessThanOrEqual(before + 10)
  expect(world.faults).toEqual([])
  expect((await verify()).status).toBe(200)
})

const get = (method: string, more = '', version = '1.1'): string =>
  `${method} /auth/verify?canary=7f3a HTTP/${version}\r\n${more}Connection: close\r\n\r\n`

const REFUSED: Array<[string, () => string, RegExp]> = [
  ['TRACE', () => get('TRACE', `Host: ${host}\r\nX-Canary: 7f3a\r\n`), /^HTTP\/1\.1 (400|404|405|501)/],
  [
    'CONNECT',
    () => `CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\nX-Canary: 7f3a\r\n\r\n`,
    /^(HTTP\/1\.1 (400|404|405|501)|$)/,
  ],
  ['an unknown method', () => get('JUMP', `Host: ${host}\r\nX-Canary: 7f3a\r\n`), /^HTTP\/1\.1 (400|404|405|501)/],
  [
    'a method that no route takes',
    () => get('PROPFIND', `Host: ${host}\r\nX-Canary: 7f3a\r\n`),
    /^HTTP\/1\.1 (400|404|405|501)/,
  ],
  ['HTTP/1.1 without Host', () => get('GET'), /^HTTP\/1\.1 400/],
  ['HTTP/1.0 without Host', () => get('GET', '', '1.0'), /^HTTP\/1\.1 (400|404)/],
  ['two Hosts', () => get('GET', `Host: ${host}\r\nHost: evil.test\r\n`), /^HTTP\/1\.1 (400|404)/],
  [
    'an expectation nobody knows',
    () => get('GET', `Host: ${host}\r\nExpect: 200-tea\r\n`),
    /^HTTP\/1\.1 (400|404|417)/,
  ],
  [
    'two lengths of one body',
    () =>
      `POST /auth/token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1\.1 400/,
  ],
]
test.each(REFUSED)(
  'IL-12 T-102 %s is refused, and nothing of the request comes back',
  async (_what, request, status) => {
    expect((await verify()).status).toBe(200)
    const answer = await exchange(request())
    expect(answer).toMatch(status)
    expect(answer).not.toMatch(/7f3a|X-Canary|Jackfield-Session/i)
    expect((await verify()).status).toBe(200)
  },
)

test('IL-12 Expect: 100-continue is answered, then the request', async () => {
  const body = 'grant_type=authorization_code&client_id=web-client&code=x'
  const answer = await exchange(
    `POST /auth/token HTTP/1.1\r\nHost: ${host}\r\nExpect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 Bad Request[\s\S]*"error":"invalid_request"/)
})
