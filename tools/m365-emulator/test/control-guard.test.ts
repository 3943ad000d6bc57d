import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type M365Emulator, startEmulator } from '../src/emulator.ts'

const KEY = 'a-key-of-this-test-only'
let open: M365Emulator
let locked: M365Emulator
beforeAll(async () => {
  open = await startEmulator({ host: '0.0.0.0' })
  locked = await startEmulator({ controlKey: KEY })
})
afterAll(() => Promise.all([open.close(), locked.close()]))

type Call = { hostname?: string; path?: string; method?: string; headers?: Record<string, string>; body?: string }

/** With headers that `fetch` does not let a program set. */
function ask({ origin }: M365Emulator, { body, path = '/directories', ...call }: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const sent = request({ hostname, port, path: `/_emulator${path}`, ...call }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

test('a program on this machine may use it without a key', async () => {
  const { port } = new URL(open.origin)
  expect(await ask(open, {})).toBe(200)
  expect(await ask(open, { headers: { host: `emulator.localhost:${port}` } })).toBe(200)
})

test.each([
  ['a host name that leads here', { host: 'rebound.example' }],
  ['a page of another site', { origin: 'https://evil.example' }],
  ['a page on another port', { origin: 'http://127.0.0.1:1' }],
  ['a page without an origin', { 'sec-fetch-site': 'cross-site' }],
  ['a sandboxed page', { origin: 'null' }],
  ['somebody behind a proxy', { 'x-forwarded-for': '192.0.2.1' }],
])('%s may not', async (_name, headers) => {
  expect(await ask(open, { headers })).toBe(403)
})

test('a page of the emulator itself may', async () => {
  expect(await ask(open, { headers: { origin: open.origin, 'sec-fetch-site': 'same-origin' } })).toBe(200)
})

const external = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address
test.skipIf(!external)('another machine may ask for the health only', async () => {
  const hostname = String(external)
  const headers = { host: 'localhost' }
  expect(await ask(open, { hostname, headers })).toBe(403)
  expect(await ask(open, { hostname, path: '/health' })).toBe(200)
})

test.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
  'a body as %s, which any page can send, is refused',
  async (type) => {
    const call = { path: '/time/advance', method: 'POST', headers: { 'content-type': type } }
    expect(await ask(open, { ...call, body: '{"milliseconds":1}' })).toBe(415)
  },
)

test('with a key, everybody needs it, and nobody needs more', async () => {
  expect(await ask(locked, {})).toBe(401)
  expect(await ask(locked, { headers: { authorization: 'Bearer another' } })).toBe(401)
  const headers = { authorization: `Bearer ${KEY}`, host: 'emulator:4010' }
  expect(await ask(locked, { headers })).toBe(200)
  expect(await ask(locked, { path: '/health' })).toBe(200)
})
